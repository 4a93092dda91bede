package admit

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestWhole(t *testing.T) {
	const host = "Host: x\r\n"
	for text, want := range map[string]bool{
		"GET / HTTP/1.1\r\n" + host + "\r\n":                                             true,
		"GET /a?b HTTP/1.1\r\n" + host + "Connection: Keep-Alive\r\n\r\n":                true,
		"POST / HTTP/1.1\r\n" + host + "content-length: 2\r\n\r\nab":                     true,
		"POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\na":                      false,
		"POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nabc":                    false,
		"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na": false,
		"POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na":                     false,
		"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n":              false,
		"GET / HTTP/1.1\r\n" + host + "\r\nG":                                            false,
		"GET / HTTP/1.1\r\n" + host + "\r\nGET / HTTP/1.1\r\n" + host + "\r\n":           false,
		"GET / HTTP/1.1\r\n" + host:                                                      false,
		"GET / HTTP/1.1\n" + host + "\r\n":                                               false,
		"GET / HTTP/1.1\r\n" + host + "A: b\n\r\n":                                       false,
		"GET / HTTP/1.1\r\n" + host + " folded\r\n\r\n":                                  false,
		"GET / HTTP/1.1\r\n" + host + "A : b\r\n\r\n":                                    false,
		"GET / HTTP/1.1\r\n" + host + host + "\r\n":                                      false,
		"GET / HTTP/1.1\r\n\r\n":                                                         false,
		"GET / HTTP/1.0\r\n" + host + "\r\n":                                             false,
		"GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n":                        false,
		"GET / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\n\r\n":                     false,
		"G": false, "": false,
	} {
		if got := whole([]byte(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestPlainGet(t *testing.T) {
	for line, want := range map[string]string{
		"GET /": "/", "GET /catalog?q=%20../": "/catalog", "GET /product/85123A": "/product/85123A", "GET /static/a.css": "/static/a.css",
		"GET /a%2fb": "", "GET //a": "", "GET /a/../cart": "", "GET http://x/": "", "GET *": "", "HEAD /": "", "POST /cart": "", "GET /a b": "", "GET ": "",
	} {
		g, plain := plainGet([]byte(line + " HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"))
		if g.path != want || plain != (want != "") {
			t.Errorf("%s: %q, %t", line, g.path, plain)
		}
	}
	for _, header := range []string{"request-timeout: 1", "HX-Request: true", "Content-Length: 0"} {
		if _, plain := plainGet([]byte("GET / HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n")); plain {
			t.Errorf("with %s it is not so plain", header)
		}
	}
}

// FuzzWhole holds what is taken for one request against package http, which must find
// the same one, and nothing after it, or none at all.
func FuzzWhole(f *testing.F) {
	for _, seed := range []string{
		"GET /catalog?q=heart HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
		"POST /cart/add HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b",
		"GET /catalog HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nCOOKIE: a=b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !whole(text) {
			return
		}
		g, plain := plainGet(text)
		in := bufio.NewReader(bytes.NewReader(text))
		r, err := http.ReadRequest(in)
		if err != nil {
			return // it would be answered 400, and the connection closed
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Fatalf("its body: %v", err)
		}
		if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
			t.Fatalf("%d bytes are left, %v", len(rest), err)
		}
		if plain && (r.Method != http.MethodGet || r.URL.Path != g.path || r.ContentLength != 0) {
			t.Fatalf("taken for a GET of %s: it is %s %s with %d bytes", g.path, r.Method, r.URL.Path, r.ContentLength)
		}
		if name, is := anybodys(r); plain && (is != g.anybodys || is && string(name) != string(recentNameOf(nil, g.host, g.target, g.encodings))) {
			t.Fatalf("taken for anybody's: %t, %q of %q for %q; it is: %t, %q", g.anybodys, g.target, g.host, g.encodings, is, name)
		}
	})
}

// quickly serves s behind connections that answer by themselves.
func quickly(t *testing.T, s *shop) visitor {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := s.Bound(inner, 0)
	server := &http.Server{Handler: s, ConnState: b.Track}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(b) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return dial(t, inner.Addr().String())
}

func (v visitor) ask(t *testing.T, text string) (status int, header http.Header, body string) {
	t.Helper()
	if _, err := io.WriteString(v, text); err != nil {
		t.Fatal(err)
	}
	return v.answer(t)
}

func (v visitor) answer(t *testing.T) (status int, header http.Header, body string) {
	t.Helper()
	response, err := http.ReadResponse(v.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

// TestAQuickRefusalSaysTheSame as one by the server, on the same connection, between
// requests that are served.
func TestAQuickRefusalSaysTheSame(t *testing.T) {
	s := newShop(Deps{})
	v := quickly(t, s)
	for round := range 2 {
		if round == 1 { // once nobody waits any more, all goes its usual way
			s.open = make(chan struct{})
		}
		ended := s.stays(http.MethodGet, "/catalog")
		for _, path := range []string{"/catalog", "/api/v1/products", "/cart"} {
			status, quick, body := v.ask(t, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
			slow := s.ask(http.MethodGet, path, nil)
			if status != slow.Code || body != slow.Body.String() {
				t.Errorf("%s: %d %q, want %d %q", path, status, body, slow.Code, slow.Body)
			}
			for name := range slow.Header() {
				if quick.Get(name) != slow.Header().Get(name) {
					t.Errorf("%s: %s is %q, want %q", path, name, quick.Get(name), slow.Header().Get(name))
				}
			}
			// Once the server has served anything here, it may hold the first byte of what
			// comes next: then it goes on by itself.
			if round == 0 && quick.Get("Date") != "" {
				t.Errorf("%s was answered by the server, which costs twice as much", path)
			}
		}
		if status, _, body := v.ask(t, "POST /checkout HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nbuy"); status != 200 || body != "buy" {
			t.Errorf("a checkout in between: %d %q", status, body)
		}
		<-s.begun
		close(s.open)
		<-ended
		if status, _, _ := v.ask(t, "GET /catalog HTTP/1.1\r\nHost: x\r\n\r\n"); status != http.StatusOK {
			t.Errorf("afterwards: %d", status)
		}
		<-s.begun
	}
}

// TestOddConnectionsAreLeftToTheServer: where a body holds what looks like a request,
// or requests come in pieces or several at a time, nothing is answered out of turn.
func TestOddConnectionsAreLeftToTheServer(t *testing.T) {
	const get = "GET /catalog HTTP/1.1\r\nHost: x\r\n\r\n"
	s := newShop(Deps{})
	s.stays(http.MethodGet, "/catalog")
	defer close(s.open)
	v := quickly(t, s)
	head := "POST /checkout HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 34\r\n\r\n"
	if _, err := io.WriteString(v, head); err != nil {
		t.Fatal(err)
	}
	if line, err := v.answers.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatal(line, err)
	}
	if _, err := v.answers.Discard(len("\r\n")); err != nil {
		t.Fatal(err)
	}
	if status, _, body := v.ask(t, get); len(get) != 34 || status != 200 || body != get {
		t.Errorf("a body like a request: %d %q", status, body)
	}
	v = quickly(t, s)
	two := "POST /checkout HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nbuy" + get
	if status, _, body := v.ask(t, two); status != 200 || body != "buy" {
		t.Errorf("the first of two: %d %q", status, body)
	}
	if status, _, _ := v.answer(t); status != http.StatusServiceUnavailable {
		t.Errorf("the second of two: %d", status)
	}
}
