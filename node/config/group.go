package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
)

// Districts and profiles stand in the file alone, as lists of groups of keys. Each
// key has a function that reads it.

type groupOf[T any] []field[T]

type field[T any] struct {
	key  string
	read func(into *T, raw any) error
}

var districtFields = groupOf[catalog.District]{
	{"code", func(d *catalog.District, raw any) error { return readName(&d.Code, raw) }},
	{"name", func(d *catalog.District, raw any) error { return readName(&d.Name, raw) }},
	{"warehouses", func(d *catalog.District, raw any) error {
		names, err := readList(raw)
		for _, name := range names {
			d.Warehouses = append(d.Warehouses, id.Site(name))
		}
		return err
	}},
	{"place", func(d *catalog.District, raw any) error { return readPlace(&d.Place, raw) }},
}

var profileFields = groupOf[catalog.Warehouse]{
	{"code", func(w *catalog.Warehouse, raw any) error { return readName(&w.Code, raw) }},
	{"name", func(w *catalog.Warehouse, raw any) error { return readName(&w.Name, raw) }},
	{"place", func(w *catalog.Warehouse, raw any) error { return readPlace(&w.Place, raw) }},
	{"cut_off", func(w *catalog.Warehouse, raw any) error { return readCutOff(&w.CutOff, raw) }},
	{"workdays", func(w *catalog.Warehouse, raw any) error { return readDays(&w.Workdays, raw) }},
	{"handling", func(w *catalog.Warehouse, raw any) error { return readInt(&w.Handling, raw) }},
	{"capacity", func(w *catalog.Warehouse, raw any) error { return readInt(&w.Capacity, raw) }},
	{"safety", func(w *catalog.Warehouse, raw any) error { return readInt(&w.Safety, raw) }},
	{"per_box", func(w *catalog.Warehouse, raw any) error { return readCost(&w.PerBox, raw) }},
	{"per_unit", func(w *catalog.Warehouse, raw any) error { return readCost(&w.PerUnit, raw) }},
	{"per_km", func(w *catalog.Warehouse, raw any) error { return readCost(&w.PerKm, raw) }},
}

var placeFields = groupOf[catalog.Place]{
	{"latitude", func(p *catalog.Place, raw any) error { return readDegrees(&p.Latitude, raw) }},
	{"longitude", func(p *catalog.Place, raw any) error { return readDegrees(&p.Longitude, raw) }},
}

func (f groupOf[T]) names() string {
	names := make([]string, len(f))
	for i := range f {
		names[i] = f[i].key
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// read fills in a value from a group of keys.
func (f groupOf[T]) read(raw any) (value T, err error) {
	keys, ok := raw.(map[string]any)
	if !ok {
		return value, fault.New(fault.Invalid, "want a group of %s", f.names())
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		i := slices.IndexFunc(f, func(known field[T]) bool { return known.key == key })
		if i < 0 {
			return value, fault.New(fault.Invalid, "there is no %s: known are %s", fault.Quote(key), f.names())
		}
		if err := f[i].read(&value, keys[key]); err != nil {
			message, _ := fault.Public(err)
			return value, fault.New(fault.Invalid, "%s: %s", key, message)
		}
	}
	return value, nil
}

// readGroups reads a list of groups; what says what one of them is.
func readGroups[T any](raw any, what string, known groupOf[T]) ([]T, error) {
	list, ok := raw.([]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "want a list of groups of %s", known.names())
	}
	values := make([]T, len(list))
	for i, entry := range list {
		value, err := known.read(entry)
		if err != nil {
			message, _ := fault.Public(err)
			return nil, fault.New(fault.Invalid, "%s %d: %s", what, i+1, message)
		}
		values[i] = value
	}
	return values, nil
}

func readName[T ~string](into *T, raw any) error {
	text, ok := raw.(string)
	if !ok {
		return fault.New(fault.Invalid, "%v is not text: put it in quotes", raw)
	}
	*into = T(text)
	return nil
}

func readInt[T int | int64](into *T, raw any) error {
	number, err := readNumber(raw)
	if err == nil && int64(T(number)) != number {
		err = fault.New(fault.Invalid, "%d is too large", number)
	}
	*into = T(number)
	return err
}

func readPlace(into *catalog.Place, raw any) (err error) {
	*into, err = placeFields.read(raw)
	return err
}

func readDegrees(into *float64, raw any) error {
	degrees, err := strconv.ParseFloat(fmt.Sprint(raw), 64)
	if err != nil || math.IsNaN(degrees) || math.IsInf(degrees, 0) {
		return fault.New(fault.Invalid, "%s is no number of degrees, as in 51.5", fault.Quote(fmt.Sprint(raw)))
	}
	*into = degrees
	return nil
}

// readCutOff takes a time of the day, as in 15:00.
func readCutOff(into *time.Duration, raw any) error {
	text := fmt.Sprint(raw)
	at, err := time.Parse("15:04", text)
	if err != nil {
		return fault.New(fault.Invalid, `%s is no time of the day: want one such as "15:00", in quotes`, fault.Quote(text))
	}
	*into = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	return nil
}

// readDays takes a list of days of the week, or their names between commas.
func readDays(into *date.Days, raw any) error {
	names, err := readList(raw)
	if err != nil {
		return err
	}
	*into, err = date.ParseDays(strings.Join(names, ","))
	return err
}

// readCost takes an amount of the shop's currency with up to six decimals.
func readCost(into *catalog.Micros, raw any) error {
	text := fmt.Sprint(raw)
	if number, ok := raw.(float64); ok {
		text = strconv.FormatFloat(number, 'f', -1, 64)
	}
	refused := fault.New(fault.Invalid, "%s is no cost: want an amount with up to six decimals, as in 3.50", fault.Quote(text))
	whole, decimals, _ := strings.Cut(text, ".")
	const places = 6
	if len(decimals) > places || strings.HasSuffix(text, ".") {
		return refused
	}
	units, err := strconv.ParseUint(whole, 10, 32)
	if err != nil {
		return refused
	}
	millionths, err := strconv.ParseUint(decimals+strings.Repeat("0", places-len(decimals)), 10, 32)
	if err != nil {
		return refused
	}
	*into = catalog.Micros(units*1_000_000 + millionths)
	return nil
}
