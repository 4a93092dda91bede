// Package shop is the storefront: the pages on which customers browse, gather a
// cart, order, and follow what became of it, and the page that shows how the
// sites stand with each other.
//
// It turns requests into commands and queries of the store site, and answers
// into the view models of page. It decides nothing about stock, prices or
// orders, draws no HTML, keeps no state of its own but sessions, and shows an
// order to nobody but its customer, and what is parked to nobody but an operator.
//
// Start reading at New and the table of routes below it, then serve.go, which
// every request goes through.
package shop

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
	"crossdock/web/auth"
	"crossdock/web/page"
)

// Deps is what the storefront needs. Zero fields take the defaults that they
// name; those without one are needed.
type Deps struct {
	Store *store.Store
	Sites Sites
	// Operations is what an operator can do who has signed in with the Token of
	// administration; nil, or no token: nobody can.
	Operations Operations
	Token      string
	Carts      Carts // default: the store site's own
	// Published is what may be sold ahead, and is kept for checkouts: the one that
	// the store writes its journal through. Default: nothing is expected, and holds
	// end by themselves.
	Published Published
	Records   Records  // of payments and returns; default: there are none
	Payments  Payments // default: payment on delivery alone
	// TestCards are the tokens of a simulated card company, offered in the place of
	// a card; none: the company is a real one.
	TestCards []string
	IDs       id.Source
	Now       func() time.Time
	Log       *slog.Logger

	Site      id.Site            // the store's name among the sites; default "store"
	SiteNames map[id.Site]string // for people; default: those of the warehouses' profiles
	Name      string             // of the shop; default "Crossdock"
	Currency  money.Currency     // of an empty cart's total
	Zone      *time.Location     // in which times are shown; default: the machine's
	Demo      bool               // say that nothing is really shipped

	// Secure says that browsers come by https, though a proxy in front takes it off.
	Secure bool
	// TriesPerMinute is how often an address may try to log in or to register:
	// see auth.NewThrottle.
	TriesPerMinute int
}

// shop is the storefront. It is safe for concurrent use.
type shop struct {
	Deps
	sessions *auth.Sessions
	accounts *auth.Accounts
	throttle *auth.Throttle
	staff    *auth.Operators
	stock    *stockSums
	mux      *http.ServeMux
}

// New returns the handler of all of the storefront's routes.
func New(deps Deps) http.Handler {
	if deps.Carts == nil {
		deps.Carts = StoreCarts{deps.Store}
	}
	if deps.Published == nil {
		deps.Published = nothingPublished{}
	}
	if deps.Records == nil {
		deps.Records = noRecords{}
	}
	if deps.Payments == nil {
		deps.Payments = atDoor{}
	}
	if deps.Site == "" {
		deps.Site = "store"
	}
	if deps.Name == "" {
		deps.Name = "Crossdock"
	}
	if deps.Zone == nil {
		deps.Zone = time.Local
	}
	if deps.Operations == nil {
		deps.Token = ""
	}
	s := &shop{
		Deps:     deps,
		sessions: auth.NewSessions(deps.Store, deps.Now, deps.Secure),
		accounts: auth.NewAccounts(deps.Store, deps.IDs),
		throttle: auth.NewThrottle(deps.TriesPerMinute),
		staff:    auth.NewOperators(deps.Token, deps.Now, deps.Secure),
		stock:    &stockSums{queries: deps.Store, now: deps.Now},
		mux:      http.NewServeMux(),
	}
	for pattern, answer := range routes {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, answer) })
	}
	whole := http.NewServeMux()
	pages := gzhttp.GzipHandler(s.guarded())
	whole.Handle("GET /static/", page.Assets(pages)) // files are packed already
	whole.HandleFunc("GET /robots.txt", showRobots)
	whole.HandleFunc("GET /favicon.ico", showIcon)
	whole.Handle("/", pages)
	return s.withSecurityHeaders(whole)
}

// routes is every address of the storefront besides the files under /static/ and
// the two that browsers and crawlers ask for unbidden, in unbidden.go.
var routes = map[string]answer{
	"GET /{$}":                    showLanding,
	"GET /catalog":                showCatalog,
	"GET /product/{sku}":          showProduct,
	"POST /cart/add":              addToCart,
	"GET /cart":                   showCart,
	"POST /cart/set":              setInCart,
	"POST /cart/remove":           removeFromCart,
	"GET /checkout":               customersOnly(showCheckout),
	"POST /checkout":              customersOnly(placeOrder),
	"POST /checkout/hold":         customersOnly(keepUnits),
	"GET /placed/{order}":         customersOnly(showPlaced),
	"GET /register":               showRegister,
	"POST /register":              register,
	"GET /login":                  showLogin,
	"POST /login":                 logIn,
	"POST /logout":                logOut,
	"GET /profile":                customersOnly(showProfile),
	"POST /profile":               customersOnly(changeProfile),
	"GET /order/{order}":          customersOnly(showOrder),
	"POST /order/{order}/void":    customersOnly(voidOrder),
	"POST /order/{order}/drop":    customersOnly(dropWaiting),
	"POST /order/{order}/address": customersOnly(changeAddress),
	"POST /order/{order}/return":  customersOnly(askReturn),
	"POST /order/{order}/again":   customersOnly(orderAgain),
	"GET /sites":                  showSites,
	"POST /sites/{site}/cut":      cutSite,
	"POST /sites/{site}/heal":     healSite,

	"GET /sites/sign-in":                        showSignIn,
	"POST /sites/sign-in":                       signIn,
	"POST /sites/sign-out":                      signOut,
	"POST /sites/{site}/{origin}/parked/retry":  staffOnly(retryParked),
	"POST /sites/{site}/{origin}/parked/skip":   staffOnly(skipParked),
	"POST /sites/{site}/check":                  staffOnly(checkDrift),
	"POST /sites/{origin}/{destination}/repair": staffOnly(repairDrift),
}
