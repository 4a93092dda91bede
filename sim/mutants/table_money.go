package mutants

// moneyBugs are those of payments and returns.
func moneyBugs() []Mutant {
	return []Mutant{
		{
			Name:   "captured-under-another-name",
			Breaks: "a capture of which nobody knows what became is given up, and asked for under a new name: it is taken twice",
			Edits: []Edit{{
				"site/store/pay.go", "	if c.unknown != nil {\n",
				`	if c.unknown != nil && t.Kind == pay.Capture {
		failed, err := pay.Resolve(t, pay.Answer{State: pay.Failed, Reason: "no answer"}, s.now)
		if err != nil {
			return o, err
		}
		t.ID, t.NextAt = s.IDs.New(), s.now
		s.saveTransaction(failed)
		s.saveTransaction(t)
		return o, nil
	}
	if c.unknown != nil {
`,
			}},
		},
		{
			Name:   "money-not-let-go",
			Breaks: "money that was set aside for units which are called off stays set aside",
			Edits: []Edit{{
				"site/store/pay.go", "	if err := s.stage(money.Of(surplus, o.Total.Currency), account.Cancel); err != nil {",
				"	if err := s.stage(money.Of(min(surplus, 0), o.Total.Currency), account.Cancel); err != nil {",
			}},
		},
		{
			Name:   "refund-from-quarantine",
			Breaks: "money is given back for units that have come back and that nobody has looked at",
			Edits: []Edit{{
				"site/store/pay.go", "quarantined[line.Line] += line.Received - line.Good - line.Damaged", "quarantined[line.Line] += 0 * line.Received",
			}},
		},
		{
			Name:   "payment-without-batch-before",
			Breaks: "a payment is read out of the database and the batch that is decided, without the one that is being written",
			Edits:  []Edit{{"site/store/state.go", "	if s.before.changes == nil {\n", "	if true {\n"}},
		},
		{
			Name:   "shipped-unpaid",
			Breaks: "warehouses are asked for an order before its payment is authorized",
			Edits: []Edit{{
				"site/store/place.go", "func (s *state) ask(o *order.Order) error {\n",
				`func (s *state) ask(o *order.Order) error {
	if o.Unpaid {
		o.Unpaid = false
		defer func() { o.Unpaid = true }()
	}
`,
			}},
		},
		{
			Name:   "return-not-counted",
			Breaks: "what came back is counted at its part of the order, and not at its line",
			Edits:  []Edit{{"core/order/apply.go", "		line.Returned += back.Quantity\n", ""}},
		},
	}
}
