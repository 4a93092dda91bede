package admit

import (
	"net/http"
	"strings"
	"time"
)

// Class says how much a request matters when not all can be served. Lower ones are
// served first.
type Class uint8

// The classes.
const (
	Vital    Class       = iota // health, readiness, links: what operators need most when all else is refused
	Checkout                    // placing an order, paying for it, changing it
	Cart                        // carts, pages of orders, accounts, and the work of the warehouses
	Browse                      // catalog, search, stock
	Bulk                        // imports, audits, reports: they can be done later
	Free                        // files out of memory: to refuse one costs as much as to send it
	classes  = int(Free)        // those that are counted
)

var classNames = [...]string{"vital", "checkout", "cart", "browse", "bulk", "free"}

// String names the class, as in logs.
func (c Class) String() string { return classNames[c] }

// serverPatience is the most that a request of each class may take, however long its
// client would wait: nobody looks at a page that is later. Zero is no bound.
var serverPatience = [...]time.Duration{
	Vital: 10 * time.Second, Checkout: 30 * time.Second, Cart: 20 * time.Second, Browse: 10 * time.Second, Bulk: 0,
}

// ClassOf returns the class of a request. A path that is not known counts as Browse:
// finding out that there is nothing may cost as much as a page.
func ClassOf(method, path string) Class {
	if rest, found := strings.CutPrefix(path, "/api/v1/"); found {
		return classOfCall(method, rest)
	}
	first, inner, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	changes := method != http.MethodGet && method != http.MethodHead
	switch first {
	case "healthz", "readyz":
		return Vital
	case "static", "robots.txt", "favicon.ico":
		return Free
	case "checkout":
		return Checkout
	case "order":
		if changes {
			return Checkout
		}
		return Cart
	case "sites":
		if changes && inner != "" {
			return Vital
		}
	case "cart", "placed", "login", "logout", "register", "profile":
		return Cart
	}
	return Browse
}

// classOfCall is ClassOf for what stands behind /api/v1/.
func classOfCall(method, path string) Class {
	first, inner, _ := strings.Cut(path, "/")
	changes := method != http.MethodGet && method != http.MethodHead
	switch first {
	case "links", "version", "openapi.json":
		return Vital
	case "holds":
		return Checkout
	case "orders":
		if changes {
			return Checkout
		}
		return Cart
	case "warehouses", "purchases", "returns":
		return Cart
	case "sourcing":
		if inner == "what-if" {
			return Bulk
		}
		return Cart
	case "products":
		if changes {
			return Cart
		}
	case "import", "audit", "backups", "exports", "reports":
		return Bulk
	}
	return Browse
}

// signsIn reports whether a request has a password hashed, which waits for its turn
// in package auth.
func signsIn(method, path string) bool {
	return method == http.MethodPost && (path == "/login" || path == "/register")
}
