package shop

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"crossdock/web/page"
)

// reply is an answer in the making. Nothing of it is sent before all of it is
// there: a page that fails half-way is not half a page.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newReply() *reply {
	r := &reply{header: http.Header{}}
	r.reset()
	return r
}

// reset takes back what was answered, except for Allow and Retry-After, which
// belong to a failure.
func (r *reply) reset() {
	for name := range r.header {
		if name != "Allow" && name != "Retry-After" {
			delete(r.header, name)
		}
	}
	r.status = http.StatusOK
	r.body.Reset()
	// Every page shows who is logged in and what is in the cart.
	r.header.Set("Cache-Control", "no-store")
	r.header.Set("Vary", "Cookie, HX-Request")
}

// Header, Write and WriteHeader make it a http.ResponseWriter for those who set headers.
func (r *reply) Header() http.Header { return r.header }

// Write implements http.ResponseWriter.
func (r *reply) Write(b []byte) (int, error) { return r.body.Write(b) }

// WriteHeader implements http.ResponseWriter.
func (r *reply) WriteHeader(status int) { r.status = status }

func (r *reply) send(w http.ResponseWriter) error {
	for name, values := range r.header {
		if name == "Vary" { // whoever packs the answer has a word to say too
			w.Header().Add(name, values[0])
			continue
		}
		w.Header()[name] = values
	}
	if r.body.Len() > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(r.body.Len()))
	}
	w.WriteHeader(r.status)
	_, err := w.Write(r.body.Bytes())
	return err
}

// show answers with a component.
func (v *visit) show(status int, component templ.Component) error {
	v.reply.status = status
	v.reply.header.Set("Content-Type", "text/html; charset=utf-8")
	return component.Render(v.ctx(), &v.reply.body)
}

// part answers a request of htmx that failed with a message in the corner of the
// page, whatever it had aimed at.
func (v *visit) part(status int, notice page.Flash) error {
	v.reply.header.Set("HX-Retarget", "#toast")
	v.reply.header.Set("HX-Reswap", "innerHTML")
	return v.show(status, page.Notice(notice))
}

// wantsPart reports whether htmx asks for a part of the page.
func (v *visit) wantsPart() bool {
	return v.Request.Header.Get("HX-Request") == "true" && v.Request.Header.Get("HX-Boosted") == ""
}

// redirect sends the browser to a path of this site; htmx is told to leave the
// page, or it would put the other page into this one.
func (v *visit) redirect(path string) {
	if v.wantsPart() {
		v.reply.header.Set("HX-Redirect", path)
		v.reply.status = http.StatusOK
		return
	}
	v.reply.header.Set("Location", path)
	v.reply.status = http.StatusSeeOther
}

// problem draws the page for a request that failed. The frame may need what has
// just failed; then the page does without it.
func (v *visit) problem(status int, message, reference string) {
	late := v.ctx().Err() != nil
	if late { // nothing more is looked up, and what went wrong is told all the same
		v.Request = v.WithContext(context.WithoutCancel(v.ctx()))
	}
	err := v.showProblem(status, message, reference, late)
	if err != nil {
		v.Log.Error("the page of a failure could not be drawn", "reference", reference, "err", err)
		v.reply.reset()
		v.reply.header.Set("Content-Type", "text/plain; charset=utf-8")
		v.reply.status = status
		v.reply.body.WriteString(http.StatusText(status) + "\n" + reference + "\n")
	}
}

func (v *visit) showProblem(status int, message, reference string, bare bool) error {
	if v.wantsPart() {
		text := message
		if text == "" {
			text = "That did not work"
		}
		return v.part(status, page.Flash{Kind: page.Fail, Text: sentence(text)})
	}
	frame := v.bareFrame()
	if !bare {
		if whole, err := v.frame(); err == nil {
			frame = whole
		}
	}
	view := page.Problem{Status: status, Message: message, Reference: reference}
	if seconds, err := strconv.Atoi(v.reply.header.Get("Retry-After")); err == nil {
		view.Wait = time.Duration(seconds) * time.Second
	}
	return v.show(status, view.Page(frame))
}
