package page

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestPictureIsOfItsProduct(t *testing.T) {
	first, again := drawing("22423", lookOf("kitchen")), drawing("22423", lookOf("kitchen"))
	if first != again {
		t.Error("the same product is drawn in two ways")
	}
	seen := make(map[string]int)
	for i := range 200 {
		seen[drawing("SKU-"+strconv.Itoa(i), lookOf("kitchen"))]++
	}
	if len(seen) < 60 {
		t.Errorf("200 products share %d pictures", len(seen))
	}
	if !strings.Contains(drawing("x", lookOf("a type of tomorrow")), paths("box-seam")) {
		t.Error("an unknown type has no icon")
	}
}

func TestEachTypeOfTheSampleHasItsIcon(t *testing.T) {
	seen := make(map[string]string)
	for _, kind := range []string{
		"bags", "bathroom", "candles and light", "christmas", "garden", "home decor",
		"jewelry", "kitchen", "party", "stationery", "textiles", "toys", "other",
	} {
		icon := lookOf(kind).icon
		if other, taken := seen[icon]; taken {
			t.Errorf("%s and %s share the icon %s", kind, other, icon)
		}
		seen[icon] = kind
	}
}

func TestEveryHueHasItsRule(t *testing.T) {
	css := shopCSS(t)
	for hue := range 24 {
		if !strings.Contains(css, "."+hueClass(hue)+" {") {
			t.Errorf("shop.css has no rule for %s", hueClass(hue))
		}
	}
}

// Text must be readable: WCAG 2.2 asks for a contrast of 4.5 to 1, and of 3 to 1
// for the outlines of controls.
func TestColorsAreReadable(t *testing.T) {
	pairs := []struct {
		ink, ground string
		least       float64
	}{
		{"ink", "paper", 4.5},
		{"ink", "card", 4.5},
		{"ink", "sunken", 4.5},
		{"soft", "paper", 4.5},
		{"soft", "card", 4.5},
		{"soft", "sunken", 4.5},
		{"link", "paper", 4.5},
		{"link", "card", 4.5},
		{"link", "sunken", 4.5},
		{"link", "brand-tint", 4.5},
		{"brand-ink", "brand", 4.5},
		{"brand-ink", "brand-hover", 4.5},
		{"brand", "card", 4.5},
		{"header-ink", "header", 4.5},
		{"good", "good-tint", 4.5},
		{"note", "note-tint", 4.5},
		{"warn", "warn-tint", 4.5},
		{"bad", "bad-tint", 4.5},
		{"quiet", "quiet-tint", 4.5},
		{"good", "card", 4.5},
		{"warn", "card", 4.5},
		{"bad", "card", 4.5},
		{"line-strong", "card", 3},
		{"line-strong", "paper", 3},
		{"focus", "paper", 3},
		{"focus", "card", 3},
		{"signal", "header", 3},
	}
	light, dark := tokens(t)
	for name, colors := range map[string]map[string]float64{"light": light, "dark": dark} {
		for _, pair := range pairs {
			a, found1 := colors[pair.ink]
			b, found2 := colors[pair.ground]
			if !found1 || !found2 {
				t.Fatalf("%s: no token %s or %s", name, pair.ink, pair.ground)
			}
			if got := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); got < pair.least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", name, pair.ink, pair.ground, got, pair.least)
			}
		}
	}
}

// tokens reads the relative luminance of every color token; what dark does not
// set anew, it has from light.
func tokens(t *testing.T) (light, dark map[string]float64) {
	t.Helper()
	before, after, found := strings.Cut(shopCSS(t), "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("shop.css has no dark tokens")
	}
	after, _, _ = strings.Cut(after, "/* Bootstrap reads these. */")
	light, dark = make(map[string]float64), make(map[string]float64)
	pattern := regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)
	for _, match := range pattern.FindAllStringSubmatch(before, -1) {
		light[match[1]] = luminance(t, match[2])
		dark[match[1]] = light[match[1]]
	}
	for _, match := range pattern.FindAllStringSubmatch(after, -1) {
		dark[match[1]] = luminance(t, match[2])
	}
	return light, dark
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, err := strconv.ParseUint(hex[i*2:i*2+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(value) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func shopCSS(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("static/shop.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
