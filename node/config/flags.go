package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// AddFlags gives a flag to every setting that may have one, with the defaults
// for the help text; where sections are named, such as "sourcing", to theirs alone.
func AddFlags(flags *pflag.FlagSet, defaults Config, sections ...string) {
	for _, s := range settings(defaults) {
		if !s.flagged() || len(sections) > 0 && !slices.Contains(sections, section(s.path)) {
			continue
		}
		usage := lowerFirst(strings.TrimSuffix(s.doc, "."))
		switch {
		case s.isDuration():
			flags.Duration(s.flag(), s.value.Interface().(time.Duration), usage)
		case s.typ.Kind() == reflect.Slice:
			flags.StringSlice(s.flag(), words(s.value), usage)
		case s.typ.Kind() == reflect.Bool:
			flags.Bool(s.flag(), s.value.Bool(), usage)
		case s.typ.Kind() == reflect.Int, s.typ.Kind() == reflect.Int64:
			flags.Int64(s.flag(), s.value.Int(), usage)
		default:
			flags.String(s.flag(), s.value.String(), usage)
		}
	}
}

// UnknownVariables returns the names in environ that begin like settings but are
// none: misspelled ones, most often. Others names the variables that something
// else than the configuration reads.
func UnknownVariables(environ []string, others ...string) []string {
	known := others
	for _, s := range settings(Config{}) {
		known = append(known, s.env())
	}
	var unknown []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix) && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

func words(list reflect.Value) []string {
	all := make([]string, list.Len())
	for i := range all {
		all[i] = list.Index(i).String()
	}
	return all
}

func lowerFirst(text string) string {
	if len(text) < 2 || text[1] >= 'A' && text[1] <= 'Z' { // an abbreviation such as NATS
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}
