package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
)

// read turns what a file, a variable or a flag gave into the setting's type. A
// value of another form is fault.Invalid.
func (s setting) read(raw any) (any, error) {
	switch {
	case s.typ == reflect.TypeFor[[]catalog.District]():
		return readGroups(raw, "district", districtFields)
	case s.typ == reflect.TypeFor[[]catalog.Warehouse]():
		return readGroups(raw, "profile", profileFields)
	case s.isDuration():
		return readDuration(raw)
	case s.typ.Kind() == reflect.Slice:
		return readList(raw)
	case s.typ.Kind() == reflect.Bool:
		return readBool(raw)
	case s.typ.Kind() == reflect.Int, s.typ.Kind() == reflect.Int64:
		return readNumber(raw)
	}
	text, ok := raw.(string)
	if !ok {
		return nil, fault.New(fault.Invalid, "%v is not text: put it in quotes", raw)
	}
	if s.oneof != nil && !slices.Contains(s.oneof, text) {
		return nil, fault.New(fault.Invalid, "%s is none of %s", fault.Quote(text), strings.Join(s.oneof, ", "))
	}
	return text, nil
}

func readDuration(raw any) (time.Duration, error) {
	if length, ok := raw.(time.Duration); ok {
		return length, nil
	}
	length, err := time.ParseDuration(fmt.Sprint(raw))
	if err != nil {
		return 0, fault.New(fault.Invalid, "%s is no duration: want a number with a unit, as in 300ms or 2s", fault.Quote(fmt.Sprint(raw)))
	}
	return length, nil
}

func readNumber(raw any) (int64, error) {
	number, err := strconv.ParseInt(fmt.Sprint(raw), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%s is no whole number", fault.Quote(fmt.Sprint(raw)))
	}
	return number, nil
}

func readBool(raw any) (bool, error) {
	switch fmt.Sprint(raw) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fault.New(fault.Invalid, "%s is neither true nor false", fault.Quote(fmt.Sprint(raw)))
}

// readList takes a list, or the words of a text between commas.
func readList(raw any) ([]string, error) {
	switch list := raw.(type) {
	case []string:
		return list, nil
	case string:
		words := strings.Split(list, ",")
		for i := range words {
			words[i] = strings.TrimSpace(words[i])
		}
		return words, nil
	case []any:
		words := make([]string, len(list))
		for i, entry := range list {
			word, ok := entry.(string)
			if !ok {
				return nil, fault.New(fault.Invalid, "%s in the list is not text", fault.Quote(fmt.Sprint(entry)))
			}
			words[i] = word
		}
		return words, nil
	}
	return nil, fault.New(fault.Invalid, "%s is no list", fault.Quote(fmt.Sprint(raw)))
}
