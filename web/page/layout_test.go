package page_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"crossdock/web/page/pagetest"
)

// What people saw go wrong on the screen, as expressions that must be true.
func TestLayoutHolds(t *testing.T) {
	b := openBrowser(t)
	server := httptest.NewServer(pagetest.Handler())
	defer server.Close()
	hidden := func(selector string) string {
		return `[...document.querySelectorAll("` + selector + `")].every(e => e.checkVisibility() === false)`
	}
	for _, test := range []struct {
		name, fixture string
		width         int64
		media, holds  string
	}{
		{
			"the progress line ends before the signs", "order-sent", 1280, "screen",
			`[...document.querySelectorAll(".stepper li + li")].every(li =>
				parseFloat(getComputedStyle(li, "::before").width) + li.querySelector(".step-sign").offsetWidth <= li.offsetWidth)`,
		},
		{
			"the shop's name is not cut off", "landing-customer", 390, "screen",
			`(e => { e.textContent = "The Crossdock Shop"; return e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 1 })(document.querySelector(".brand span"))`,
		},
		{
			"a whole link does not stretch beside a cut one", "sites-cut", 1280, "screen",
			`(l => l[0].offsetTop === l[1].offsetTop && l[0].offsetHeight < l[1].offsetHeight)(document.querySelectorAll(".link"))`,
		},
		{
			"a table that goes on shows a shadow", "sites-cut", 390, "screen",
			`(e => e.scrollWidth > e.clientWidth && getComputedStyle(e).backgroundImage.includes("gradient"))(document.querySelector(".table-scroll"))`,
		},
		{"a void is not asked for before it is confirmed", "order-placed", 1280, "screen", hidden("form[action$='/void'] button")},
		{"paper has no header", "order-placed", 1280, "print", hidden("header, footer, nav, button, summary.btn")},
		{"paper has the order", "order-placed", 1280, "print", `document.querySelector(".order-lines").checkVisibility()`},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			b.do(chromedp.EmulateViewport(test.width, 800), emulate(test.media), chromedp.Navigate(server.URL+"/fixture/"+test.fixture))
			if got := b.eval(test.holds); got != "true" {
				t.Errorf("%s: %s", test.holds, got)
			}
		})
	}
}

// emulate shows pages as on a screen or on paper.
func emulate(media string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
		return chromedp.Void{}, err
	}
}
