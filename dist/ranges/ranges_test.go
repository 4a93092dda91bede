package ranges_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/dist/ranges"
)

func table(side map[string]string) *ranges.Table {
	var rows []ranges.Row
	for key, value := range side {
		rows = append(rows, ranges.Row{Key: key, Hash: ranges.Of([]byte(value))})
	}
	return ranges.NewTable(rows)
}

// descend compares two tables over the wire, and counts the questions.
func descend(t interface{ Fatal(...any) }, here, there *ranges.Table) (keys []string, questions int) {
	for next := []ranges.Range{""}; len(next) > 0; {
		now := next[:min(len(next), ranges.MaxRanges)]
		asked, err := ranges.ParseRanges(ranges.AppendRanges(nil, now))
		if err != nil {
			t.Fatal(err)
		}
		next = next[len(now):]
		questions++
		var told []ranges.Part
		for _, r := range asked {
			told = append(told, there.Tell(r))
		}
		parts, err := ranges.ParseParts(ranges.AppendParts(nil, told))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			differ, deeper := here.Compare(part)
			keys, next = append(keys, differ...), append(next, deeper...)
		}
	}
	slices.Sort(keys)
	return keys, questions
}

// naive compares row by row.
func naive(here, there map[string]string) (keys []string) {
	for key, value := range here {
		if other, both := there[key]; !both || other != value {
			keys = append(keys, key)
		}
	}
	for key := range there {
		if _, both := here[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// TestFindsWhatANaiveComparisonFinds compares random sides, from either end.
func TestFindsWhatANaiveComparisonFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		here, there := map[string]string{}, map[string]string{}
		for i := range rapid.IntRange(0, 600).Draw(t, "rows") {
			here[fmt.Sprint("key", i)], there[fmt.Sprint("key", i)] = fmt.Sprint(i), fmt.Sprint(i)
		}
		for range rapid.IntRange(0, 40).Draw(t, "changes") {
			side := rapid.SampledFrom([]map[string]string{here, there}).Draw(t, "side")
			key := fmt.Sprint("key", rapid.IntRange(0, 700).Draw(t, "key"))
			if rapid.Bool().Draw(t, "delete") {
				delete(side, key)
			} else {
				side[key] = fmt.Sprint(rapid.IntRange(0, 700).Draw(t, "value"))
			}
		}
		want := naive(here, there)
		for _, side := range [][2]map[string]string{{here, there}, {there, here}} {
			if got, _ := descend(t, table(side[0]), table(side[1])); !slices.Equal(got, want) {
				t.Fatalf("found %v, want %v", got, want)
			}
		}
	})
}

// TestFewQuestions asks once when nothing differs, and few times for one row of many.
func TestFewQuestions(t *testing.T) {
	side := map[string]string{}
	for i := range 20_000 {
		side[fmt.Sprint(i)] = "same"
	}
	if keys, questions := descend(t, table(side), table(side)); len(keys) > 0 || questions != 1 {
		t.Errorf("equal sides: %v, %d questions, want one", keys, questions)
	}
	other := maps.Clone(side)
	other["4711"] = "another"
	keys, questions := descend(t, table(side), table(other))
	if diff := cmp.Diff([]string{"4711"}, keys); diff != "" || questions > 5 {
		t.Errorf("%d questions, want 5 at most; %s", questions, diff)
	}
}

// TestMalformed refuses what is no question and no answer.
func TestMalformed(t *testing.T) {
	for name, bytes := range map[string][]byte{
		"nothing":        {},
		"no such digit":  ranges.AppendRanges(nil, []ranges.Range{"g"}),
		"too deep":       ranges.AppendRanges(nil, []ranges.Range{"00000000000000000000000000000000"}),
		"too many":       ranges.AppendRanges(nil, make([]ranges.Range, ranges.MaxRanges+1)),
		"something left": append(ranges.AppendRanges(nil, []ranges.Range{"a"}), 0),
		"cut off":        ranges.AppendRanges(nil, []ranges.Range{"abc"})[:3],
	} {
		if got, err := ranges.ParseRanges(bytes); err == nil {
			t.Errorf("%s: read as %q", name, got)
		}
	}
	both := []ranges.Part{{Parts: make([]ranges.Sum, ranges.Fan), Rows: make([]ranges.Row, 1)}}
	if got, err := ranges.ParseParts(ranges.AppendParts(nil, both)); err == nil {
		t.Errorf("sums and rows in one: read as %v", got)
	}
	few := []ranges.Part{{Parts: make([]ranges.Sum, 3)}}
	if got, err := ranges.ParseParts(ranges.AppendParts(nil, few)); err == nil {
		t.Errorf("three sums: read as %v", got)
	}
}

// FuzzParts reads any bytes: what is read is written again as it was.
func FuzzParts(f *testing.F) {
	f.Add(ranges.AppendParts(nil, []ranges.Part{{Range: "a", Parts: make([]ranges.Sum, ranges.Fan)}, {Rows: []ranges.Row{{Key: "k"}}}}))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if parts, err := ranges.ParseParts(data); err == nil {
			if again := ranges.AppendParts(nil, parts); !slices.Equal(again, data) {
				t.Errorf("%x is read as %v, which is written as %x", data, parts, again)
			}
			for _, part := range parts {
				table(map[string]string{"a": "b"}).Compare(part)
			}
		}
		if asked, err := ranges.ParseRanges(data); err == nil {
			if again := ranges.AppendRanges(nil, asked); !slices.Equal(again, data) {
				t.Errorf("%x is read as %v, which is written as %x", data, asked, again)
			}
		}
	})
}
