package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/stock"
)

const (
	mediaLines    = "application/x-ndjson"
	progressEvery = 100 * time.Millisecond
)

func (s *server) importRoutes() {
	line := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.ImportProgress](), true, "ImportProgress")
	register(s, restricted, huma.Operation{
		OperationID: "import", Method: http.MethodPost, Path: "/api/v1/import/{kind}",
		Summary: "Take a CSV file in", Tags: []string{"process"},
		Description: "The answer is one JSON object a line: how far the work is, and on the last line the summary or a problem. " +
			"A file that breaks the form is answered by a problem alone, and nothing has changed.",
		Middlewares: huma.Middlewares{s.unhurried},
		RequestBody: &huma.RequestBody{
			Required: true, Description: "The file, up to 64 MiB",
			Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{mediaLines: {Schema: line}},
		}},
	}, s.importFile)
}

type importInput struct {
	Kind     string `path:"kind" enum:"products,stock,orders"`
	Stock    int64  `query:"stock" minimum:"0" doc:"Opening units of each product, divided over the warehouses"`
	Currency string `query:"currency" doc:"Of the prices in the file"`
	TakeBOM  bool   `query:"bom" doc:"Take a file that begins with a byte-order mark, which is refused otherwise"`
	Keyed

	request *http.Request
	writer  http.ResponseWriter
}

// Resolve implements huma.Resolver: the file is read while it comes in.
func (in *importInput) Resolve(ctx huma.Context) []error {
	in.request, in.writer = humago.Unwrap(ctx)
	return nil
}

type importOutput struct {
	Body func(ctx huma.Context)
}

func (s *server) importFile(ctx context.Context, in *importInput) (*importOutput, error) {
	if s.Import == nil {
		return nil, fault.New(fault.NotFound, "nothing can be imported in this process")
	}
	if in.Stock > stock.MaxQuantity {
		return nil, fault.At("stock", fault.Invalid, "the quantity %d is above the limit of %d", in.Stock, stock.MaxQuantity)
	}
	if in.Currency != "" {
		if _, err := money.ParseCurrency(in.Currency); err != nil {
			return nil, within("currency", err)
		}
	}
	key, err := in.store("", nil) // the importer binds it to the file
	if err != nil {
		return nil, err
	}
	file := http.MaxBytesReader(in.writer, in.request.Body, api.MaxImport)
	watched := &watchedReader{Reader: file, control: http.NewResponseController(in.writer)}
	answer := &lineWriter{w: in.writer}
	options := api.ImportOptions{Stock: in.Stock, Currency: in.Currency, TakeBOM: in.TakeBOM, Key: key.Name}
	summary, err := s.Import.Import(ctx, in.Kind, options, watched, answer.progress)
	if watched.tooLarge {
		err = fault.New(fault.TooLarge, "the file is larger than %d MiB", api.MaxImport>>20)
	}
	last := api.ImportProgress{Summary: summary}
	if err != nil {
		failed := s.failure(ctx, err)
		if !answer.begun {
			return nil, failed
		}
		last = api.ImportProgress{Problem: &failed.Problem}
	}
	return &importOutput{func(huma.Context) {
		answer.line(last)
		if answer.err != nil {
			s.Log.DebugContext(ctx, "the outcome of an import did not reach its client", "request", requestID(ctx), "error", answer.err)
		}
	}}, nil
}

// watchedReader remembers that the file was cut, whatever its reader made of it.
type watchedReader struct {
	io.Reader
	control  *http.ResponseController
	tooLarge bool
}

// stalled is how long an upload may bring nothing before it is given up.
const stalled = 30 * time.Second

// Read implements io.Reader.
func (r *watchedReader) Read(p []byte) (int, error) {
	if err := r.allow(time.Now().Add(stalled)); err != nil {
		return 0, err
	}
	n, err := r.Reader.Read(p)
	if err == io.EOF { // the work on the file may take longer than its way here
		if err := r.allow(time.Time{}); err != nil {
			return n, err
		}
	}
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		r.tooLarge = true
	}
	return n, err
}

// allow sets until when bytes may come; the zero time is for ever.
func (r *watchedReader) allow(until time.Time) error {
	err := r.control.SetReadDeadline(until)
	if errors.Is(err, http.ErrNotSupported) { // not a connection: nothing to wait for
		return nil
	}
	return err
}

// lineWriter writes an answer line by line. After the first failure it writes
// nothing: the client is gone, and the request's context says so to the import.
type lineWriter struct {
	w     http.ResponseWriter
	begun bool
	last  time.Time
	err   error
}

// progress writes how far the work is, unless it just did.
func (l *lineWriter) progress(done, total int) {
	now := time.Now()
	if l.begun && done < total && now.Sub(l.last) < progressEvery {
		return
	}
	l.last = now
	l.line(struct {
		Done  int `json:"done"`
		Total int `json:"total"`
	}{done, total})
}

func (l *lineWriter) line(value any) {
	if !l.begun {
		l.begun = true
		l.w.Header().Set("Content-Type", mediaLines)
		l.w.WriteHeader(http.StatusOK)
	}
	if l.err != nil {
		return
	}
	if l.err = json.NewEncoder(l.w).Encode(value); l.err == nil {
		l.err = http.NewResponseController(l.w).Flush()
	}
}
