package page_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"crossdock/web/page"
)

func fetch(method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	page.Assets(http.NotFoundHandler()).ServeHTTP(w, r)
	return w.Result()
}

func TestAssetsAreKeptForEver(t *testing.T) {
	want, err := os.ReadFile("static/shop.css")
	if err != nil {
		t.Fatal(err)
	}
	address := page.Asset("shop.css")
	plain := fetch("GET", address)
	body, err := io.ReadAll(plain.Body)
	if err != nil || plain.StatusCode != 200 || !bytes.Equal(body, want) {
		t.Fatalf("%s: status %d, %d bytes, %v", address, plain.StatusCode, len(body), err)
	}
	if got := plain.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if got := plain.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("cache control %q", got)
	}

	packed := fetch("GET", address, "Accept-Encoding", "br, gzip;q=0.8")
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Fatalf("not packed, or packed under the same tag: %v", packed.Header)
	}
	reader, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err = io.ReadAll(reader); err != nil || !bytes.Equal(body, want) {
		t.Errorf("unpacks to %d bytes, want %d: %v", len(body), len(want), err)
	}
	if refused := fetch("GET", address, "Accept-Encoding", "gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
		t.Error("packed for one who refuses it")
	}
	if known := fetch("GET", address, "If-None-Match", plain.Header.Get("ETag")); known.StatusCode != http.StatusNotModified {
		t.Errorf("status %d for a file that the browser has", known.StatusCode)
	}
}

func TestAssetsUnderOtherAddresses(t *testing.T) {
	old := fetch("GET", "/static/0123456789abcdef/shop.css")
	if old.StatusCode != 200 || old.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("an outdated address gives %d, to be kept by %q", old.StatusCode, old.Header.Get("Cache-Control"))
	}
	for _, path := range []string{"/static/", "/static/x/", "/static/x/../page.go", "/static/shop.css", "/static/x/none.css"} {
		if got := fetch("GET", path).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s gives %d", path, got)
		}
	}
}

func TestEveryVendoredFolderHasItsLicense(t *testing.T) {
	folders, err := filepath.Glob("static/vendor/*")
	if err != nil || len(folders) != 3 {
		t.Fatalf("folders %v, %v", folders, err)
	}
	for _, folder := range folders {
		if !regexp.MustCompile(`-\d+\.\d+\.\d+$`).MatchString(folder) {
			t.Errorf("%s does not name its version", folder)
		}
		if info, err := os.Stat(filepath.Join(folder, "LICENSE")); err != nil || info.Size() == 0 {
			t.Errorf("%s has no license: %v", folder, err)
		}
	}
}

// An icon that no page asks for any more must leave vendor.sh.
func TestEveryVendoredIconIsUsed(t *testing.T) {
	var sources strings.Builder
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(name, "_test.go") || filepath.Ext(name) != ".go" && filepath.Ext(name) != ".templ" {
			return err
		}
		content, err := os.ReadFile(name)
		sources.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	drawings, err := filepath.Glob("static/vendor/bootstrap-icons-*/*.svg")
	if err != nil || len(drawings) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	for _, drawing := range drawings {
		if name := strings.TrimSuffix(filepath.Base(drawing), ".svg"); !strings.Contains(sources.String(), `"`+name+`"`) {
			t.Errorf("no page uses the icon %s", name)
		}
	}
}
