package shop

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"crossdock/core/cart"
	"crossdock/core/id"
	"crossdock/web/page"
)

// flashCookie carries the name of a message over a redirect. It is not in the
// session, which would be written to disk twice for a word of thanks.
const flashCookie = "crossdock-flash"

// flashes is every message that may follow a redirect, by name: a cookie that
// somebody made up can at worst show one of them, with a number of their choice in
// the place of numberSign.
var flashes = map[string]page.Flash{
	"added":          {Kind: page.Done, Text: "It is in your cart."},
	"changed":        {Kind: page.Done, Text: "Your cart is changed."},
	"empty":          {Kind: page.Note, Text: "There is nothing in your cart to check out."},
	"registered":     {Kind: page.Done, Text: "Welcome. Your account is open."},
	"logged-out":     {Kind: page.Done, Text: "You are logged out."},
	"saved":          {Kind: page.Done, Text: "Your data is saved."},
	"carts-joined":   {Kind: page.Note, Text: "The cart of your last visit and this one are joined. Of what was in both, the larger quantity is kept.", Link: "View cart", Href: "/cart"},
	"again":          {Kind: page.Done, Text: "What you ordered is in your cart."},
	"dropped":        {Kind: page.Done, Text: "It is called off, and not waited for any more."},
	"redirect-asked": {Kind: page.Note, Text: "The warehouses are asked to ship to the new address. This page tells their answer."},
	"redirected":     {Kind: page.Done, Text: "The order goes to the new address."},
	"return-asked":   {Kind: page.Done, Text: "Your return is announced. Send it back, and you get your money when it is here."},
	"signed-in":      {Kind: page.Done, Text: "You are signed in."},
	"signed-out":     {Kind: page.Done, Text: "You are signed out."},
	"sign-in-first":  {Kind: page.Note, Text: "Sign in first. Nothing was changed."},
	"retried":        {Kind: page.Done, Text: "All that was parked of this key is applied."},
	"retried-left":   {Kind: page.Care, Text: "Still parked of this key: " + numberSign + ". The first of them says why it cannot be applied."},
	"skipped":        {Kind: page.Done, Text: "It is taken out, and nothing of its key is parked any more."},
	"skipped-left":   {Kind: page.Care, Text: "It is taken out. Still parked of its key: " + numberSign + ". The first of them says why it cannot be applied."},
	"parked-gone":    {Kind: page.Note, Text: "Nothing of this key is parked any more."},
	"compared":       {Kind: page.Done, Text: "The sites are compared: they tell the same."},
	"compared-drift": {Kind: page.Care, Text: "The sites are compared. Rows in which they differ, or of which nobody can tell yet: " + numberSign + "."},
	"repaired":       {Kind: page.Done, Text: "It is told again, and both sites tell the same."},
	"repaired-left":  {Kind: page.Care, Text: "It is told again. Rows in which the sites still differ, or of which nobody can tell yet: " + numberSign + "."},
	"ordered":        {Kind: page.Note, Text: "This was ordered already as order " + numberSign + ", which you see here as it stands. Nothing was ordered a second time, and nothing of it was changed."},
	"ordered-voided": {Kind: page.Care, Text: "This was ordered already as order " + numberSign + ", which is voided. Nothing was ordered a second time. To try again, check out anew.", Link: "View cart", Href: "/cart"},
}

const numberSign = "#"

// flash shows a message on the page that the browser is sent to.
func (v *visit) flash(name string) {
	cookie := &http.Cookie{
		Name: flashCookie, Value: name, Path: "/", MaxAge: 60, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.Secure || v.TLS != nil,
	}
	v.reply.header.Add("Set-Cookie", cookie.String())
}

func (v *visit) takeFlash() []page.Flash {
	cookie, err := v.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	gone := &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	v.reply.header.Add("Set-Cookie", gone.String())
	if flash, known := readFlash(cookie.Value); known {
		return []page.Flash{flash}
	}
	return nil
}

// flashNumber is flash for a message about the order of this number.
func (v *visit) flashNumber(name string, number int64) {
	v.flash(name + "." + strconv.FormatInt(number, 10))
}

// readFlash finds the message that a cookie names.
func readFlash(cookie string) (page.Flash, bool) {
	name, text, _ := strings.Cut(cookie, ".")
	flash, known := flashes[name]
	if !strings.Contains(flash.Text, numberSign) {
		return flash, known && text == ""
	}
	number, err := strconv.ParseUint(text, 10, 63)
	flash.Text = strings.ReplaceAll(flash.Text, numberSign, strconv.FormatUint(number, 10))
	return flash, err == nil
}

// frame is what surrounds the page, with the cart as it is stored.
func (v *visit) frame() (page.Frame, error) {
	basket, err := v.basket()
	if err != nil {
		return page.Frame{}, err
	}
	return v.frameWith(basket)
}

// frameWith is frame for a page that has read the cart already.
func (v *visit) frameWith(basket cart.Cart) (page.Frame, error) {
	stale, err := v.stale()
	if err != nil {
		return page.Frame{}, err
	}
	f := v.bareFrame()
	f.Units = basket.Count()
	f.Closed = v.Store.ClosedUntil(v.Now())
	f.Flashes = v.takeFlash()
	for _, site := range slices.Sorted(maps.Keys(stale)) {
		f.Stale = append(f.Stale, page.StaleSite{Site: string(site), Name: v.nameOf(site), Since: v.local(stale[site])})
	}
	return f, nil
}

// bareFrame is a frame that needs nobody to answer.
func (v *visit) bareFrame() page.Frame {
	path := "/"
	if v.Method == http.MethodGet {
		path = v.URL.RequestURI()
	}
	return page.Frame{Shop: v.Name, User: v.user.Name, Path: path, Now: v.local(v.Now()), Demo: v.Demo}
}

// local is a moment in the zone in which times are shown; none stays none.
func (s *shop) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Zone)
}

func (v *visit) place(site id.Site) page.Place {
	return page.Place{Site: string(site), Name: v.nameOf(site)}
}

// showIn draws a page inside the usual frame.
func (v *visit) showIn(status int, draw func(page.Frame) templ.Component) error {
	f, err := v.frame()
	if err != nil {
		return err
	}
	return v.show(status, draw(f))
}
