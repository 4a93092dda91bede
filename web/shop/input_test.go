package shop_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
	"crossdock/web/page"
	"crossdock/web/shop"
)

func TestWrongRegistrations(t *testing.T) {
	r := newRig(t)
	r.customer("maren")
	good := map[string]string{"username": "jonas", "password": password, "district": "north", "email": "j@example.org"}
	for name, c := range map[string]struct {
		field, value string
		status       int
		says         string
	}{
		"taken":              {"username", "maren", 409, `The username "maren" is taken.`},
		"taken, other case":  {"username", "MaReN", 409, `The username "MaReN" is taken.`},
		"no name":            {"username", "", 422, "The username is empty."},
		"long name":          {"username", strings.Repeat("n", 60<<10), 422, "The username is longer than 40 characters."},
		"very long name":     {"username", strings.Repeat("n", 1<<20), 413, "larger than 64 KiB"},
		"name not UTF-8":     {"username", "mar\xffen", 422, "The username is not valid UTF-8."},
		"markup in name":     {"username", "<b>jonas</b>", 422, "The username may hold letters, digits, and . _ - alone."},
		"short password":     {"password", "1234567", 422, "The password is shorter than 8 characters."},
		"long password":      {"password", strings.Repeat("ä", 129), 422, "The password is longer than 128 characters."},
		"common password":    {"password", "Password123", 422, "one of the most common ones"},
		"password not UTF-8": {"password", "pass\xffword and more", 422, "The password is not valid UTF-8."},
		"unknown district":   {"district", "nowhere", 422, `There is no district "nowhere".`},
		"no district":        {"district", "", 422, "Choose the district that we deliver to."},
		"the name, twice":    {"password", "jonasjonas", 422, "The password is made of the username alone."},
		"no dot in e-mail":   {"email", "a@b", 422, `"a@b" is not an e-mail address: no dot follows the @.`},
		"words for a phone":  {"phone", "call me", 422, "The phone may hold digits, spaces, and + - ( ) alone."},
		"short phone":        {"phone", "+44 1", 422, "The phone has fewer than 5 digits."},
		"bad e-mail":         {"email", "jonas at home", 422, `"jonas at home" is not an e-mail address.`},
		"long phone":         {"phone", strings.Repeat("1", 41), 422, "The phone is longer than 40 characters."},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			form := url.Values{}
			for field, value := range good {
				form.Set(field, value)
			}
			form.Set(c.field, c.value)
			b := r.browser()
			g := b.send(http.MethodPost, "/register", form)
			g.want(t, c.status, c.says)
			if c.status != 413 && c.field != "email" && !strings.Contains(g.body, `value="j@example.org"`) {
				t.Error("what was typed is lost")
			}
			if strings.Contains(g.body, password) {
				t.Error("the page repeats the password")
			}
			if b.cookie() != "" {
				t.Error("a session was begun")
			}
			if _, err := r.store.Lookups().UserNamed(t.Context(), "jonas"); !fault.Is(err, fault.NotFound) {
				t.Errorf("an account was opened: %v", err)
			}
		})
	}
}

func TestSeveralMistakesAreToldAtOnce(t *testing.T) {
	b := newRig(t).browser()
	b.post("/register", "username", "x", "password", "short", "district", "", "email", "a@b", "phone", "1").
		want(t, 422, "5 fields need your attention", "The username is shorter than 3", "The password is shorter",
			"Choose the district", "no dot follows the @", "fewer than 5 digits")
}

func TestWrongQuantities(t *testing.T) {
	r := newRig(t)
	for quantity, says := range map[string]string{
		"0": "The quantity 0 is not above zero", "-1": "The quantity -1 is not above zero",
		"1000000000000":         "The quantity 1000000000000 is above the limit of 1000000",
		strings.Repeat("9", 99): "is above the limit of 1000000", "abc": `The quantity "abc" is not a whole number`,
		"1.5": `The quantity "1.5" is not a whole number`, "": `The quantity "" is not a whole number`,
		"1\xff": "is not a whole number", "1000001": "above the limit",
	} {
		b := r.browser()
		commits := r.commits.Load()
		b.post("/cart/add", "sku", "MUG/1 B", "quantity", quantity).want(t, 422, says, "Blue mug")
		if r.commits.Load() != commits {
			t.Errorf("quantity %q: something was written", quantity)
		}
	}
	b := r.browser()
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "2")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "999999").want(t, 422, "above the limit")
	for quantity, says := range map[string]string{
		"-1": "The quantity -1 is below zero.", "abc": "is not a whole number", "1000000000000": "is above the limit",
	} {
		b.post("/cart/set", "sku", "MUG/1 B", "quantity", quantity).want(t, 422, says, "2 units")
	}
	b.post("/cart/set", "sku", "LAMP", "quantity", "1").want(t, 404, `no product "LAMP" in the cart`)
	b.post("/cart/add", "sku", "NONE", "quantity", "1").want(t, 404, `There is no product "NONE"`)
	b.post("/cart/add", "sku", "\xff<b>", "quantity", "1").want(t, 404)
}

func TestWrongCheckouts(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.post("/cart/add", "sku", "MUG/1 B", "quantity", "1")
	for _, c := range []struct {
		field, value string
		status       int
		says         string
	}{
		{"name", "", 422, "The name is empty."},
		{"street", strings.Repeat("s", 201), 422, "The street is longer than 200 characters."},
		{"postal_code", " ", 422, "The postal code is empty."},
		{"city", "\xff", 422, "The city is not valid UTF-8."},
		{"name", strings.Repeat("n", 1<<20), 413, "That is too large The form is larger than 64 KiB."},
		{"district", "mars", 422, `There is no district "mars".`},
		{"payment", "gold", 422, `"gold" is no payment method`},
		{"key", "x", 422, "has lost its key"},
	} {
		form := b.checkout()
		form.Set(c.field, c.value)
		g := b.send(http.MethodPost, "/checkout", form)
		g.want(t, c.status, c.says)
		if c.field != "street" && c.field != "key" && c.status == 422 && !strings.Contains(g.body, `value="Quay 3"`) {
			t.Errorf("%s: what was typed is lost", c.field)
		}
	}
	if n := r.orders(); n != 0 {
		t.Errorf("%d orders stand, want none", n)
	}
	b.get("/cart").want(t, 200, "1 unit")
}

func TestWrongAddresses(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	for path, c := range map[string]struct {
		status int
		says   string
	}{
		"/catalog?page=x":                        {400, `"x" is not a page number`},
		"/catalog?page=0":                        {200, "Page 1 of 2"},
		"/catalog?page=-3":                       {200, "Page 1 of 2"},
		"/catalog?page=99999999999999999999":     {400, "is not a page number"},
		"/catalog?page=1000000":                  {200, "Page 2 of 2"},
		"/catalog?sort=color":                    {400, `cannot be sorted by "color"`},
		"/catalog?q=%ff":                         {400, "not valid UTF-8"},
		"/catalog?q=" + strings.Repeat("q", 101): {400, "more than 100 characters"},
		"/catalog?type=none":                     {200, "There is no such shelf"},
		"/catalog?type=kitchen&category=none":    {200, "Show the whole catalog"},
		"/catalog?q=%25":                         {200, "No product for “%”"},
		"/catalog?q=_":                           {200, "No product"},
		"/catalog?q=*+*":                         {200, "No product"},
		"/catalog?q=+&type=kitchen":              {200, "31 products"},
		"/catalog?sort=available&page=1000000":   {200, "Page 2 of 2"},
		"/product/NONE":                          {404, `There is no product "NONE"`},
		"/product/%ff":                           {404, "There is no product"},
		"/nowhere":                               {404, "There is nothing here"},
		"/product/a/b":                           {404, "There is nothing here"},
		"/catalog/":                              {404, "There is nothing here"},
		"/static/none.css":                       {404, "There is nothing here"},
	} {
		b.get(path).want(t, c.status, c.says)
	}
	g := b.send(http.MethodDelete, "/cart", nil)
	g.want(t, 405, "That cannot be done here", `does not take "DELETE"`)
	if allow := g.header.Get("Allow"); allow != "GET, HEAD" {
		t.Errorf("Allow is %q", allow)
	}
	b.send(http.MethodGet, "/cart/add", nil).want(t, 405)
}

func TestAMadeUpTypeIsNotATitle(t *testing.T) {
	g := newRig(t).browser().get("/catalog?type=Free+money")
	if strings.Contains(g.body, "<h1>Free money") || strings.Contains(g.body, "<title>Free money") {
		t.Error("the page is titled with what the address says")
	}
	if strings.Contains(g.body, `type="hidden" name="type"`) {
		t.Error("the next search would look on a shelf that is not there")
	}
}

func TestWhatIsAskedForUnbidden(t *testing.T) {
	b := newRig(t).browser()
	if g := b.get("/robots.txt"); g.status != 200 || g.header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(g.body, "Disallow: /checkout\n") {
		t.Errorf("robots.txt: %d %s", g.status, g.body)
	}
	if g := b.get("/favicon.ico"); g.status != 200 || g.path != page.Asset("favicon.svg") || g.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("favicon.ico: %d at %s, %s", g.status, g.path, g.header.Get("Content-Type"))
	}
}

func TestTheFrontPageIsVaried(t *testing.T) {
	r := newRig(t)
	var products []catalog.Product
	for i := range 40 {
		for _, kind := range []string{"bags", "garden", "party"} {
			name := []string{"Checked", "Plain", "Striped", "Woven"}[i/10] + " thing"
			products = append(products, catalog.Product{
				SKU: id.SKU(fmt.Sprintf("%s-%02d", kind, i)), Name: name, Type: kind, Category: "things", Price: money.Of(100, "GBP"),
			})
		}
	}
	r.do(store.ListProducts{Products: products})
	for _, product := range products {
		r.stock("wh1", product.SKU, 5)
	}
	r.pump()
	first := r.browser().get("/")
	if again := r.browser().get("/"); text(again.body) != text(first.body) {
		t.Error("the front page is another one at the next visit")
	}
	words := map[string]bool{}
	for _, match := range regexp.MustCompile(`(\w+) thing</a>`).FindAllStringSubmatch(first.body, -1) {
		words[match[1]] = true
	}
	if len(words) != 3 {
		t.Errorf("of three types it shows %v", words)
	}
}

func TestTheMostInStockComesFirst(t *testing.T) {
	g := newRig(t).browser().get("/catalog?sort=available")
	said := text(g.body)
	spoon, mug := strings.Index(said, "Spoon 07"), strings.Index(said, "Blue mug")
	if spoon < 0 || mug < spoon || strings.Index(said, "Lamp") < mug {
		t.Errorf("Spoon 07 (100), Blue mug (8) and Lamp (0) are not in this order: %s", said)
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/checkout": "/checkout", "/catalog?q=a&page=2": "/catalog?q=a&page=2", "": "/", "checkout": "/",
		"//evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/", "https://evil.example/": "/",
		"javascript:alert(1)": "/", "/\t/evil.example": "/", "/a\r\nSet-Cookie: x=y": "/", "///evil.example": "/",
		"/%zz": "/", "/\xff": "/", " /x": "/", "http:evil": "/",
	} {
		if got := shop.LocalPath(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}
