package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"crossdock/core/fault"
)

// decode reads a JSON body. Its errors are shown to the person who asked. Bytes
// that are not UTF-8 are refused, where the standard decoder would replace them.
func decode(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not valid UTF-8")
	}
	err := json.Unmarshal(data, into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var public *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not valid JSON: %s, at byte %d", syntax.Error(), syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("%s cannot be %s", orBody(kind.Field), fault.Quote(kind.Value))
	case errors.As(err, &public):
		return errors.New(public.Message)
	default:
		return errors.New("the body does not have the form that is expected here")
	}
}

func orBody(field string) string {
	if field == "" {
		return "a value of the body"
	}
	return "the field " + field
}
