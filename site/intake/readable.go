package intake

import (
	"strings"
	"unicode"
)

// joiners stay in lower case inside a name; initials stay in upper case.
var (
	joiners  = map[string]bool{"a": true, "an": true, "and": true, "at": true, "by": true, "for": true, "in": true, "of": true, "on": true, "or": true, "the": true, "to": true, "with": true}
	initials = map[string]bool{"CD": true, "DVD": true, "EU": true, "LED": true, "TV": true, "UK": true, "USA": true, "BBQ": true}
)

// Readable turns a description as shop systems write it into a name: white
// space normalized, a comma at the end dropped, words in capitals made
// "White Metal Lantern". A word that has a lower-case letter already is kept.
func Readable(description string) string {
	words := strings.Fields(strings.TrimRight(description, ", \t\r\n"))
	for i, word := range words {
		words[i] = readableWord(word, i == 0)
	}
	return strings.Join(words, " ")
}

func readableWord(word string, first bool) string {
	if initials[word] || strings.ContainsFunc(word, unicode.IsLower) {
		return word
	}
	if lower := strings.ToLower(word); joiners[lower] && !first {
		return lower
	}
	var out strings.Builder
	before := ' '
	for _, r := range word {
		// A letter behind a letter or an apostrophe goes on with the word; one behind a digit (3D) stays.
		if unicode.IsLetter(before) || before == '\'' && out.Len() > 1 {
			r = unicode.ToLower(r)
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}
