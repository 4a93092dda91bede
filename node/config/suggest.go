package config

import (
	"fmt"
	"strings"
)

// suggest names the known key that is nearest to an unknown one, or nothing when
// none is near.
func suggest(path string, all []setting) string {
	best, distance := "", len(path)/2+1
	for _, s := range all {
		for _, candidate := range []string{s.path, section(s.path)} {
			if d := edits(path, candidate); candidate != "" && d < distance {
				best, distance = candidate, d
			}
		}
		if last(s.path) == last(path) && distance > 1 { // right word, wrong section
			best, distance = s.path, 1
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

func section(path string) string {
	above, _, _ := strings.Cut(path, ".")
	if above == path {
		return ""
	}
	return above
}

func last(path string) string { return path[strings.LastIndex(path, ".")+1:] }

// edits is the Levenshtein distance of two texts, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// place names a key in a file with its line, where the line can be told: the
// parser keeps none, so the keys of the path are looked for one below the other.
func place(name string, text []byte, path string) string {
	lines := strings.Split(string(text), "\n")
	keys := strings.Split(path, ".")
	at, depth := 0, 0
	for ; at < len(lines) && depth < len(keys); at++ {
		inner := strings.TrimLeft(lines[at], " ")
		if depth == 0 && inner != lines[at] {
			continue // a key of the top stands at the margin
		}
		key, _, found := strings.Cut(inner, ":")
		if found && strings.Trim(key, "\"' \t") == keys[depth] {
			depth++
		}
	}
	if depth < len(keys) {
		return fmt.Sprintf("%s: %s", name, path)
	}
	return fmt.Sprintf("%s:%d: %s", name, at, path)
}

// Nearest returns the known word that an unknown one was likely meant to be, or
// "" when none is near.
func Nearest(word string, known []string) string {
	best, distance := "", len(word)/2+1
	for _, candidate := range known {
		if d := edits(word, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}
