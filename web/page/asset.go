package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed static
var static embed.FS

// asset is one file as it goes over the wire. The hash of its content is part of
// its address, so a browser may keep it for ever.
type asset struct {
	hash        string
	contentType string
	plain       []byte
	gzipped     []byte // nil where packing does not pay
}

// assets holds the files by their path below static/. They are read, hashed and
// packed once, on first use, and never change afterwards.
var assets = sync.OnceValue(func() map[string]asset {
	files := make(map[string]asset)
	err := fs.WalkDir(static, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(name, "static/")] = newAsset(name, content)
		return nil
	})
	if err != nil {
		// The file system lies inside the binary: this is a broken build.
		panic("page: the embedded files cannot be read: " + err.Error())
	}
	return files
})

func newAsset(name string, content []byte) asset {
	sum := sha256.Sum256(content)
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	a := asset{hash: hex.EncodeToString(sum[:8]), contentType: kind, plain: content}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return a
	}
	if _, err := w.Write(content); err != nil {
		return a
	}
	if err := w.Close(); err == nil && packed.Len() < len(content)*9/10 {
		a.gzipped = packed.Bytes()
	}
	return a
}

// Asset returns the address of a file under static/, such as
// "/static/3f…/shop.css". A file that is not there is a mistake in a page, found
// by the first test that draws it: Asset panics.
func Asset(name string) string {
	a, found := assets()[name]
	if !found {
		panic("page: no file static/" + name)
	}
	return "/static/" + a.hash + "/" + name
}

// Assets serves everything that Asset names; mount it at "GET /static/". An
// address with an outdated hash, as a page from before an upgrade may hold, gets
// the present file, not to be kept. Anything else is for missing to answer.
func Assets(missing http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
		a, found := assets()[name]
		if !found {
			missing.ServeHTTP(w, r)
			return
		}
		a.serve(w, r, name, hash)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request, name, hash string) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache")
	if hash == a.hash {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, etag := a.plain, `"`+a.hash+`"`
	if a.gzipped != nil && takesGzip(r) {
		body, etag = a.gzipped, `"`+a.hash+`-gzip"`
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("ETag", etag)
	// ServeContent answers HEAD, If-None-Match and ranges.
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// takesGzip reads Accept-Encoding as far as it matters: gzip named and not
// refused by a quality of zero.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(coding, "gzip") {
			return strings.Trim(strings.TrimPrefix(strings.TrimSpace(quality), "q="), "0.") != "" || quality == ""
		}
	}
	return false
}
