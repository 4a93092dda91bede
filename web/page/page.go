// Package page draws every page of the storefront: templ components over plain
// view models, and the files (style sheets, htmx, icons) that they load.
//
// It asks nobody anything: no database, no session, no use case, no clock. A
// handler fills a view model and renders one of its methods. Page draws the
// whole page inside a Frame; the other exported methods draw the part that htmx
// swaps in when a request carries HX-Request. Every page works without
// JavaScript; htmx only spares a reload.
//
// What answers a request with the header HX-Request, in place of a page or of a
// redirect (every answer that can be either needs "Vary: HX-Request"):
//
//	GET  /catalog                       Catalog.Results
//	POST /cart/add                      Added.Part
//	POST /cart/set, /cart/remove        Cart.Contents
//	POST /checkout/hold                 Checkout.Kept
//	GET  /order/{order}                 Order.Live
//	GET  /sites, POST /sites/{site}/…   Sites.Panel, of cut and heal; an operator's forms load the page
//	any of them that fails              Notice, with HX-Retarget: #toast and HX-Reswap: innerHTML
//	any of them that needs a log-in     nothing but HX-Redirect: /login?next=…
//
// It never loads anything from another host, never writes a script or a style
// into the markup (the ContentSecurityPolicy forbids both), and never shows raw
// HTML that came from outside.
//
// Start reading at Frame, then Catalog: the other pages follow the same form.
// After a change of a .templ file run, at the root of the repository,
//
//	go tool -modfile=tools/go.mod templ generate -path web/page
//
// The result is committed. vendor.sh beside package.json renews static/vendor.
package page

import "github.com/a-h/templ"

// ContentSecurityPolicy is the header that every page must be sent with. It is
// as strict as it is because nothing here needs more: no inline script, no
// inline style, no eval, nothing from elsewhere.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// htmxConfig is read by htmx from a meta element. Indicator rules stand in
// shop.css, going back in history reloads the page instead of keeping a copy of
// it, and no extension is let in. A part that renews itself folds nothing open or
// shut, and leaves a form alone that is unfolded: somebody may be typing in it. Where
// the form is not offered any more it goes nevertheless.
const htmxConfig = `{"includeIndicatorCSS":false,"history":"reload","mode":"same-origin","extensions":"none","defaultTimeout":15000,` +
	`"morphIgnore":["data-htmx-powered","open"],"morphSkip":"details[open]:has(form)"}`

// Fixed addresses of pages. Those with a part that varies are functions in url.go.
const (
	urlHome     templ.SafeURL = "/"
	urlCatalog  templ.SafeURL = "/catalog"
	urlCart     templ.SafeURL = "/cart"
	urlCheckout templ.SafeURL = "/checkout"
	urlRegister templ.SafeURL = "/register"
	urlLogin    templ.SafeURL = "/login"
	urlProfile  templ.SafeURL = "/profile"
	urlSites    templ.SafeURL = "/sites"
	urlSignIn   templ.SafeURL = "/sites/sign-in"
	urlSignOut  templ.SafeURL = "/sites/sign-out"
)

// Vendored files that every page loads; their folders carry their versions.
const (
	bootstrapCSS = "vendor/bootstrap-5.3.8/bootstrap.min.css"
	htmxJS       = "vendor/htmx-4.0.1/htmx.min.js"
)
