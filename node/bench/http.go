package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
)

// overHTTP is the counter behind the API. Its customers are in this process too
// and must cost as little as can be: each writes requests that are ready, on one
// connection that stays open.
func (r *rig) overHTTP() counter {
	address := r.address()
	head := "POST /api/v1/orders HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: Bearer " + r.node.Token() +
		"\r\nContent-Type: application/json\r\n" + api.HeaderKey + ": "
	return counter{r.options.skus, func(ctx context.Context) (customer, error) {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, &fault.Error{Kind: fault.Unavailable, Op: "bench.overHTTP", Message: "the API cannot be reached", Cause: err}
		}
		return &browser{conn: conn, answers: bufio.NewReaderSize(conn, 8<<10), head: head}, nil
	}}
}

// address is the host and port of the process.
func (r *rig) address() string { return strings.TrimPrefix(r.node.URL(), "http://") }

// browser is a customer on a connection of its own.
type browser struct {
	conn    net.Conn
	answers *bufio.Reader
	head    string // of each request, up to the key
	request bytes.Buffer
	answer  bytes.Buffer
}

// place implements customer.
func (b *browser) place(_ context.Context, w wanted) (time.Time, error) {
	if err := b.ask(w); err != nil {
		return time.Time{}, err
	}
	response, err := http.ReadResponse(b.answers, nil)
	if err != nil {
		return time.Time{}, err
	}
	b.answer.Reset()
	if _, err := io.Copy(&b.answer, response.Body); err != nil {
		return time.Time{}, err
	}
	if err := response.Body.Close(); err != nil {
		return time.Time{}, err
	}
	if response.StatusCode != http.StatusCreated {
		return time.Time{}, fault.New(fault.Internal, "an order was answered %s: %s", response.Status, fault.Quote(b.answer.String()))
	}
	return placedAt(b.answer.Bytes())
}

func (b *browser) ask(w wanted) error {
	order := api.OrderRequest{Address: api.Address(w.address()), Lines: make([]api.Wanted, len(w.lines))}
	for i, line := range w.lines {
		order.Lines[i] = api.Wanted{SKU: line.SKU, Quantity: line.Units}
	}
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	b.request.Reset()
	b.request.WriteString(b.head)
	b.request.WriteString(w.key)
	b.request.WriteString("\r\nContent-Length: ")
	b.request.WriteString(strconv.Itoa(len(body)))
	b.request.WriteString("\r\n\r\n")
	b.request.Write(body)
	_, err = b.conn.Write(b.request.Bytes())
	return err
}

// placedAt finds the time in an answer, without reading the rest of it: that
// would cost as much as the answer.
func placedAt(answer []byte) (time.Time, error) {
	const name = `"placed_at":"`
	if _, after, found := bytes.Cut(answer, []byte(name)); found {
		if text, _, found := bytes.Cut(after, []byte(`"`)); found {
			return time.Parse(time.RFC3339Nano, string(text))
		}
	}
	return time.Time{}, fault.New(fault.Internal, "an answer does not say when the order was placed: %s", fault.Quote(string(answer)))
}

// close implements customer.
func (b *browser) close() error { return b.conn.Close() }
