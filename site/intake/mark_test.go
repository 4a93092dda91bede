package intake_test

import (
	"io"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/site/intake"
)

func TestUnmarked(t *testing.T) {
	for name, c := range map[string]struct {
		file, refused string
	}{
		"plain":          {"StockCode,Warehouse\n", ""},
		"empty":          {"", ""},
		"short":          {"\xef", ""},
		"UTF-8 mark":     {"\xef\xbb\xbfStockCode\n", "byte-order mark"},
		"UTF-16, little": {"\xff\xfeS\x00", "UTF-16"},
		"UTF-16, big":    {"\xfe\xff\x00S", "UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := intake.Unmarked(strings.NewReader(c.file))
			if c.refused != "" {
				if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("%v, want a refusal for %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(file); err != nil || string(got) != c.file {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}
