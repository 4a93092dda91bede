package mutants

// shelfBugs are those of who may have the units: grants, recalls, corrections.
func shelfBugs() []Mutant {
	return []Mutant{
		{
			Name:   "taker-grows-first",
			Breaks: "a warehouse takes back what it recalls when it asks for it, not when the store has given it up",
			Edits: []Edit{
				{
					"site/warehouse/ask.go", "		recalled = append(recalled, recall{grant, p.store, p.units, of})\n",
					`		recalled = append(recalled, recall{grant, p.store, p.units, of})
		for _, u := range p.units {
			err := s.books.Book(stock.Movement{
				ID: id.Movement{UUID: s.IDs.New()}, At: s.now, SKU: u.SKU, Quantity: u.Quantity,
				From: stock.QuotaOf(p.store), To: stock.Account{Kind: stock.Available}, Reason: stock.Returned, Cause: "recall",
			})
			if err != nil {
				return nil, err
			}
		}
`,
				},
			},
		},
		{
			Name:   "grant-said-not-booked",
			Breaks: "a warehouse tells a store of all units of a grant, and sets only the first SKU of it aside",
			Edits:  []Edit{{"site/warehouse/quota.go", "	for _, u := range units {\n		err := s.books.Book", "	for _, u := range units[:min(1, len(units))] {\n		err := s.books.Book"}},
		},
		{
			Name:   "safety-stock-granted",
			Breaks: "stores are granted the safety stock too",
			Edits:  []Edit{{"site/warehouse/quota.go", "return available - s.claimed(sku) - s.options.Safety", "return available - s.claimed(sku)"}},
		},
		{
			Name:   "correction-takes-quota",
			Breaks: "a count that finds less takes the units out of a store's quota, and asks nobody",
			Edits: []Edit{
				{
					"site/warehouse/stock.go", "	if usable := s.usable(c.SKU); -c.Delta > usable {",
					"	usable, quota := s.usable(c.SKU), stock.QuotaOf(s.options.Stores[0])\n	if -c.Delta > usable && -c.Delta > s.books.Balance(c.SKU, quota) {",
				},
				{
					"site/warehouse/stock.go", "		movement.From, movement.To = movement.To, movement.From\n",
					"		movement.From, movement.To = movement.To, movement.From\n		if -c.Delta > usable {\n			movement.From = quota\n		}\n",
				},
			},
		},
	}
}

// fulfillmentBugs are those of what becomes of the units: parcels, voids, returns, goods
// that come in.
func fulfillmentBugs() []Mutant {
	return []Mutant{
		{
			Name:   "void-after-sent",
			Breaks: "what is on its way to the customer can be called off",
			Edits:  []Edit{{"core/order/status.go", "SentStage:       {DeliveredStage},", "SentStage:       {DeliveredStage, VoidedStage},"}},
		},
		{
			Name:   "voided-parcel-sent",
			Breaks: "a fulfillment of which all is called off goes on to be packed and sent",
			Edits:  []Edit{{"core/fulfillment/fulfillment.go", "	if len(next.liveParts()) == 0 {\n		next.Stage = order.VoidedStage\n	}\n", ""}},
		},
		{
			Name:   "void-forgets-picked",
			Breaks: "units that are called off in the packing area are booked as if they lay on the shelf",
			Edits:  []Edit{{"core/fulfillment/fulfillment.go", "		packed := max(line.Picked-line.Live(), 0)\n		line.Picked -= packed\n		if units > packed {\n			movements = append(movements, f.movement(\"voided-\"+step", "		packed := int64(0)\n		if units > packed {\n			movements = append(movements, f.movement(\"voided-\"+step"}},
		},
		{
			Name:   "return-sold-uninspected",
			Breaks: "what a customer sends back is on the shelf at once, not in quarantine",
			Edits: []Edit{{
				"core/fulfillment/return.go", "stock.Account{Kind: stock.Customer}, stock.Account{Kind: stock.Quarantine}, now))", "stock.Account{Kind: stock.Customer}, stock.Account{Kind: stock.Available}, now))",
			}},
		},
		{
			Name:   "version-stands-still",
			Breaks: "a step of a fulfillment does not raise its version, so that the store takes it for an old one",
			Edits:  []Edit{{"core/fulfillment/fulfillment.go", "	f.Version++\n	return f\n", "	return f\n"}},
		},
		{
			Name:   "memory-after-refusal",
			Breaks: "a warehouse whose commit was refused goes on with what it has decided, as if it had been written",
			Edits:  []Edit{{"site/warehouse/state.go", "func (s *state) Abandon() {\n	s.loaded = false\n", "func (s *state) Abandon() {\n"}},
		},
		{
			Name:   "announced-not-taken-back",
			Breaks: "goods that have arrived can still be sold ahead by the store that had them announced",
			Edits: []Edit{{
				"site/store/incoming.go", "SKU: units.SKU, Quantity: units.Quantity, From: stock.IncomingAt(warehouse), To: stock.IncomingGranterAt(warehouse),\n			Reason: reason",
				"SKU: units.SKU, Quantity: max(units.Quantity-1, 1), From: stock.IncomingAt(warehouse), To: stock.IncomingGranterAt(warehouse),\n			Reason: reason",
			}},
		},
	}
}
