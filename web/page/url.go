package page

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// ProductURL is the address of a product's page. The SKU may hold a slash or a
// space: both are escaped, so the handler must read the path's raw segment.
func ProductURL(sku string) templ.SafeURL {
	return templ.SafeURL("/product/" + url.PathEscape(sku))
}

// OrderURL is the address of an order's page; order is the identifier, not the
// number that people read.
func OrderURL(order string) templ.SafeURL {
	return templ.SafeURL("/order/" + url.PathEscape(order))
}

// PlacedURL is where a checkout leads to, whether the order stood or was voided.
func PlacedURL(order string) templ.SafeURL {
	return templ.SafeURL("/placed/" + url.PathEscape(order))
}

// orderActionURL is where a form about an order goes: void, drop, address, return
// or again.
func orderActionURL(order, verb string) templ.SafeURL {
	return templ.SafeURL("/order/" + url.PathEscape(order) + "/" + verb)
}

func siteURL(site, verb string) templ.SafeURL {
	return templ.SafeURL("/sites/" + url.PathEscape(site) + "/" + verb)
}

// parkedURL is where a form about a parked key goes: retry or skip.
func parkedURL(k ParkedKey, verb string) templ.SafeURL {
	return siteURL(k.Site, url.PathEscape(k.Origin)+"/parked/"+verb)
}

// repairURL is where a form goes that has one site tell another one again.
func repairURL(origin, destination string) templ.SafeURL {
	return siteURL(origin, url.PathEscape(destination)+"/repair")
}

func loginURL(next string) templ.SafeURL {
	if next == "" || next == string(urlHome) || strings.HasPrefix(next, string(urlLogin)) {
		return urlLogin
	}
	return urlLogin + "?" + templ.SafeURL(url.Values{"next": {next}}.Encode())
}

func profileURL(page int) templ.SafeURL {
	if page <= 1 {
		return urlProfile
	}
	return urlProfile + "?page=" + templ.SafeURL(strconv.Itoa(page))
}

func registerURL(next string) templ.SafeURL {
	if next == "" {
		return urlRegister
	}
	return urlRegister + "?" + templ.SafeURL(url.Values{"next": {next}}.Encode())
}
