package node_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"crossdock/core/id"
	"crossdock/node"
	"crossdock/site/store"
)

// screenshots names a directory that gets a picture of each page, 1280 and 390
// pixels wide, for people to look at.
const screenshots = "CROSSDOCK_SCREENSHOTS"

// customer is somebody with a browser.
type customer struct {
	t   *testing.T
	ctx context.Context
	url string
}

func newCustomer(t *testing.T, url string) *customer {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium: not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses root otherwise
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return &customer{t, ctx, url}
}

func (c *customer) do(actions ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, actions...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *customer) visit(path string) {
	c.t.Helper()
	c.do(chromedp.Navigate(c.url + path))
}

// eval returns the value of an expression in the page, as text.
func (c *customer) eval(expression string) string {
	c.t.Helper()
	value, err := chromedp.Run(c.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		c.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression is true in the page. A page that is just being
// left for the next one cannot be asked, and counts as "not yet".
func (c *customer) await(expression string) {
	c.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); <-ticker.C {
		var holds bool
		holds, last = chromedp.Run(c.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if last == nil && holds {
			return
		}
	}
	c.t.Fatalf("at %s it never came to %s (%v):\n%s", c.eval("location.pathname"), expression, last, c.eval("document.body.innerText"))
}

// reads waits until the page's text has this in it.
func (c *customer) reads(text string) {
	c.t.Helper()
	c.await("document.body && document.body.innerText.toLowerCase().includes(" + quoted(text) + ")")
}

func quoted(text string) string { return "`" + text + "`.toLowerCase()" }

// fill types into the fields of a form, by name.
func (c *customer) fill(fields map[string]string) {
	c.t.Helper()
	for name, value := range fields {
		if got := c.eval(`(() => { const f = document.querySelector('main [name="` + name + `"]');
			if (!f) return 'missing'; f.value = ` + "`" + value + "`" + `; return f.value })()`); got != value {
			c.t.Fatalf("the field %s takes %q, not %q", name, got, value)
		}
	}
}

// submit sends the form that posts to an address, and waits for the next page.
func (c *customer) submit(action string) {
	c.t.Helper()
	c.eval("window.before = true")
	c.eval(`document.querySelector('form[action="` + action + `"]').requestSubmit()`)
	c.await("!window.before && document.readyState == 'complete'")
}

// picture is taken at both widths, where somebody wants to look.
func (c *customer) picture(name string) {
	c.t.Helper()
	for width, suffix := range map[int64]string{1280: "wide", 390: "narrow"} {
		c.do(chromedp.EmulateViewport(width, 900))
		if c.eval("document.documentElement.scrollWidth > innerWidth") != "false" {
			c.t.Errorf("%s is wider than %d pixels", name, width)
		}
		dir := os.Getenv(screenshots)
		if dir == "" {
			continue
		}
		png, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"-"+suffix+".png"), png, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	c.do(chromedp.EmulateViewport(1280, 900))
}

// TestCustomerInABrowser is the way of a customer: register, browse, order over
// both warehouses, confirm, history; with a link cut and healed on the way.
func TestCustomerInABrowser(t *testing.T) {
	n := start(t, t.TempDir(), node.Options{Demo: true, Sample: true})
	proved(t, n)
	sku, units := overBoth(t, n)
	c := newCustomer(t, n.URL())

	c.visit("/")
	c.picture("01-landing")
	c.visit("/register")
	c.fill(map[string]string{"username": "anna", "password": "short"})
	c.eval(`document.querySelector('form[action="/register"]').noValidate = true`)
	c.submit("/register")
	c.reads("password")
	c.picture("02-register-refused")
	c.fill(map[string]string{"username": "anna", "password": "a long enough secret"})
	c.eval(`document.querySelector('main [name="district"]').selectedIndex = 1`)
	c.submit("/register")
	c.reads("anna")
	c.picture("03-registered")

	c.visit("/catalog")
	c.picture("04-catalog")
	c.visit("/catalog?q=" + sku)
	c.reads(sku)
	c.picture("05-search")
	c.visit("/product/" + sku)
	c.reads("wh1")
	c.picture("06-product")
	c.fill(map[string]string{"quantity": units})
	c.eval(`document.querySelector('main form[action="/cart/add"]').requestSubmit()`)
	c.reads("is in your cart")
	c.visit("/cart")
	c.picture("07-cart")
	c.visit("/checkout")
	c.reads("wh2")
	c.picture("08-checkout")
	c.fill(map[string]string{"name": "Anna Example", "street": "1 Dock Road", "postal_code": "AB1 2CD", "city": "Harbor"})
	c.submit("/checkout")
	c.await("location.pathname.startsWith('/placed/')")
	c.picture("09-placed")
	proved(t, n)

	c.visit("/profile")
	c.reads("placed")
	c.picture("10-profile")
	c.eval(`document.querySelector('main a[href^="/order/"]').click()`)
	c.await("location.pathname.startsWith('/order/') && document.readyState == 'complete'")
	c.reads("wh1")
	c.reads("wh2")
	c.eval("document.querySelectorAll('details').forEach(d => { d.open = true })")
	c.reads("spill-over")
	c.picture("11-order")

	c.visit("/sites")
	c.picture("12-sites")
	c.eval(`document.querySelector('form[action="/sites/wh2/cut"]').requestSubmit()`)
	c.reads("stale since")
	c.picture("13-sites-cut")
	c.visit("/product/" + sku)
	c.reads("since")
	c.picture("14-product-stale")
	c.visit("/sites")
	c.eval(`document.querySelector('form[action="/sites/wh2/heal"]').requestSubmit()`)
	c.await(`!!document.querySelector('form[action="/sites/wh2/cut"]')`)
	c.visit("/nowhere")
	c.picture("15-not-found")
	proved(t, n)
}

// overBoth finds a product of which an order needs both warehouses, and how many
// units that takes.
func overBoth(t *testing.T, n *node.Node) (sku, units string) {
	t.Helper()
	page, err := n.Store().Products(t.Context(), store.ProductQuery{Sort: store.ByName, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, product := range page.Products {
		known, err := n.Store().Availability(t.Context(), product.SKU)
		if err != nil {
			t.Fatal(err)
		}
		held := map[id.Site]int64{}
		for _, a := range known {
			held[a.Level.Warehouse] = a.Held
		}
		if least, most := min(held["wh1"], held["wh2"]), max(held["wh1"], held["wh2"]); least > 1 {
			return string(product.SKU), strconv.FormatInt(most+1, 10)
		}
	}
	t.Fatal("no product is at both warehouses")
	return "", ""
}
