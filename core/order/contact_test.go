package order_test

import (
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/order"
)

func checkContact(t *testing.T, check func(string) error, field, text, says string) {
	t.Helper()
	err := check(text)
	if says == "" {
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		return
	}
	message, at := "", ""
	if err != nil {
		message, at = fault.Public(err)
	}
	if !fault.Is(err, fault.Invalid) || message != says || at != field {
		t.Errorf("%q: got %v at %q, want %q", text, err, at, says)
	}
}

func TestCheckEmail(t *testing.T) {
	for text, says := range map[string]string{
		"": "", "maren@example.org": "", "m.h+shop@mail.example.co.uk": "", "maren@bücher.example": "",
		"a@b":                            `"a@b" is not an e-mail address: no dot follows the @`,
		"a@b.":                           `"a@b." is not an e-mail address`,
		"a@.b":                           `"a@.b" is not an e-mail address`,
		"a@b..c":                         `"a@b..c" is not an e-mail address`,
		"@b.c":                           `"@b.c" is not an e-mail address`,
		"a.b.c":                          `"a.b.c" is not an e-mail address`,
		"a@b@c.d":                        `"a@b@c.d" is not an e-mail address`,
		"a b@c.d":                        `"a b@c.d" is not an e-mail address`,
		" ":                              `" " is not an e-mail address`,
		"a\xff@b.c":                      "the email is not valid UTF-8",
		strings.Repeat("a", 255):         "the email is longer than 254 characters",
		"a@b.c\x00":                      "the email has a control character in it",
		"a@" + strings.Repeat("b.c", 84): "",
	} {
		checkContact(t, order.CheckEmail, "email", text, says)
	}
}

func TestCheckPhone(t *testing.T) {
	for text, says := range map[string]string{
		"": "", "12345": "", "+44 (20) 7946-0000": "",
		"1":                     "the phone has fewer than 5 digits",
		"+-() +-()":             "the phone has fewer than 5 digits",
		"call me":               "the phone may hold digits, spaces, and + - ( ) alone",
		"12345 x 6":             "the phone may hold digits, spaces, and + - ( ) alone",
		"١٢٣٤٥":                 "the phone may hold digits, spaces, and + - ( ) alone",
		strings.Repeat("1", 41): "the phone is longer than 40 characters",
	} {
		checkContact(t, order.CheckPhone, "phone", text, says)
	}
}
