package intake

import (
	"bufio"
	"io"

	"crossdock/core/fault"
)

// Unmarked returns the file as it is, or refuses one that begins with a
// byte-order mark as fault.Invalid: a mark says that another program has written
// or converted the file, and whoever imports it should have looked. The readers
// of this package take a mark off and note it.
func Unmarked(file io.Reader) (io.Reader, error) {
	whole := bufio.NewReader(file)
	head, err := whole.Peek(len(byteOrderMark))
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case string(head) == byteOrderMark:
		return nil, fault.New(fault.Invalid,
			"line 1: the file begins with a byte-order mark, as Excel writes it: save it as UTF-8 without one, or import it with --bom")
	case len(head) >= 2 && (string(head[:2]) == "\xff\xfe" || string(head[:2]) == "\xfe\xff"):
		return nil, fault.New(fault.Invalid, "line 1: the file is UTF-16: save it as UTF-8")
	}
	return whole, nil
}
