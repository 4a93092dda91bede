package shop_test

import (
	"net/http"
	"strings"
	"testing"

	"crossdock/core/id"
	"crossdock/web/shop"
)

func isPart(t *testing.T, g got) {
	t.Helper()
	if strings.Contains(g.body, "<html") || g.body == "" {
		t.Errorf("%s: not a part: %s", g.path, text(g.body))
	}
}

func TestHtmxGetsParts(t *testing.T) {
	r := newRig(t)
	b := r.customer("maren")
	b.header.Set("HX-Request", "true")

	g := b.get("/catalog?q=mug")
	g.want(t, 200, "Blue mug")
	isPart(t, g)
	g = b.post("/cart/add", "sku", "MUG/1 B", "quantity", "3")
	g.want(t, 200, "Blue mug is in your cart.", "View cart")
	isPart(t, g)
	if !strings.Contains(g.body, `data-units="3"`) {
		t.Error("the badge does not follow")
	}
	g = b.post("/cart/set", "sku", "MUG/1 B", "quantity", "4")
	g.want(t, 200, "4 units")
	isPart(t, g)
	g = b.post("/cart/set", "sku", "MUG/1 B", "quantity", "abc")
	g.want(t, 422, `The quantity "abc" is not a whole number.`)
	isPart(t, g)
	if g.header.Get("HX-Retarget") != "#toast" || g.header.Get("HX-Reswap") != "innerHTML" {
		t.Errorf("the message would replace the cart: %v", g.header)
	}
	isPart(t, b.post("/cart/add", "sku", "NONE", "quantity", "1"))
	isPart(t, b.get("/sites"))
	isPart(t, b.post("/sites/wh2/cut"))

	b.header.Del("HX-Request")
	path := strings.Replace(b.send(http.MethodPost, "/checkout", b.checkout()).path, "/placed/", "/order/", 1)
	b.header.Set("HX-Request", "true")
	g = b.get(path)
	isPart(t, g)
	for _, part := range []string{"units · £10.00", "What happened", "Who ships what", "What you ordered", "Where to", "Change the address", "Payment", "What we told you", "Void this order", "Why these warehouses"} {
		if !strings.Contains(text(g.body), part) {
			t.Errorf("a page of an order that stays open does not renew %q", part)
		}
	}

	guest := r.browser()
	guest.header.Set("HX-Request", "true")
	g = guest.get(path)
	if g.status != 200 || g.body != "" || !strings.HasPrefix(g.header.Get("HX-Redirect"), "/login?next=") {
		t.Errorf("a session that has ended: %d, HX-Redirect %q", g.status, g.header.Get("HX-Redirect"))
	}
}

func TestASiteIsCutAndHealed(t *testing.T) {
	r := newRig(t, func(d *shop.Deps) { d.SiteNames = map[id.Site]string{"wh2": "Carlisle"} })
	b := r.browser()
	b.get("/sites").want(t, 200, "Connected", "Cut the link to wh2", "Parked messages 3", "Carlisle (wh2)", "wh1 2 105 0 105")

	b.post("/sites/wh2/cut").want(t, 200, "Heal the link to wh2", "wh2 is stale since 1 Mar, 12:31")
	b.get("/product/MUG%2F1%20B").want(t, 200, "Carlisle (wh2) has been out of reach since 1 Mar, 12:31", "stale since 1 Mar, 12:31", "as of")
	b.get("/catalog?q=mug").want(t, 200, "at 2 warehouses, not all within reach")
	b.post("/sites/wh2/heal").want(t, 200, "Cut the link to wh2")
	if said := text(b.get("/").body); strings.Contains(said, "out of reach") {
		t.Errorf("the banner stays: %s", said)
	}
	b.post("/sites/wh9/cut").want(t, 404, `There is no warehouse "wh9"`)
}

func TestSitesAreCutInTheDemoAlone(t *testing.T) {
	r := newRig(t)
	r.sites.fixed = true
	b := r.browser()
	if said := text(b.get("/sites").body); strings.Contains(said, "Cut the link") {
		t.Error("there is a switch")
	}
	b.post("/sites/wh2/cut").want(t, 403)
	if r.sites.IsCut("wh2") {
		t.Error("the link was cut")
	}
}

func TestOnlyFiguresThatComeHereGrowOld(t *testing.T) {
	r := newRig(t)
	r.sites.deaf = "wh1"
	if said := text(r.browser().get("/").body); strings.Contains(said, "out of reach") {
		t.Errorf("the store hears wh1, and says that it does not: %s", said)
	}
}
