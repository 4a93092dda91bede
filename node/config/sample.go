package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

const sampleHead = `# The configuration of Crossdock. Every setting is shown with its default and
# commented out: remove the # before a key to change it. The environment
# overrides what stands here, and flags override that; the variable and the flag
# of a setting stand above it.
`

// examples are what the settings of the file alone look like, by their path.
func examples(path string) string {
	if path == "districts" {
		return `districts:
  - code: north
    name: North
    warehouses: [wh1, wh2]
    place: {latitude: 54.97, longitude: -1.61}
  - code: south
    name: South
    warehouses: [wh2, wh1]
`
	}
	return `profiles:
  - code: wh1
    name: The Warehouse on the Hill
    place: {latitude: 53.48, longitude: -2.24}
    cut_off: "15:00"
    workdays: [mon, tue, wed, thu, fri]
    handling: 1
    capacity: 500
    safety: 2
    per_box: 3.50
    per_unit: 0.20
    per_km: 0.004
  - code: wh2
`
}

// SampleFile returns a configuration file with every setting commented out,
// each with its meaning and default. Uncommented, it changes nothing, except for
// the examples of districts and profiles.
func SampleFile() []byte {
	var out strings.Builder
	out.WriteString(sampleHead)
	shown := Default(nil)
	shown.Data = "~/.local/share/crossdock"
	above := ""
	for _, s := range settings(shown) {
		indent := ""
		if here := section(s.path); here != "" {
			indent = "  "
			if here != above {
				fmt.Fprintf(&out, "\n%s:\n", here)
				above = here
			}
		}
		out.WriteString("\n")
		comment(&out, indent, s.doc)
		if s.fileOnly() {
			for line := range strings.Lines(examples(s.path)) {
				out.WriteString(indent + "#" + line)
			}
			continue
		}
		comment(&out, indent, s.names())
		fmt.Fprintf(&out, "%s#%s: %s\n", indent, last(s.path), s.yaml())
	}
	return []byte(out.String())
}

// names tells the variable and the flag of a setting.
func (s setting) names() string {
	if !s.flagged() {
		return s.env()
	}
	return s.env() + ", --" + s.flag()
}

// yaml writes the value as a file has it.
func (s setting) yaml() string {
	switch value := s.value.Interface().(type) {
	case time.Duration:
		return value.String()
	case int, int64, bool:
		return fmt.Sprint(value)
	}
	if s.typ.Kind() == reflect.Slice {
		return "[" + strings.Join(words(s.value), ", ") + "]"
	}
	return strconv.Quote(s.value.String())
}

// comment writes text in lines of at most 80 characters.
func comment(out *strings.Builder, indent, text string) {
	line := indent + "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > 80 {
			out.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + word
	}
	out.WriteString(line + "\n")
}
