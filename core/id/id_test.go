package id_test

import (
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
)

const dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8" // the name space of RFC 9562, appendix C

func mustUUID(t testing.TB, text string) id.UUID {
	t.Helper()
	u, err := id.ParseUUID(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The vectors are RFC 9562, appendix A.4, and Python's uuid.uuid5.
func TestDeriveIsVersion5(t *testing.T) {
	for name, want := range map[string]string{
		"www.example.com": "2ed6657d-e927-568b-95e1-2665a8aea6a2",
		"python.org":      "886313e1-3b8a-5372-9b90-0c9aee199e5d",
	} {
		if got := id.Derive(mustUUID(t, dns), name).String(); got != want {
			t.Errorf("Derive(dns, %q) = %s, want %s", name, got, want)
		}
	}
}

func TestBesideSortsByItsParent(t *testing.T) {
	parent := mustUUID(t, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
	seen := map[id.UUID]string{}
	for _, name := range []string{"", "accepted/1", "accepted/2", "picked/1", strings.Repeat("x", 1000)} {
		got := id.Beside(parent, name)
		if got.String()[:13] != parent.String()[:13] {
			t.Errorf("Beside(%s, %q) = %s, which does not begin as its parent", parent, name, got)
		}
		if version, variant := got[6]>>4, got[8]>>6; version != 8 || variant != 0b10 {
			t.Errorf("Beside(%s, %q) = %s has version %d and variant %b, want 8 and 10", parent, name, got, version, variant)
		}
		if got != id.Beside(parent, name) {
			t.Errorf("Beside(%s, %q) differs from call to call", parent, name)
		}
		if other, twice := seen[got]; twice {
			t.Errorf("Beside gives %q and %q one identifier", name, other)
		}
		seen[got] = name
	}
	if id.Beside(parent, "a") == id.Beside(mustUUID(t, "017f22e2-79b0-7cc3-98c4-dc0c0c073990"), "a") {
		t.Error("Beside forgets the last bits of the parent")
	}
}

func TestParseUUID(t *testing.T) {
	const canonical = "0123abcd-4567-89ab-cdef-00000000ffff"
	for _, text := range []string{canonical, strings.ToUpper(canonical)} {
		u := mustUUID(t, text)
		if u.String() != canonical {
			t.Errorf("ParseUUID(%q) is %s, want %s", text, u, canonical)
		}
	}
	for _, text := range []string{
		"", "-", canonical[1:], canonical + "0", strings.ReplaceAll(canonical, "-", ""), "{" + canonical + "}",
		strings.Replace(canonical, "-", "_", 1), strings.Replace(canonical, "a", "g", 1), strings.Replace(canonical, "0123", "012é", 1)[:36],
		" " + canonical[1:], "urn:uuid:" + canonical, strings.Repeat("-", 36), strings.Repeat("f", 1<<20),
	} {
		if u, err := id.ParseUUID(text); !fault.Is(err, fault.Invalid) || !u.IsZero() {
			t.Errorf("ParseUUID(%.50q) = %s, %v; want an invalid fault", text, u, err)
		}
	}
}

func TestUUIDAsText(t *testing.T) {
	u := id.UUID{1}
	if err := u.UnmarshalText(nil); err != nil || !u.IsZero() {
		t.Errorf("UnmarshalText of nothing: %s, %v; want the zero UUID", u, err)
	}
	if text, err := u.MarshalText(); err != nil || len(text) != 0 {
		t.Errorf("MarshalText of the zero UUID: %q, %v; want nothing", text, err)
	}
	u = id.UUID{1}
	if err := u.UnmarshalText([]byte("nonsense")); !fault.Is(err, fault.Invalid) || u != (id.UUID{1}) {
		t.Errorf("UnmarshalText of nonsense: %s, %v; want an invalid fault and no change", u, err)
	}
	if o, err := id.ParseOrder(dns); err != nil || o.String() != dns {
		t.Errorf("ParseOrder: %s, %v", o, err)
	}
	if f, err := id.ParseFulfillment("x"); err == nil || !f.IsZero() {
		t.Errorf("ParseFulfillment of x: %s, %v", f, err)
	}
}

func FuzzParseUUID(f *testing.F) {
	f.Add(dns)
	f.Add(strings.ToUpper(dns))
	f.Add("6ba7b810-9dad-11d1-80b4-00c04fd430c\xff")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := id.ParseUUID(text)
		if err != nil {
			return
		}
		if u.String() != strings.ToLower(text) {
			t.Errorf("%q became %s", text, u)
		}
		var back id.UUID
		if marshaled, err := u.MarshalText(); err != nil || back.UnmarshalText(marshaled) != nil || back != u {
			t.Errorf("%s does not survive its text form: %s, %v", u, back, err)
		}
	})
}
