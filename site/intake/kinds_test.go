package intake

import (
	"strings"
	"testing"

	"crossdock/core/catalog"
)

// A word that stems would write otherwise can never be found, and neither can
// one that a kind above it takes already.
func TestKindsTable(t *testing.T) {
	first := make(map[string]kind)
	for _, k := range kinds {
		for words := range strings.SplitSeq(k.words, ", ") {
			if stem := strings.Join(stems(words), " "); stem != words {
				t.Errorf("%s/%s: %q is never found, write %q", k.typ, k.category, words, stem)
			}
			if typ, category := Kind(words); typ != k.typ || category != k.category {
				t.Errorf("%s/%s: %q is taken by %s/%s", k.typ, k.category, words, typ, category)
			}
			if before, twice := first[words]; twice {
				t.Errorf("%q stands in %s/%s and in %s/%s", words, before.typ, before.category, k.typ, k.category)
			}
			first[words] = k
		}
		if err := catalog.CheckText("type", k.typ, 1, catalog.MaxLabel); err != nil {
			t.Error(err)
		}
	}
}

// Each cause has all of its meaning.
func TestCausesAreExplained(t *testing.T) {
	for cause, m := range meanings {
		if m.text == "" || m.unit == "" || m.effect == "" || string(cause) != strings.ToLower(string(cause)) {
			t.Errorf("%q: %+v", cause, m)
		}
	}
}
