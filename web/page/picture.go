package page

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// look is how a type of product is drawn: its icon, and its place on the color
// wheel in steps of 15 degrees.
type look struct {
	icon string
	hue  int
}

// lookOf gives each type that the sample knows a look of its own. A type that
// nobody foresaw gets the parcel, and a color made from its name.
func lookOf(kind string) look {
	switch kind {
	case "kitchen":
		return look{"cup-hot", 3}
	case "home decor":
		return look{"house-heart", 1}
	case "garden":
		return look{"flower1", 9}
	case "toys":
		return look{"puzzle", 5}
	case "stationery":
		return look{"pencil", 15}
	case "bags":
		return look{"handbag", 23}
	case "christmas":
		return look{"tree", 10}
	case "jewelry":
		return look{"gem", 20}
	case "candles and light":
		return look{"lamp", 6}
	case "party":
		return look{"balloon", 22}
	case "textiles":
		return look{"layers", 17}
	case "bathroom":
		return look{"droplet", 12}
	case "other":
		return look{"box-seam", 13}
	}
	return look{"box-seam", int(digest(kind) % 24)}
}

// Picture draws the illustration of a product, since there is no photograph: a
// paper cut-out of plain shapes with the icon of its type, always the same for
// the same SKU. Screen readers skip it; the product's name stands beside it.
// Colors come from classes of shop.css, so that it follows light and dark.
func Picture(sku, kind string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, drawing(sku, lookOf(kind)))
		return err
	})
}

func drawing(sku string, l look) string {
	h := digest(sku)
	// Neighbors in hue, so that a type stays recognizable and a shelf of one type
	// is not of one color.
	hue := (l.hue + int(h%3) + 23) % 24
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="picture %s" viewBox="0 0 200 150" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">`, hueClass(hue))
	b.WriteString(`<rect class="pic-ground" width="200" height="150"/>`)
	mirror := ""
	if h>>8&1 == 1 {
		mirror = ` transform="matrix(-1 0 0 1 200 0)"`
	}
	b.WriteString("<g" + mirror + ">")
	shapes := []func(*strings.Builder, uint64){hills, arches, quarters, bands, dots, sun}
	shapes[h>>16%uint64(len(shapes))](&b, h>>24)
	b.WriteString("</g>")
	fmt.Fprintf(&b, `<circle class="pic-plate" cx="100" cy="75" r="45"/><g class="pic-ink" transform="translate(68 43) scale(4)">%s</g></svg>`, paths(l.icon))
	return b.String()
}

func hills(b *strings.Builder, h uint64) {
	rise := 92 + h%24
	fmt.Fprintf(b, `<circle class="pic-b" cx="%d" cy="38" r="%d"/>`, 34+h>>5%24, 18+h>>8%10)
	fmt.Fprintf(b, `<ellipse class="pic-a" cx="40" cy="165" rx="130" ry="%d"/><ellipse class="pic-c" cx="175" cy="170" rx="110" ry="%d"/>`,
		rise-12, rise-34)
}

func arches(b *strings.Builder, h uint64) {
	x := 30 + h%36
	for i, class := range []string{"pic-c", "pic-b", "pic-a", "pic-ground"} {
		fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="150" r="%d"/>`, class, x, 112-i*26)
	}
	fmt.Fprintf(b, `<circle class="pic-c" cx="%d" cy="30" r="13"/>`, 160+h>>7%24)
}

func quarters(b *strings.Builder, h uint64) {
	classes := []string{"pic-a", "pic-b", "pic-c"}
	turns := []string{"M0 0h50a50 50 0 0 1-50 50z", "M50 0v50a50 50 0 0 1-50-50z", "M50 50h-50a50 50 0 0 1 50-50z", "M0 50v-50a50 50 0 0 1 50 50z"}
	for i := range uint64(12) {
		pick := h >> (i * 3)
		fmt.Fprintf(b, `<path class="%s" transform="translate(%d %d)" d="%s"/>`, classes[(pick+i)%3], i%4*50, i/4*50, turns[pick&3])
	}
}

func bands(b *strings.Builder, h uint64) {
	shift := int(h % 40)
	for i, class := range []string{"pic-a", "pic-c", "pic-b"} {
		x := i*62 - 60 + shift
		fmt.Fprintf(b, `<path class="%s" d="M%d 150l90-150h%dl-90 150z"/>`, class, x, 26+i*5)
	}
}

func dots(b *strings.Builder, h uint64) {
	classes := []string{"pic-a", "pic-b", "pic-c"}
	for i := range uint64(24) {
		fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="%d" r="%d"/>`, classes[(h>>i+i)%3], 16+i%6*34, 20+i/6*37, 5+(h>>(i+3))%8)
	}
}

func sun(b *strings.Builder, h uint64) {
	x, y := 120+h%60, 20+h>>6%40
	for i, class := range []string{"pic-a", "pic-c", "pic-b"} {
		fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="%d" r="%d"/>`, class, x, y, 100-i*30)
	}
	fmt.Fprintf(b, `<rect class="pic-b" x="0" y="%d" width="200" height="6"/><rect class="pic-c" x="0" y="%d" width="200" height="14"/>`, 118+h>>12%8, 136)
}

// digest spreads a text over 64 bits; it decides nothing but looks.
func digest(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	x := h.Sum64()
	// FNV leaves short texts alike in the high bits; this mixes them (splitmix64).
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
