package bench

import (
	"crypto/rand"
	"fmt"
	"math"
	fast "math/rand/v2"
	"net/url"
	"strconv"
	"strings"

	"crossdock/api"
)

// kind is what a visitor asks for. Each is a class of admission.
type kind int

const (
	browse   kind = iota // pages of products, the catalog, a search
	filling              // the cart: looking at it, changing it
	checkout             // an order of three lines
	kinds
)

func (k kind) String() string { return [...]string{"browse", "cart", "checkout"}[k] }

// mix says how many of a thousand requests are of each kind.
type mix [kinds]int

// crowded is the mix when so many times as many come, and those who are more only
// look around.
func (m mix) crowded(times float64) mix {
	for k := range m {
		m[k] = int(math.Round(float64(m[k]) / times))
	}
	m[browse] = 1000 - m[filling] - m[checkout]
	return m
}

// visit is a request that is ready to be sent, and the status that it should have.
type visit struct {
	kind   kind
	text   string // up to the key of an order, else all of it
	rest   string // after the key
	wanted int    // status
}

// visits makes up the requests of a crowd. Most are written beforehand: whoever
// makes the load must do next to no work for it.
type visits struct {
	of    mix
	ready [kinds][]visit
}

const (
	pages    = 2048 // that are looked at, each as often as others: where some are liked best, more of them are known
	variety  = 128  // orders
	sessions = 32   // carts
)

// newVisits writes the requests of a crowd. cookies are those of sessions with a cart
// that holds the product 0.
func newVisits(o crowdOrder, cookies []string) *visits {
	address, token, skus := o.Address, o.Token, o.SKUs
	v := &visits{of: o.Mix}
	browser := " HTTP/1.1\r\nHost: " + address + "\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
	looking := browser + "\r\n"
	if o.Fresh {
		looking = browser + "Cache-Control: no-cache\r\n\r\n"
	}
	for i := range pages {
		path := "/product/" + string(sku(fast.IntN(skus)))
		switch i % 4 {
		case 1:
			path = "/catalog?page=" + strconv.Itoa(1+fast.IntN(max(skus/48, 1)))
		case 3:
			path = "/catalog?q=" + url.QueryEscape("heart "+strconv.Itoa(fast.IntN(skus)))
		}
		v.ready[browse] = append(v.ready[browse], visit{browse, "GET " + path + looking, "", 200})
	}
	for i, cookie := range cookies {
		with := browser + "Cookie: " + cookie + "\r\n"
		form := "sku=" + string(sku(0)) + "&quantity=" + strconv.Itoa(1+i%9)
		v.ready[filling] = append(v.ready[filling],
			visit{filling, "GET /cart" + with + "\r\n", "", 200},
			visit{filling, "POST /cart/set" + with + formHead(form), "", 303})
	}
	head := "POST /api/v1/orders HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: Bearer " + token +
		"\r\nContent-Type: application/json\r\n" + api.HeaderKey + ": "
	for range variety {
		body := bodyOf(spread(3).draw(skus))
		v.ready[checkout] = append(v.ready[checkout],
			visit{checkout, head, "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body, 201})
	}
	return v
}

func formHead(form string) string {
	return "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n\r\n" + form
}

// bodyOf writes an order as JSON. It is written once and sent often, so it need not be quick.
func bodyOf(w wanted) string {
	var lines []string
	for _, line := range w.lines {
		lines = append(lines, fmt.Sprintf(`{"sku":%q,"quantity":%d}`, line.SKU, line.Units))
	}
	return fmt.Sprintf(`{"address":{"name":"A Customer","street":"1 High Street","postal_code":"AB1 2CD","city":"Town","district":%q,"email":"a@example.org"},"lines":[%s]}`,
		w.district, strings.Join(lines, ","))
}

// draw picks the next request.
func (v *visits) draw() *visit {
	at := fast.IntN(1000)
	for k := range kinds {
		if at -= v.of[k]; at < 0 {
			return &v.ready[k][fast.IntN(len(v.ready[k]))]
		}
	}
	return &v.ready[browse][fast.IntN(len(v.ready[browse]))]
}

// write appends the request to a buffer; an order gets a key of its own.
func (v *visit) write(to []byte) []byte {
	to = append(to, v.text...)
	if v.rest != "" {
		to = append(to, rand.Text()...)
		to = append(to, v.rest...)
	}
	return to
}
