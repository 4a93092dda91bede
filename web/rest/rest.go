// Package rest serves Crossdock as JSON over HTTP, under /api/v1, with /healthz
// and /readyz beside it. It translates: a request becomes a command or a query of
// a site, and its outcome becomes an answer out of package api or a problem
// document (RFC 9457).
//
// It must never decide anything about orders or stock, give the detail of an
// internal fault away, or look at a cookie: who may change anything is said by
// the bearer token alone, so that no page in a browser can do it for somebody.
// The OpenAPI document is made from the same declarations as the routes.
//
// Start reading at Deps and New; then register.go, which each route goes through.
package rest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/site/audit"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Deps is what the server speaks for. What is nil does not run in this process,
// and its routes answer fault.NotFound, saying so.
type Deps struct {
	Store      *store.Store
	Records    store.Records // of the store, wherever there is one
	Planning   Planning      // of the store, wherever there is one
	Site       id.Site       // the name of the store, wherever there is one
	Warehouses map[id.Site]*warehouse.Warehouse
	Links      Links
	Parked     Parked
	Drift      Drift
	Audit      Auditor
	Import     Importer
	Backups    Backups
	Ready      func(ctx context.Context) error // nil error: the process can work; nil func: it always can
	Token      string                          // of the administration; empty: every route that is not public is denied
	Version    string
	Now        func() time.Time // nil: time.Now
	Log        *slog.Logger     // internal faults, with the identifier of their request
}

// Planning is what the store chooses warehouses by and sells ahead, besides its
// stock, as it was committed. It stands here because the store shows it to nobody.
type Planning interface {
	// Warehouses returns the profiles, by code.
	Warehouses() []catalog.Warehouse
	// Parcels returns how many parcels a warehouse was given to hand over on a day.
	Parcels(warehouse id.Site, on date.Date) int
	// Expected returns what suppliers have announced of a SKU, by warehouse.
	Expected(sku id.SKU) []store.Expected
}

// Links is the process's view of its links. It stands here because node owns
// the readers and the switch of the demo.
type Links interface {
	Links(ctx context.Context) ([]LinkState, error)
	// Cut and Heal switch a site off and on. An unknown site is fault.NotFound;
	// fault.Conflict means that this process has no switch.
	Cut(site id.Site) error
	Heal(site id.Site) error
}

// LinkState is a link with the position of the switch and what was put aside.
type LinkState struct {
	outbox.Link
	Cut    bool
	Parked int    // messages
	Pruned uint64 // the last message that the origin does not keep any more
	Drift  drift.Last
	// Recovery is what the destination waits for since it was restored; nil: nothing.
	Recovery *books.Recovery
}

// Auditor proves the invariants over what this process can read.
type Auditor interface {
	Audit(ctx context.Context) (audit.Report, error)
}

// Importer takes a CSV file in. Kind is one of api.ImportProducts, ImportStock
// and ImportOrders. It reads the file to its end before it calls progress, which
// begins the answer, and calls that from one goroutine at a time. What breaks the
// form of the file is fault.Invalid, and a key that came with another file
// fault.Mismatch, before any progress, and nothing has changed then. The summary, never nil, is written to the answer as JSON.
type Importer interface {
	Import(
		ctx context.Context, kind string, options api.ImportOptions, file io.Reader, progress func(done, total int),
	) (summary any, err error)
}

type server struct {
	Deps
	mux      *http.ServeMux
	patterns []string // of every route, as the mux has them
	api      huma.API
	document []byte // OpenAPI, complete once New returns
}

// New returns the handler of /api/, /healthz and /readyz.
func New(deps Deps) http.Handler { return newServer(deps) }

func newServer(deps Deps) *server {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	s := &server{Deps: deps, mux: http.NewServeMux()}
	s.api = humago.New(s, s.config())
	s.api.UseMiddleware(s.authenticate)
	s.productRoutes()
	s.orderRoutes()
	s.changeRoutes()
	s.checkoutRoutes()
	s.sourcingRoutes()
	s.stockRoutes()
	s.warehouseRoutes()
	s.purchaseRoutes()
	s.returnRoutes()
	s.processRoutes()
	s.parkedRoutes()
	s.driftRoutes()
	s.backupRoutes()
	s.importRoutes()
	s.healthRoutes()
	s.finishDocument()
	return s
}

// HandleFunc adds a route to the mux and to the list of routes.
func (s *server) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	s.patterns = append(s.patterns, pattern)
	s.mux.HandleFunc(pattern, handler)
}

func (s *server) config() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Crossdock", Version: s.Version,
				Description: "Orders and inventory over several warehouses. Money counts in minor units, quantities in units.",
			},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					tokenScheme: {Type: "http", Scheme: "bearer", Description: "The administration token"},
				},
			},
		},
		// "json" is what application/problem+json and the like are looked up as.
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{s.reshape},
	}
}

// finishDocument takes the framework's own form of errors, which no answer has,
// out of the document, and writes it.
func (s *server) finishDocument() {
	schemas := s.api.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic("the OpenAPI document cannot be written: " + err.Error()) // the declarations are wrong: no server
	}
	s.document = document
}
