package intake

// Summary is what an import ends with. For orders Accepted to Unanswered count
// invoices and add up to Invoices; for products they count products, for stock
// the pairs of product and warehouse. LinesUsed and LinesSkipped add up to Lines,
// the data lines of the file.
type Summary struct {
	Accepted    int `json:"accepted"`    // placed and covered by stock
	Backordered int `json:"backordered"` // placed, waiting for stock
	Reversed    int `json:"reversed"`    // short of stock: nothing is held
	Skipped     int `json:"skipped"`     // no line was left to do anything with
	Already     int `json:"already"`     // done by an earlier run: nothing changed
	Voided      int `json:"voided"`      // cancellations that voided units before they were sent
	Returned    int `json:"returned"`    // cancellations that took units back after they were sent
	Unmatched   int `json:"unmatched"`   // cancellations that no order fits
	Refused     int `json:"refused"`     // the shop said no; see Refusals
	Unanswered  int `json:"unanswered"`  // not reached, or not known, since the replay stopped

	Invoices     int `json:"invoices"`
	Lines        int `json:"lines"`
	LinesUsed    int `json:"lines_used"`
	LinesSkipped int `json:"lines_skipped"`

	ByCause  ByCause   `json:"by_cause"`
	Shorts   []Short   `json:"short"`
	Refusals []Refusal `json:"refusals"`
}

// Short is a product that an invoice could not get in full.
type Short struct {
	Invoice string `json:"invoice"`
	Result  Result `json:"result"` // Backordered or Reversed
	SKU     string `json:"sku"`
	Ordered int64  `json:"ordered"`
	Missing int64  `json:"missing"`
}

// Refusal is an invoice that the shop said no to, with its words.
type Refusal struct {
	Invoice string `json:"invoice"`
	Lines   []int  `json:"lines"`
	Message string `json:"message"`
}

// Summary starts the summary of an import of products with all of them
// accepted; the caller moves those that were there to Already.
func (p ProductPlan) Summary() Summary {
	return Summary{
		Accepted: len(p.Products), Skipped: p.CodesSkipped,
		Lines: p.Lines, LinesUsed: p.LinesUsed, LinesSkipped: p.LinesSkipped,
		ByCause: p.ByCause.clone(), Shorts: []Short{}, Refusals: []Refusal{},
	}
}

// Summary starts the summary of an import of stock with everything accepted;
// the caller moves what was received before to Already.
func (p StockPlan) Summary() Summary {
	return Summary{
		Accepted: len(p.Stock), Skipped: p.LinesSkipped,
		Lines: p.Lines, LinesUsed: p.LinesUsed, LinesSkipped: p.LinesSkipped,
		ByCause: p.ByCause.clone(), Shorts: []Short{}, Refusals: []Refusal{},
	}
}

// Summary starts the summary of a replay, with nothing answered yet.
func (p OrderPlan) Summary() Summary {
	return Summary{
		Skipped: p.InvoicesSkipped, Unanswered: len(p.Invoices), Invoices: len(p.Invoices) + p.InvoicesSkipped,
		Lines: p.Lines, LinesUsed: p.LinesUsed, LinesSkipped: p.LinesSkipped,
		ByCause: p.ByCause.clone(), Shorts: []Short{}, Refusals: []Refusal{},
	}
}

// tell counts the answer to one invoice.
func (s *Summary) tell(invoice Invoice, outcome Outcome) {
	s.Unanswered--
	switch outcome.Result {
	case Accepted:
		s.Accepted++
	case Backordered:
		s.Backordered++
	case Reversed:
		s.Reversed++
		s.ByCause.invoice(ShortOfStock, invoice.Number, invoice.FileLines)
	case Already:
		s.Already++
	case Voided:
		s.Voided++
	case Returned:
		s.Returned++
	case Unmatched:
		s.Unmatched++
		if len(outcome.Left) == 0 {
			s.ByCause.invoice(CancellationWithoutOrder, invoice.Number, invoice.FileLines)
		}
	}
	for _, short := range outcome.Short {
		s.Shorts = append(s.Shorts, Short{invoice.Number, outcome.Result, string(short.SKU), short.Ordered, short.Missing})
	}
	s.tellLeft(invoice, outcome.Left)
}

// tellLeft counts the invoice once under each cause of what was left, with the
// lines concerned.
func (s *Summary) tellLeft(invoice Invoice, left []Left) {
	lines := make(map[Cause][]int)
	for _, l := range left {
		for _, line := range invoice.Lines {
			if line.SKU == l.SKU {
				lines[l.Cause] = append(lines[l.Cause], line.FileLines...)
			}
		}
	}
	for cause, concerned := range lines {
		s.ByCause.invoice(cause, invoice.Number, concerned)
	}
}

func (s *Summary) refuse(invoice Invoice, cause Cause, message string) {
	s.Unanswered--
	s.Refused++
	s.ByCause.invoice(cause, invoice.Number, invoice.FileLines)
	s.Refusals = append(s.Refusals, Refusal{invoice.Number, invoice.FileLines, message})
}
