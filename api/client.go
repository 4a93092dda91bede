package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"crossdock/core/fault"
)

// Headers of requests and answers.
const (
	HeaderKey     = "Idempotency-Key"   // of a request: repeating it with the same body has no second effect
	HeaderReplay  = "Idempotent-Replay" // of an answer: "true" when the key was known
	HeaderTimeout = "Request-Timeout"   // of a request: the seconds that its answer is waited for, such as 2.5
)

// Limits of what is sent and taken.
const (
	MaxBody   = 1 << 20  // bytes of a request
	MaxImport = 64 << 20 // bytes of a file that is imported
	MaxKey    = 128      // characters of an idempotency key
	MaxPage   = 200      // rows of a page
	Page      = 50       // rows of a page whose limit is not said
)

const (
	patience   = 30 * time.Second // with an answer that should be quick
	dialing    = 5 * time.Second
	maxAnswer  = 64 << 20
	maxTrouble = 64 << 10 // bytes of an answer that is an error
)

// Client speaks to one server. Its methods may be called from many goroutines.
// Each returns a *fault.Error: the server's own, or fault.Unavailable where the
// server cannot be reached or does not answer in time.
type Client struct {
	server string
	token  string
	quick  *http.Client // for what should be answered within patience
	long   *http.Client // for what takes as long as it takes
	again  *budget      // of requests that are made again
}

// New makes a client of the server at a URL such as "http://localhost:8080".
// The token is that of the administration; without one only public routes answer.
func New(server, token string) *Client {
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialing}).DialContext,
		TLSHandshakeTimeout: dialing,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     time.Minute,
	}
	// The token is for this server alone: a redirect is shown, not followed.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		server: strings.TrimRight(server, "/"), token: token,
		quick: &http.Client{Transport: transport, Timeout: patience, CheckRedirect: stay},
		long:  &http.Client{Transport: transport, CheckRedirect: stay},
		again: newBudget(),
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.quick.CloseIdleConnections() }

// call is one request to be made.
type call struct {
	method, path string
	query        url.Values
	key          string // of idempotency; may be empty
	body         any    // JSON; nil for none
	slow         bool   // may take longer than patience
}

// do makes a request and reads its answer into answer, which may be nil. A server
// that has too much to do is asked again, as client_again.go says.
func (c *Client) do(ctx context.Context, what call, answer any) (http.Header, error) {
	var text []byte
	if what.body != nil {
		var err error
		if text, err = json.Marshal(what.body); err != nil {
			return nil, &fault.Error{Kind: fault.Invalid, Op: "api.do", Message: "the request cannot be written as JSON", Cause: err}
		}
	}
	response, err := c.untilTaken(ctx, func() (*http.Response, error) { return c.once(ctx, what, text) })
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if answer == nil {
		return response.Header, nil
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(answer); err != nil {
		return nil, unreadable(c.server, err)
	}
	return response.Header, nil
}

// once makes a request whose body is text, or nil.
func (c *Client) once(ctx context.Context, what call, text []byte) (*http.Response, error) {
	var body io.Reader
	if text != nil {
		body = bytes.NewReader(text)
	}
	request, err := c.request(ctx, what, body)
	if err != nil {
		return nil, err
	}
	if text != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if what.slow {
		return c.send(c.long, request)
	}
	request.Header.Set(HeaderTimeout, secondsLeft(ctx, patience))
	return c.send(c.quick, request)
}

func (c *Client) request(ctx context.Context, what call, body io.Reader) (*http.Request, error) {
	address := c.server + what.path
	if len(what.query) > 0 {
		address += "?" + what.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, what.method, address, body)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: "api.request", Message: fault.Quote(c.server) + " is not the URL of a server", Cause: err}
	}
	request.Header.Set("Accept", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if what.key != "" {
		request.Header.Set(HeaderKey, what.key)
	}
	return request, nil
}

// send returns an answer that is not an error; the caller closes its body.
func (c *Client) send(client *http.Client, request *http.Request) (*http.Response, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "api.send", Message: "there is no answer from the server at " + c.server, Cause: err}
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return response, nil
	}
	defer response.Body.Close()
	return nil, c.trouble(response)
}

// trouble reads an answer that is an error.
func (c *Client) trouble(response *http.Response) error {
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	var problem Problem
	if err == nil && media == MediaProblem {
		err = json.NewDecoder(io.LimitReader(response.Body, maxTrouble)).Decode(&problem)
	}
	if err != nil || problem.Code == "" {
		return &fault.Error{
			Kind: fault.Unavailable, Op: "api.trouble", Cause: err,
			Message: "what answers at " + c.server + " is not Crossdock, or something in between: it says " + response.Status,
		}
	}
	return &problemError{problem: problem, retryAfter: retryAfter(response.Header)}
}

// problemError keeps the whole problem beside its fault.
type problemError struct {
	problem    Problem
	retryAfter time.Duration // 0: the server does not say
}

// Error implements error.
func (e *problemError) Error() string { return e.problem.Fault().Error() }

// Unwrap gives the fault, for fault.KindOf and fault.Public.
func (e *problemError) Unwrap() error { return e.problem.Fault() }

// AsProblem returns the problem document that err came from, if it did.
func AsProblem(err error) (Problem, bool) {
	var e *problemError
	if !errors.As(err, &e) {
		return Problem{}, false
	}
	return e.problem, true
}

func unreadable(server string, err error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: "api.read", Message: "the answer of the server at " + server + " cannot be read", Cause: err}
}
