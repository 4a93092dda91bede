package intake_test

import (
	"strings"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/intake"

	"github.com/google/go-cmp/cmp"
)

func products(t *testing.T, file string) intake.ProductPlan {
	t.Helper()
	plan, err := intake.Products(strings.NewReader(file), "GBP")
	if err != nil {
		t.Fatalf("Products: %v", err)
	}
	accountProducts(t, plan)
	return plan
}

// one reads lines of a single code and returns its product.
func one(t *testing.T, lines ...string) (catalog.Product, intake.ProductPlan) {
	t.Helper()
	plan := products(t, orderHeader+strings.Join(lines, "\n"))
	if len(plan.Products) != 1 {
		t.Fatalf("got %d products, want 1: %+v", len(plan.Products), plan.Products)
	}
	return plan.Products[0], plan
}

func TestNameIsTheMostFrequentDescription(t *testing.T) {
	got, plan := one(t,
		"1,20001,OLD NAME,1,2010-12-01,1,1,N", "2,20001,TIN  MUG ,1,2010-12-01,1,1,N", "3,20001,TIN MUG,1,2010-12-01,1,1,N")
	if got.Name != "Tin Mug" || plan.ByCause[intake.SeveralNames].Count != 1 {
		t.Errorf("got %q, causes %v", got.Name, plan.ByCause)
	}
	if tie, _ := one(t, "1,20001,FIRST,1,2010-12-01,1,1,N", "2,20001,SECOND,1,2010-12-01,1,1,N"); tie.Name != "First" {
		t.Errorf("on a tie got %q, want the first seen", tie.Name)
	}
}

func TestRemarksAreNoNames(t *testing.T) {
	got, plan := one(t,
		"1,20001,damaged,-1,2010-12-01,0,1,N", "2,20001,damaged,-1,2010-12-01,0,1,N",
		"3,20001,?,1,2010-12-01,1,1,N", "4,20001,?,1,2010-12-01,1,1,N", "5,20001,TIN MUG,1,2010-12-01,1,1,N")
	if got.Name != "Tin Mug" || plan.ByCause[intake.SeveralNames] != nil {
		t.Errorf("got %q, causes %v", got.Name, plan.ByCause)
	}
	got, plan = one(t, "1,20001ab,,1,2010-12-01,1,1,N")
	if got.Name != "20001AB" || plan.ByCause[intake.NoName].Count != 1 {
		t.Errorf("without description got %q, causes %v", got.Name, plan.ByCause)
	}
}

func TestPriceIsTheMostFrequentOne(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  int64
	}{
		{"most frequent", []string{"1,20001,A,1,2010-12-01,2,1,N", "2,20001,A,1,2010-12-01,2,1,N", "3,20001,A,1,2010-12-03,3,1,N"}, 200},
		{"latest by time on a tie", []string{"1,20001,A,1,2010-12-03,3,1,N", "2,20001,A,1,2010-12-01,2,1,N"}, 300},
		{"latest by line on equal times", []string{"1,20001,A,1,2010-12-01,3,1,N", "2,20001,A,1,2010-12-01,2,1,N"}, 200},
		{"latest by its latest time, whatever the order of lines", []string{
			"1,20001,A,1,2010-12-03,3,1,N", "2,20001,A,1,2010-12-02,2,1,N", "3,20001,A,1,2010-12-02,2,1,N", "4,20001,A,1,2010-12-01,3,1,N",
		}, 300},
		{"zero never counts", []string{"1,20001,A,1,2010-12-01,0,1,N", "2,20001,A,1,2010-12-01,0,1,N", "3,20001,A,1,2010-12-01,4,1,N"}, 400},
		{"below zero never counts", []string{"1,20001,A,1,2010-12-01,-5,1,N", "3,20001,A,1,2010-12-01,4,1,N"}, 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := one(t, test.lines...); got.Price != money.Of(test.want, "GBP") {
				t.Errorf("got %s, want %d minor units", got.Price, test.want)
			}
		})
	}
}

func TestWhatIsNoProduct(t *testing.T) {
	plan := products(t, orderHeader+
		"1,POST,POSTAGE,1,2010-12-01,18,1,N\n1,20001,,5,2010-12-01,0,1,N\n1,20001,,5,2010-12-01,0.001,1,N\n1,,A,5,2010-12-01,1,1,N\n1,a\u00a31,A,5,2010-12-01,1,1,N\n")
	want := map[intake.Cause][]int{
		intake.NotGoods: {2}, intake.NoPriceEver: {3, 4}, intake.NoStockCode: {5}, intake.BadStockCode: {6},
	}
	got := make(map[intake.Cause][]int)
	for cause, found := range plan.ByCause {
		got[cause] = found.Lines
	}
	if diff := cmp.Diff(want, got); diff != "" || len(plan.Products) != 0 || plan.CodesSkipped != 1 {
		t.Errorf("%d products, %d codes skipped\n%s", len(plan.Products), plan.CodesSkipped, diff)
	}
}

func TestSpellingsOfOneCode(t *testing.T) {
	got, plan := one(t, "1,85123a,HEART,1,2010-12-01,1,1,N", "2, 85123A ,HEART,1,2010-12-01,1,1,N")
	found := plan.ByCause[intake.CodesMerged]
	if got.SKU != "85123A" || found == nil || !cmp.Equal(found.Codes, []string{"85123A"}) {
		t.Errorf("got %s, merged %+v", got.SKU, found)
	}
}

func TestExplicitFieldsWin(t *testing.T) {
	plan := products(t, "StockCode,Description,UnitPrice,Type,Category,Details\n"+
		"20001,TIN MUG,2.5,camping,cookware,\"A mug.\n\nHolds tea.\"\n20002,TIN MUG,2.5,camping,,\n20003,TIN MUG,2.5,,,\n20004,TIN MUG,2.5,,enamel,\n")
	price := money.Of(250, "GBP")
	want := []catalog.Product{
		{SKU: "20001", Name: "Tin Mug", Description: "A mug.\n\nHolds tea.", Type: "camping", Category: "cookware", Price: price},
		{SKU: "20002", Name: "Tin Mug", Type: "camping", Category: "other", Price: price},
		{SKU: "20003", Name: "Tin Mug", Type: "kitchen", Category: "cups and mugs", Price: price},
		{SKU: "20004", Name: "Tin Mug", Type: "kitchen", Category: "enamel", Price: price},
	}
	if diff := cmp.Diff(want, plan.Products); diff != "" {
		t.Error(diff)
	}
}

func TestTermsOfSellingAhead(t *testing.T) {
	release, err := date.Parse("2027-03-01")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, head string
		lines      []string
		policy     catalog.Policy
		cap        int64
		release    date.Date
	}{
		{"none", "", []string{""}, catalog.InStock, 0, 0},
		{"empty fields", "policy,cap,release_on", []string{",,"}, catalog.InStock, 0, 0},
		{"in stock, in words", "Policy", []string{"in-stock"}, catalog.InStock, 0, 0},
		{"backorder", "Policy,Cap", []string{" Backorder , 40 "}, catalog.Backorder, 40, 0},
		{"preorder", "policy,cap,release_on", []string{"preorder,,2027-03-01"}, catalog.Preorder, 0, release},
		{"as a program writes it", "Policy,ReleaseOn", []string{"preorder,2027-03-01"}, catalog.Preorder, 0, release},
		{"the first line that says anything", "policy,cap", []string{",", "backorder,7", "backorder,9"}, catalog.Backorder, 7, 0},
		{"all of one line", "policy,cap", []string{"backorder,", ",9"}, catalog.Backorder, 0, 0},
		{"in stock is said, too", "policy", []string{"in-stock", "backorder"}, catalog.InStock, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := "StockCode,Description,UnitPrice," + test.head + "\n"
			for _, line := range test.lines {
				file += "20001,TIN MUG,2.5," + line + "\n"
			}
			got := products(t, file).Products[0]
			if got.Policy != test.policy || got.Cap != test.cap || got.ReleaseOn != test.release {
				t.Errorf("got %q, %d, %q", got.Policy, got.Cap, got.ReleaseOn)
			}
		})
	}
}

func TestTermsThatAreRefused(t *testing.T) {
	const head = "StockCode,Description,UnitPrice,Policy,Cap,release_on\n20001,MUG,1,,,\n"
	for name, test := range map[string]struct{ line, want string }{
		"no policy":              {"sometimes,,", `line 3: "sometimes" is no policy: want in-stock, backorder or preorder. Nothing`},
		"a cap with a comma":     {`backorder,"1,000",`, `line 3: the Cap "1,000" is not a whole number`},
		"a cap below zero":       {"backorder,-1,", `line 3: the Cap "-1" is not a whole number`},
		"a cap beyond the limit": {"backorder,1000000001,", `line 3: the Cap "1000000001" is not a whole number from 0 to 1000000000`},
		"a cap in stock":         {",5,", "line 3: a cap is for a product that is sold ahead"},
		"no day":                 {"preorder,,soon", `line 3: the ReleaseOn "soon" is no date`},
		"a preorder, undated":    {"preorder,,", "line 3: a preorder, and no other product, has a day of release. Nothing"},
		"a dated backorder":      {"backorder,,2027-03-01", "line 3: a preorder, and no other product, has a day of release"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.Products(strings.NewReader(head+"20001,MUG,1,"+test.line+"\n"), "GBP")
			wantInvalid(t, err, test.want)
		})
	}
	_, err := intake.Products(strings.NewReader("StockCode,Description,UnitPrice,ReleaseOn,release_on\n"), "GBP")
	wantInvalid(t, err, "line 1 names the column ReleaseOn twice")
}

func TestProductsRefusesTheFile(t *testing.T) {
	const head = "StockCode,Description,UnitPrice,Details\n"
	for name, test := range map[string]struct{ file, want string }{
		"missing column":  {"StockCode,UnitPrice\n", "line 1 lacks the column Description"},
		"missing columns": {"StockCode,Type\n", "line 1 lacks the columns Description, UnitPrice"},
		"decimal comma":   {head + "20001,MUG,\"2,55\",\n", "line 2: the UnitPrice"},
		"bad date":        {"StockCode,Description,UnitPrice,InvoiceDate\n20001,MUG,1,soon\n", "line 2: the InvoiceDate"},
		"details too big": {head + "20001,MUG,1," + strings.Repeat("x", 4001) + "\n", "line 2: the Details"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.Products(strings.NewReader(test.file), "GBP")
			wantInvalid(t, err, test.want)
		})
	}
}

func TestIsGoods(t *testing.T) {
	for code, want := range map[id.SKU]bool{
		"85123A": true, "20001": true, "DCGS0003": true,
		"POST": false, "DOT": false, "BANK CHARGES": false, "M": false, "D": false, "C2": false,
		"AMAZONFEE": false, "CRUK": false, "PADS": false, "GIFT_0001_40": false, "TEST001": false, "ADJUST2": false,
	} {
		if got := intake.IsGoods(code); got != want {
			t.Errorf("IsGoods(%q) = %v", code, got)
		}
	}
}

func TestReadable(t *testing.T) {
	for text, want := range map[string]string{
		"WHITE METAL LANTERN":               "White Metal Lantern",
		" SET OF 2  TINS ":                  "Set of 2 Tins",
		"T-LIGHT HOLDER SET/4":              "T-Light Holder Set/4",
		"THE CHILD'S 3D CARD, ":             "The Child's 3D Card",
		"RECORD FRAME 7\" SINGLE":           "Record Frame 7\" Single",
		"POLYESTER FILLER PAD 40x40cm":      "Polyester Filler Pad 40x40cm",
		"RED TOADSTOOL LED NIGHT LIGHT":     "Red Toadstool LED Night Light",
		"Already fine":                      "Already fine",
		"CAFÉ \u00c9TOILE":                  "Café Étoile",
		"GIN + TONIC, FOR THE KITCHEN (XL)": "Gin + Tonic, for the Kitchen (Xl)",
	} {
		if got := intake.Readable(text); got != want {
			t.Errorf("Readable(%q) = %q, want %q", text, got, want)
		}
		if again := intake.Readable(want); again != want {
			t.Errorf("Readable(%q) = %q: not stable", want, again)
		}
	}
}

func TestKind(t *testing.T) {
	for name, want := range map[string][2]string{
		"Tin Mug":                       {"kitchen", "cups and mugs"},
		"Set of 3 Cake Tins":            {"kitchen", "baking"},
		"Hanging Heart T-Light Holder":  {"candles and light", "candle holders"},
		"Christmas Tree Star":           {"christmas", "tree decorations"},
		"Xmas Cake Tin":                 {"christmas", "christmas gifts"},
		"Birthday Cards":                {"stationery", "cards and wrap"},
		"Jumbo Bag Owls":                {"bags", "shopping bags"},
		"Knitted Hot Water Bottle":      {"textiles", "warmers"},
		"Napkin Ring Heart":             {"kitchen", "tableware"},
		"Silver Ring":                   {"jewelry", "earrings and rings"},
		"Wooden Puzzles":                {"toys", "games"},
		"Watering Can Blue":             {"garden", "plants and pots"},
		"Bathroom Metal Hook":           {"bathroom", "bath"},
		"Photo Frame":                   {"home decor", "frames and pictures"},
		"Paper Bunting":                 {"party", "balloons and bunting"},
		"Springtime (nothing we know)":  {"other", "other"},
		"":                              {"other", "other"},
		"Mugwort":                       {"other", "other"},
		"Blue Doormat for the Garden":   {"textiles", "rugs and curtains"},
		"Set of 6 Boxes":                {"home decor", "boxes and baskets"},
		"Ladies & Gentlemen Metal Sign": {"home decor", "signs"},
	} {
		typ, category := intake.Kind(name)
		if got := [2]string{typ, category}; got != want {
			t.Errorf("Kind(%q) = %v, want %v", name, got, want)
		}
	}
}
