package page

import "strings"

// input describes one field of a form to the component that draws it.
type input struct {
	form        string // tells fields of one name apart, where a page has several such forms
	name, label string
	kind        string // type attribute; unused for a select
	value       string
	err         string
	hint        string
	complete    string // autocomplete attribute
	class       string
	most        int // longest value in characters; 0 for no limit
	required    bool
}

func (in input) id() string { return "field-" + in.form + in.name }

// describedBy names the notes under the field, for screen readers.
func (in input) describedBy() string {
	var notes []string
	if in.err != "" {
		notes = append(notes, in.id()+"-error")
	}
	if in.hint != "" {
		notes = append(notes, in.id()+"-hint")
	}
	return strings.Join(notes, " ")
}

// plural picks the form of a word that goes with n.
func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
