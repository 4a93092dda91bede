package id_test

import (
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
)

func TestParseSKU(t *testing.T) {
	for text, ok := range map[string]bool{
		"85123A": true, "a": true, "POST": true, "gift 0001": true, "x.y_z-1/2+3": true, strings.Repeat("9", 64): true,
		"": false, " ": false, " a": false, "a ": false, strings.Repeat("9", 65): false, strings.Repeat("é", 32): false,
		"a\tb": false, "a\nb": false, "a\x00": false, "a\xff": false, "a,b": false, "a;b": false, `a"b`: false, "a'b": false,
		"<b>": false, "a?b": false, "a#b": false, "a%20": false, "a\\b": false, "é": false, "４２": false, "a\u00a0b": false, "\ufeffa": false,
	} {
		sku, err := id.ParseSKU(text)
		if good := err == nil; good != ok || good && string(sku) != text || !good && (sku != "" || !fault.Is(err, fault.Invalid)) {
			t.Errorf("ParseSKU(%q) = %q, %v; want accepted: %t", text, sku, err, ok)
		}
	}
}

// words are good and bad names of sites and districts, which are written alike.
var words = map[string]bool{
	"store": true, "wh1": true, "a": true, "north-east-2": true, "a-": true, "a" + strings.Repeat("1", 31): true,
	"": false, "1wh": false, "-a": false, "Store": false, "whA": false, "wh.1": false, "wh 1": false, "wh*": false, "wh>": false,
	"wh/1": false, "wh_1": false, "whé": false, "wh١": false, "wh\x00": false, "wh\n": false, "wh\xff": false, "a" + strings.Repeat("1", 32): false,
}

func TestParseSite(t *testing.T) {
	for text, ok := range words {
		site, err := id.ParseSite(text)
		if good := err == nil; good != ok || good && string(site) != text || !good && (site != "" || !fault.Is(err, fault.Invalid)) {
			t.Errorf("ParseSite(%q) = %q, %v; want accepted: %t", text, site, err, ok)
		}
	}
}

func TestParseDistrict(t *testing.T) {
	for text, ok := range words {
		district, err := id.ParseDistrict(text)
		if good := err == nil; good != ok || good && string(district) != text || !good && (district != "" || !fault.Is(err, fault.Invalid)) {
			t.Errorf("ParseDistrict(%q) = %q, %v; want accepted: %t", text, district, err, ok)
		}
	}
}

func FuzzParseSKU(f *testing.F) {
	for _, seed := range []string{"85123A", "gift 0001", "a ", "é", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := id.ParseSKU(text); err != nil {
			return
		}
		if len(text) < 1 || len(text) > id.MaxSKU || strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > 'z' }) {
			t.Errorf("%q is taken for a SKU", text)
		}
	})
}

func FuzzParseSiteAndDistrict(f *testing.F) {
	for seed := range words {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := id.ParseSite(text)
		if _, other := id.ParseDistrict(text); (err == nil) != (other == nil) {
			t.Errorf("%q is a site (%v) and a district (%v): they are written alike", text, err, other)
		}
		if err == nil && (len(text) > 32 || strings.ContainsAny(text, ".*> /\x00") || strings.ToLower(text) != text) {
			t.Errorf("%q is taken for a site", text)
		}
	})
}
