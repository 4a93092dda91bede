package shop

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"crossdock/core/fault"
	"crossdock/core/stock"
	"crossdock/web/httpfault"
	"crossdock/web/page"
)

// maxForm is the most bytes of a form. maxDrained is how much more is read and
// thrown away, so that the sender gets to read the answer.
const (
	maxForm    = 64 << 10
	maxDrained = 4 << 20
)

// form reads the form of a request. One that is too big is fault.TooLarge, one
// that cannot be read fault.Invalid.
func (v *visit) form() (url.Values, error) {
	body := v.Body
	v.Body = http.MaxBytesReader(nil, body, maxForm)
	err := v.ParseForm()
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		if _, err := io.CopyN(io.Discard, body, maxDrained); err != nil && !errors.Is(err, io.EOF) {
			v.Log.Debug("the rest of a form was not read", "err", err)
		}
		return nil, fault.New(fault.TooLarge, "the form is larger than %d KiB", maxForm>>10)
	}
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Message: "the form cannot be read", Cause: err}
	}
	return v.PostForm, nil
}

// kept is what was typed, made fit to be shown again.
func kept(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// quantity reads a number of units that is at least least.
func quantity(text string, least int64) (int64, error) {
	text = strings.TrimSpace(text)
	units, err := strconv.ParseInt(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) && !strings.HasPrefix(text, "-"), units > stock.MaxQuantity:
		return 0, fault.At("quantity", fault.Invalid, "the quantity %s is above the limit of %d", cutShort(text), stock.MaxQuantity)
	case errors.Is(err, strconv.ErrRange), err == nil && units < least && least == 0:
		return 0, fault.At("quantity", fault.Invalid, "the quantity %s is below zero", cutShort(text))
	case err != nil:
		return 0, fault.At("quantity", fault.Invalid, "the quantity %s is not a whole number", fault.Quote(text))
	case units < least:
		return 0, fault.At("quantity", fault.Invalid, "the quantity %d is not above zero", units)
	}
	return units, nil
}

// cutShort shows a number that may have been typed without end.
func cutShort(digits string) string {
	const most = 24
	if len(digits) > most {
		return digits[:most] + "..."
	}
	return digits
}

// query reads a parameter of the address, which is free text of at most most
// characters.
func (v *visit) query(name string, most int) (string, error) {
	text := v.URL.Query().Get(name)
	if !utf8.ValidString(text) {
		return "", statusError{http.StatusBadRequest, "the address holds text that is not valid UTF-8"}
	}
	if utf8.RuneCountInString(text) > most {
		return "", statusError{http.StatusBadRequest, "the address asks for a text of more than " + strconv.Itoa(most) + " characters"}
	}
	return text, nil
}

// pageNumber reads which page of a list the address asks for, from 1; what is
// below that is the first.
func (v *visit) pageNumber() (int, error) {
	const most = 1_000_000
	text := v.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number > most {
		return 0, statusError{http.StatusBadRequest, fault.Quote(text) + " is not a page number"}
	}
	return max(number, 1), nil
}

// pages is how many pages of size a list of total fills.
func pages(total, size int) int { return (total + size - 1) / size }

// formErrors puts a fault beside the one of the form's fields that it is about, or
// above the form, and returns the status to show it with. What no other input
// would mend is returned as it came.
func formErrors(err error, fields ...string) (page.FieldErrors, int, error) {
	told := httpfault.Of(err)
	switch told.Kind {
	case fault.Invalid, fault.Exists, fault.Busy:
	default:
		return nil, 0, err
	}
	if !slices.Contains(fields, told.Field) {
		told.Field = ""
	}
	return page.FieldErrors{told.Field: told.Message}, told.Status, nil
}

// localPath returns next if it is a path of this site, and "/" otherwise: nobody
// may be sent elsewhere by a link to us.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsRune(next, '\\') {
		return "/"
	}
	for _, r := range next {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return "/"
		}
	}
	parsed, err := url.Parse(next)
	if err != nil || parsed.Scheme != "" || parsed.Host != "" || parsed.User != nil {
		return "/"
	}
	return next
}

func loginPath(next string) string {
	if next == "/" {
		return "/login"
	}
	return "/login?" + url.Values{"next": {next}}.Encode()
}
