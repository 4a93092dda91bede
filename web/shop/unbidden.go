package shop

import (
	"net/http"

	"crossdock/web/page"
)

// robots keeps crawlers to what is the same for everybody.
const robots = `User-agent: *
Disallow: /cart
Disallow: /checkout
Disallow: /login
Disallow: /order/
Disallow: /placed/
Disallow: /profile
Disallow: /register
Disallow: /sites
`

func showRobots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write([]byte(robots)) // whoever has gone does not read it
}

// showIcon leads those who look for the icon where it always was to the file of
// now. That address changes with the file, so the way there is not to be kept long.
func showIcon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	http.Redirect(w, r, page.Asset("favicon.svg"), http.StatusFound)
}
