package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

func trialOf(district id.District, lines ...trialLine) trial {
	t := trial{order: api.SampleOrder{District: district}}
	for _, l := range lines {
		t.add(l.sku, l.units, l.line)
	}
	return t
}

type trialLine struct {
	sku   id.SKU
	units int64
	line  int
}

func TestReadTrials(t *testing.T) {
	invoices := "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" +
		"1,MUG1,Mug,2,2026-03-02 08:00:00,9.50,7,North East\n" +
		"1,mug1,Mug,1,2026-03-02 08:00:00,9.50,7,North East\n" + // one line with the one before
		"1,CUP1,Cup,1,2026-03-02 08:00:00,0,7,North East\n" +
		"C2,MUG1,Mug,-1,2026-03-02 09:00:00,9.50,7,North East\n" +
		"3,MUG1,Mug,4,2026-03-02 09:30:00,9.50,7,South\n"
	cases := map[string]struct {
		text string
		want []trial
		left string
		err  string
	}{
		"two orders": {
			text: "\ufefforder,District, SKU,Quantity\r\n7,north,MUG, 2\r\n7,north,CUP,1\r\n\r\n8,south,MUG,1\r\n",
			want: []trial{trialOf("north", trialLine{"MUG", 2, 2}, trialLine{"CUP", 1, 3}), trialOf("south", trialLine{"MUG", 1, 5})},
		},
		"invoices": {
			text: invoices,
			want: []trial{trialOf("north-east", trialLine{"MUG1", 3, 2}), trialOf("south", trialLine{"MUG1", 4, 6})},
			left: "1 cancellation and 1 line that the import skips",
		},
		"invoices of a wrong form":  {text: invoices + "4,MUG1,Mug,many,2026-03-02 09:30:00,9.50,7,South\n", err: `line 7: the Quantity "many" is not a whole number`},
		"nothing":                   {text: "", err: "line 1: want the header order,district,sku,quantity, or that of a file of invoices"},
		"another header":            {text: "a,b\n", err: "line 1: want the header order,district,sku,quantity, or that of a file of invoices"},
		"no orders":                 {text: "order,district,sku,quantity\n", err: "the file has no orders"},
		"a field too few":           {text: "order,district,sku,quantity\n7,north,MUG\n", err: "line 2: want 4 fields, as the header has"},
		"a quote without its other": {text: "order,district,sku,quantity\n7,north,\"MUG,1\n", err: "line 2: not readable as CSV: extraneous or missing \" in quoted-field"},
		"wrong fields": {
			text: "order,district,sku,quantity\n,north,MUG,1\n7,North,MUG,1\n8,north,,1\n",
			err:  `line 2: the order has no name; line 3: "North" is no district name: want a lower-case letter, then up to 31 of a-z, 0-9 and -; line 4: the SKU is empty`,
		},
		"wrong quantities": {
			text: "order,district,sku,quantity\n7,north,A,0\n7,north,B,1.5\n7,north,C,1000001\n",
			err:  `line 2: the quantity 0 is not above zero; line 3: the quantity "1.5" is not a whole number; line 4: the quantity 1000001 is above the limit of 1000000`,
		},
		"an order in two places": {
			text: "order,district,sku,quantity\n7,north,A,1\n8,north,A,1\n7,north,B,1\n",
			err:  `line 4: the order "7" goes on after another one has begun`,
		},
		"an order to two districts": {
			text: "order,district,sku,quantity\n7,north,A,1\n7,south,B,1\n",
			err:  `line 3: the order "7" goes to another district than before`,
		},
		"many wrong lines": {
			text: "order,district,sku,quantity\n" + strings.Repeat("7,north,A,0\n", 7),
			err:  strings.Join([]string{zero(2), zero(3), zero(4), zero(5), zero(6)}, "; ") + "; and 2 more",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, left, err := readTrials(strings.NewReader(c.text), "GBP")
			if c.err != "" {
				if message, _ := fault.Public(err); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(message, c.err) || got != nil {
					t.Fatalf("got %v, %v, want %s", got, err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(trial{})); diff != "" || left != c.left {
				t.Errorf("left out %q, want %q; orders (-want +got):\n%s", left, c.left, diff)
			}
		})
	}
}

func zero(line int) string { return fmt.Sprintf("line %d: the quantity 0 is not above zero", line) }

func TestFitting(t *testing.T) {
	small := trialOf("north", trialLine{"MUG", 1, 2})
	lines := make([]trialLine, 500)
	for i := range lines {
		lines[i] = trialLine{"A", 1, i}
	}
	large := trialOf("north", lines...)
	for i := range lines {
		lines[i].sku = id.SKU(strings.Repeat("A", id.MaxSKU))
	}
	wide := trialOf("north", lines...) // 500 x about 90 bytes
	cases := map[string]struct {
		order       trial
		there, want int
	}{
		"all":                {small, mostTrials, mostTrials},
		"one order too many": {small, mostTrials + 1, mostTrials},
		"all lines":          {large, mostLines / 500, mostLines / 500},
		"lines too many":     {large, mostLines/500 + 1, mostLines / 500},
		"bytes too many":     {wide, 30, 23},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			all := make([]trial, c.there)
			for i := range all {
				all[i] = c.order
			}
			if got, err := fitting(all); err != nil || len(got) != c.want {
				t.Errorf("got %d orders, %v; want %d", len(got), err, c.want)
			}
		})
	}
}

func TestMicros(t *testing.T) {
	for micros, want := range map[int64]string{0: "0.00", 2_500_000: "2.50", 1_000: "0.001", 12_345_678: "12.345678", 10: "0.00001"} {
		if got := microsText(micros); got != want {
			t.Errorf("%d: got %s, want %s", micros, got, want)
		}
	}
}
