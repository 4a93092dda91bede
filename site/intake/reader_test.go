package intake_test

import (
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/intake"
)

const goodLine = "700001,20001,TIN MUG,6,2010-12-01 08:26:00,2.55,17850.0,North"

// Each of these files is refused as a whole, with words that help.
func TestOrdersRefusesTheFile(t *testing.T) {
	line := func(code, quantity, date, price string) string {
		return orderHeader + goodLine + "\n700002," + code + ",MUG," + quantity + "," + date + "," + price + ",1,North\n"
	}
	const day = "2010-12-01"
	tests := []struct {
		name, file string
		want       []string
	}{
		{"empty", "", []string{"the file is empty"}},
		{"white space", " \n\n", []string{"the file is empty"}},
		{"byte-order mark alone", "\xef\xbb\xbf", []string{"the file is empty"}},
		{"missing columns", "InvoiceNo,StockCode,Description,Quantity\n1,2,3,4\n", []string{"InvoiceDate, UnitPrice, CustomerID, Country"}},
		{"column twice", "InvoiceNo,invoiceno,StockCode\n", []string{"names the column InvoiceNo twice"}},
		{"semicolons", strings.ReplaceAll(orderHeader+goodLine, ",", ";"), []string{"separated by semicolons: want commas"}},
		{"quoted semicolons", "\"InvoiceNo\";\"StockCode\"\n", []string{"separated by semicolons"}},
		{"tabs", strings.ReplaceAll(orderHeader+goodLine, ",", "\t"), []string{"separated by tabs"}},
		{"not UTF-8", orderHeader + goodLine + "\n700002,20001,CAF\xc9 MUG,1,2010-12-01,1,1,North\n", []string{"line 3 is not valid UTF-8"}},
		{"carriage returns alone", strings.ReplaceAll(orderHeader+goodLine, "\n", "\r"), []string{"carriage return"}},
		{"UTF-16", "I\x00n\x00v\x00", []string{"line 1 has a control character"}},
		{"quote in a field", orderHeader + goodLine + "\n700002,20001,7\" MUG,1,2010-12-01,1,1,North\n", []string{"line 3: a quote"}},
		{"quote left open", orderHeader + goodLine + "\n700002,20001,\"MUG,1,2010-12-01,1,1,North\n", []string{"line 3: a quote"}},
		{"too few fields", orderHeader + "1,2,3\n" + goodLine + "\n", []string{"line 2: another number of fields"}},
		{"field too long", orderHeader + "700002,20001," + strings.Repeat("x", 1<<20) + ",1,2010-12-01,1,1,North\n", []string{"line 2: a field of 1048576 bytes"}},
		{"name too long", orderHeader + "700002,20001," + strings.Repeat("x", 201) + ",1,2010-12-01,1,1,North\n", []string{"line 2: ", "longer than 200"}},
		{"quantity of words", line("20001", "six", day, "1"), []string{"line 3: the Quantity \"six\" is not a whole number"}},
		{"quantity empty", line("20001", "", day, "1"), []string{"line 3: the Quantity is empty"}},
		{"quantity with a fraction", line("20001", "1.5", day, "1"), []string{"not a whole number"}},
		{"quantity with a comma", line("20001", `"1,5"`, day, "1"), []string{"line 3: the Quantity \"1,5\" has a comma"}},
		{"quantity 10^12", line("20001", "1000000000000", day, "1"), []string{"line 3: the Quantity", "beyond 1000000 units"}},
		{"quantity -10^12", line("20001", "-1000000000000", day, "1"), []string{"beyond 1000000 units"}},
		{"quantity beyond 64 bits", line("20001", "99999999999999999999", day, "1"), []string{"beyond 1000000 units"}},
		{"price with a comma", line("20001", "1", day, `"2,55"`), []string{"line 3: the UnitPrice \"2,55\" has a comma", "2.55"}},
		{"price empty", line("20001", "1", day, ""), []string{"line 3: the UnitPrice is empty"}},
		{"price of words", line("20001", "1", day, "cheap"), []string{"line 3: the UnitPrice"}},
		{"price with an exponent", line("20001", "1", day, "1e3"), []string{"line 3: the UnitPrice"}},
		{"date of another form", line("20001", "1", "12/1/2010 8:26", "1"), []string{"line 3: the InvoiceDate", "want 2010-12-01 08:26:00"}},
		{"date that is none", line("20001", "1", "2010-02-30", "1"), []string{"line 3: the InvoiceDate"}},
		{"several", line("20001", "x", "y", "z"), []string{"line 3: the Quantity", "line 3: the InvoiceDate", "line 3: the UnitPrice", "Nothing was changed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan, err := intake.Orders(strings.NewReader(test.file), "GBP")
			wantInvalid(t, err, test.want...)
			if len(plan.Invoices) != 0 || plan.ByCause != nil {
				t.Errorf("a refused file has the plan %+v", plan)
			}
		})
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	bad := strings.Repeat("700002,20001,MUG,x,2010-12-01,1,1,North\n", 40)
	_, err := intake.Orders(strings.NewReader(orderHeader+bad), "GBP")
	wantInvalid(t, err, "line 2:", "line 6:", "and 35 more")
}

func TestTooLarge(t *testing.T) {
	_, err := intake.Orders(endless{}, "GBP")
	if !fault.Is(err, fault.TooLarge) {
		t.Fatalf("got %v, want fault.TooLarge", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestAcceptedForms(t *testing.T) {
	const shuffled = "Country,UnitPrice,Extra,invoicedate,Quantity,Description, StockCode ,InvoiceNo,CustomerID\n" +
		"North,2.550,?,2010-12-01T08:26:00Z,6,TIN MUG,20001,700001,17850.0\n"
	for name, file := range map[string]string{
		"columns in another order": shuffled,
		"byte-order mark":          "\xef\xbb\xbf" + shuffled,
		"lines ended by CR LF":     strings.ReplaceAll(shuffled, "\n", "\r\n"),
		"an empty line between":    strings.Replace(shuffled, "\n", "\n\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := intake.Orders(strings.NewReader(file), "GBP")
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.Invoices) != 1 || plan.Invoices[0].Customer != "17850" || plan.Invoices[0].Lines[0].Price.Minor != 255 {
				t.Errorf("got %+v", plan.Invoices)
			}
			if noted := plan.ByCause[intake.ByteOrderMark] != nil; noted != strings.HasPrefix(file, "\xef") {
				t.Errorf("byte-order mark noted: %v", noted)
			}
		})
	}
}

func TestHeaderAloneIsNothingToDo(t *testing.T) {
	if plan := orders(t); plan.Lines != 0 || len(plan.Invoices) != 0 {
		t.Errorf("got %+v", plan)
	}
}

func TestUnknownCurrency(t *testing.T) {
	_, err := intake.Orders(strings.NewReader(orderHeader), "XXX")
	wantInvalid(t, err, "XXX")
	_, err = intake.Products(strings.NewReader(orderHeader), "XXX")
	wantInvalid(t, err, "XXX")
}

// A parser of foreign bytes never panics, and refuses only as fault.Invalid.
func FuzzOrders(f *testing.F) {
	f.Add([]byte(orderHeader + goodLine + "\n"))
	f.Add([]byte(orderHeader + "C1,20001,,-1,2010-12-01,0,,\n,,,0,2010-12-01,0.001,,\n"))
	f.Add([]byte("\xef\xbb\xbf\"InvoiceNo\";x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		plan, err := intake.Orders(strings.NewReader(string(file)), "GBP")
		if err != nil {
			wantInvalid(t, err)
			return
		}
		accountOrders(t, plan)
	})
}

func FuzzProducts(f *testing.F) {
	f.Add([]byte("StockCode,Description,UnitPrice,Type,Category,Details\n20001,TIN MUG,2.55,kitchen,mugs,A mug.\n"))
	f.Add([]byte("StockCode,Description,UnitPrice\n20001,?,0\npost,\"a, \",0.001\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		plan, err := intake.Products(strings.NewReader(string(file)), "GBP")
		if err != nil {
			wantInvalid(t, err)
			return
		}
		accountProducts(t, plan)
		for _, product := range plan.Products {
			if err := product.Check(); err != nil {
				t.Errorf("%+v: %v", product, err)
			}
		}
	})
}

func FuzzStock(f *testing.F) {
	f.Add([]byte("StockCode,Warehouse,Quantity\n20001,wh1,5\n20001,wh1,-5\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		plan, err := intake.Stock(strings.NewReader(string(file)), []id.Site{"wh1", "wh2"})
		if err != nil {
			wantInvalid(t, err)
			return
		}
		for _, line := range plan.Stock {
			if line.Units <= 0 {
				t.Errorf("%+v", line)
			}
		}
		if plan.LinesUsed+plan.LinesSkipped != plan.Lines {
			t.Errorf("%d + %d of %d lines", plan.LinesUsed, plan.LinesSkipped, plan.Lines)
		}
	})
}
