package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"crossdock/core/fault"
)

// The numbers are stored and the names cross the wire: this table only grows.
func TestKindsAreForEver(t *testing.T) {
	golden := []string{
		"internal", "invalid", "not-found", "exists", "conflict", "short", "unauthenticated",
		"denied", "unavailable", "busy", "too-large", "mismatch", "newer", "corrupt",
	}
	constants := []fault.Kind{
		fault.Internal, fault.Invalid, fault.NotFound, fault.Exists, fault.Conflict, fault.Short, fault.Unauthenticated,
		fault.Denied, fault.Unavailable, fault.Busy, fault.TooLarge, fault.Mismatch, fault.Newer, fault.Corrupt,
	}
	for number, name := range golden {
		kind := constants[number]
		if int(kind) != number || kind.String() != name || fault.ParseKind(name) != kind {
			t.Errorf("kind %d is %d, called %s, and %q reads as %s; want %s", number, kind, kind, name, fault.ParseKind(name), name)
		}
	}
	if beyond := fault.Kind(len(golden)); beyond.String() != fmt.Sprintf("kind-%d", len(golden)) {
		t.Errorf("the kind %s is not in this table: add it at the end", beyond)
	}
	for _, name := range []string{"", "INVALID", "kind-1", "nonsense"} {
		if got := fault.ParseKind(name); got != fault.Internal {
			t.Errorf("ParseKind(%q) = %s, want internal", name, got)
		}
	}
}

func TestKindOf(t *testing.T) {
	short := fault.New(fault.Short, "%d left", 2)
	for _, test := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"a fault", short, fault.Short},
		{"wrapped by Wrap", fault.Wrap(short, "store.PlaceOrder", "no"), fault.Short},
		{"wrapped by fmt", fmt.Errorf("no: %w", short), fault.Short},
		{"joined", errors.Join(io.EOF, short), fault.Short},
		{"the outer one counts", &fault.Error{Kind: fault.Corrupt, Cause: short}, fault.Corrupt},
		{"foreign", io.EOF, fault.Internal},
		{"foreign, wrapped", fault.Wrap(io.EOF, "op", "no"), fault.Internal},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fault.KindOf(test.err); got != test.want || !fault.Is(test.err, test.want) {
				t.Errorf("KindOf(%v) = %s, want %s", test.err, got, test.want)
			}
		})
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("nil is a fault")
	}
	if fault.Wrap(nil, "op", "no") != nil {
		t.Error("Wrap made a fault out of nil")
	}
	if !errors.Is(fault.Wrap(io.EOF, "op", "no"), io.EOF) {
		t.Error("Wrap lost the cause")
	}
}

func TestPublicGivesNothingAway(t *testing.T) {
	secret := errors.New("pq: password of crossdock is wrong")
	const ours = "something went wrong on our side"
	for _, test := range []struct {
		name           string
		err            error
		message, field string
	}{
		{"a fault", fault.At("lines[0].quantity", fault.Invalid, "the quantity %d", 0), "the quantity 0", "lines[0].quantity"},
		{"its cause is kept back", &fault.Error{Kind: fault.Busy, Op: "store", Message: "try later", Cause: secret}, "try later", ""},
		{"internal, with a message", fault.New(fault.Internal, "%v", secret), ours, ""},
		{"internal, with a field", fault.At("name", fault.Internal, "%v", secret), ours, ""},
		{"foreign", secret, ours, ""},
		{"foreign, wrapped", fault.Wrap(secret, "op", "reading %v", secret), ours, ""},
		{"no message", &fault.Error{Kind: fault.Corrupt, Cause: secret}, ours, ""},
		{"wrapped by fmt", fmt.Errorf("%v: %w", secret, fault.New(fault.NotFound, "no such order")), "no such order", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			message, field := fault.Public(test.err)
			if message != test.message || field != test.field {
				t.Errorf("Public = %q, %q; want %q, %q", message, field, test.message, test.field)
			}
		})
	}
}

func TestErrorIsForTheLog(t *testing.T) {
	for want, err := range map[string]error{
		"store.PlaceOrder: the order cannot be taken: EOF": fault.Wrap(io.EOF, "store.PlaceOrder", "the order cannot be taken"),
		"2 left":       fault.New(fault.Short, "2 left"),
		"corrupt: EOF": &fault.Error{Kind: fault.Corrupt, Cause: io.EOF},
	} {
		if err.Error() != want {
			t.Errorf("Error() = %q, want %q", err.Error(), want)
		}
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		"85123A":                 `"85123A"`,
		"a\"b\n\x1b[31m":         `"a\"b\n\x1b[31m"`,
		"\xff\xfe":               `"\xff\xfe"`,
		"é":                      `"é"`,
		strings.Repeat("é", 40):  `"` + strings.Repeat("é", 40) + `"`,
		strings.Repeat("é", 41):  `"` + strings.Repeat("é", 40) + `" (cut)`,
		strings.Repeat("a", 1e6): `"` + strings.Repeat("a", 40) + `" (cut)`,
		"\u202e" + "moc.elpmaxe": `"\u202emoc.elpmaxe"`,
	} {
		if got := fault.Quote(text); got != want {
			t.Errorf("Quote(%.20q...) = %s, want %s", text, got, want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("85123A")
	f.Add(strings.Repeat("\xff", 100))
	f.Add("\x00\n\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := fault.Quote(text)
		if len(got) > 40*len(`\U0010ffff`)+len(`"" (cut)`) || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("Quote(%q) = %s", text, got)
		}
	})
}
