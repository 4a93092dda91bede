package mutants

// staleHeld has an order planned by the quota that was held when its batch began.
const staleHeld = `	units := s.books.Balance(sku, stock.HeldAt(warehouse))
	for _, m := range s.books.Since(0) {
		if m.SKU == sku && m.From == stock.HeldAt(warehouse) {
			units += m.Quantity
		}
	}
	return units
}`

// quotaBugs are those of what a store may sell, and gives back.
func quotaBugs() []Mutant {
	return []Mutant{
		{
			Name:   "stale-read",
			Breaks: "an order is planned by the quota that was committed last, without what its batch has taken since",
			Edits:  []Edit{{"site/store/place.go", "	return s.books.Balance(sku, stock.HeldAt(warehouse))\n}", staleHeld}},
		},
		{
			Name:   "check-after-write",
			Breaks: "the same, and the ledger looks only whether an account is below zero already, not whether the movement takes it there",
			Edits: []Edit{
				{"site/store/place.go", "	return s.books.Balance(sku, stock.HeldAt(warehouse))\n}", staleHeld},
				{"core/stock/ledger.go", "!m.From.Kind.External() && have < m.Quantity", "!m.From.Kind.External() && have < 0"},
			},
		},
		{
			Name:   "demands-not-summed",
			Breaks: "two lines of one SKU are each planned out of all there is",
			Edits:  []Edit{{"core/sourcing/sourcing.go", "p.left[k] = left - got", "p.left[k] = left"}},
		},
		{
			Name:   "quota-returned-twice",
			Breaks: "a recall is answered twice, and the units were given up once",
			Edits: []Edit{{
				"site/store/quota.go", `	return s.books.Say(warehouse, "quota", answer, s.now)`,
				`	if err := s.books.Say(warehouse, "quota", answer, s.now); err != nil {
		return err
	}
	return s.books.Say(warehouse, "quota", answer, s.now)`,
			}},
		},
		{
			Name:   "recall-keeps-units",
			Breaks: "a store answers a recall with all that was asked for, and gives up what it has",
			Edits: []Edit{{
				"site/store/quota.go", "event.Units{SKU: wanted.SKU, Quantity: units})\n	}\n	return s.books.Say",
				"event.Units{SKU: wanted.SKU, Quantity: wanted.Quantity})\n	}\n	return s.books.Say",
			}},
		},
		{
			Name:   "recall-takes-reserved",
			Breaks: "a recall takes the units that are kept for a checkout",
			Edits: []Edit{
				{
					"site/store/quota.go", "		if units <= 0 {\n			continue\n		}\n		err := s.books.Book",
					`		from := stock.HeldAt(warehouse)
		if units <= 0 {
			from, units = stock.ReservedAt(warehouse), min(wanted.Quantity, s.books.Balance(wanted.SKU, stock.ReservedAt(warehouse)))
		}
		if units <= 0 {
			continue
		}
		err := s.books.Book`,
				},
				{"site/store/quota.go", "From: stock.HeldAt(warehouse), To: stock.GranterAt(warehouse),", "From: from, To: stock.GranterAt(warehouse),"},
			},
		},
		{
			Name:   "grant-counted-twice",
			Breaks: "a store counts units twice that answer an ask of its own: as the answer, and as a grant",
			Edits: []Edit{
				{
					"site/store/quota.go", "	for _, units := range m.Units {\n		err := s.books.Book(stock.Movement{\n			ID: id.Movement{UUID: id.Beside(m.Grant.UUID, ",
					"	for _, units := range m.Units {\n		if !m.Ask.IsZero() {\n			units.Quantity *= 2\n		}\n		err := s.books.Book(stock.Movement{\n			ID: id.Movement{UUID: id.Beside(m.Grant.UUID, ",
				},
			},
		},
		{
			Name:   "void-frees-quota",
			Breaks: "units that a warehouse has called off are free at it, and in the store's quota again as well",
			Edits: []Edit{{
				"site/store/void.go", "From: stock.PromisedAt(warehouse), To: stock.GranterAt(warehouse)", "From: stock.PromisedAt(warehouse), To: stock.HeldAt(warehouse)",
			}},
		},
	}
}

// orderBugs are those of orders, checkouts, moves and addresses.
func orderBugs() []Mutant {
	return []Mutant{
		{
			Name:   "number-reused",
			Breaks: "an order that is reversed does not use its number up",
			Edits:  []Edit{{"site/store/place.go", "	s.lastNumber++\n	o.Number = s.lastNumber\n", "	o.Number = s.lastNumber + 1\n"}},
		},
		{
			Name:   "key-not-in-batch",
			Breaks: "the key of a request is looked up in the database, and not among the commands of the same batch",
			Edits:  []Edit{{"site/books/requests.go", "	request, known := r.staged[key.Name]\n", "	request, known := Request{}, false\n"}},
		},
		{
			Name:   "key-not-in-batch-before",
			Breaks: "the key of a request is looked up in the database and in its own batch, and not in the one that is being written",
			Edits: []Edit{{
				"site/store/state.go", "if request, staged := s.before.requests.Staged(name); staged {", "if request, staged := s.before.requests.Staged(name); staged && false {",
			}},
		},
		{
			Name:   "order-without-batch-before",
			Breaks: "an order is changed as the database has it, without what the batch that is being written makes of it",
			Edits:  []Edit{{"site/store/state.go", "if at, changed := s.before.orders[which]; changed {", "if at, changed := s.before.orders[which]; changed && false {"}},
		},
		{
			Name:   "notice-on-each-retry",
			Breaks: "who sends an order again is told again that it was taken",
			Edits: []Edit{{
				"site/store/place.go", "	placement := Placement{Order: o, Short: shortOf(o), Repeat: true}\n",
				"	s.notify(o, \"placed/\"+s.IDs.New().String(), confirmation(o))\n	placement := Placement{Order: o, Short: shortOf(o), Repeat: true}\n",
			}},
		},
		{
			Name:   "undo-keeps-balances",
			Breaks: "what a command has booked is taken out of the journal when it fails, and stays in the balances",
			Edits:  []Edit{{"core/stock/ledger.go", "slices.Backward(l.journal[mark:])", "slices.Backward(l.journal[len(l.journal):])"}},
		},
		{
			Name:   "hold-open-while-asking",
			Breaks: "the units that are kept for a customer are free for others while warehouses are asked for more",
			Edits:  []Edit{{"site/store/place.go", "		s.books.Undo(mark) // what is kept stays kept while the warehouses are asked\n", "		_ = mark\n"}},
		},
		{
			Name:   "hold-never-expires",
			Breaks: "units that are kept for a checkout are kept for ever when its customer goes away",
			Edits:  []Edit{{"site/store/hold.go", "if !s.now.Before(hold.ExpiresAt) {", "if false && !s.now.Before(hold.ExpiresAt) {"}},
		},
		{
			Name:   "hold-freed-twice",
			Breaks: "a hold that became an order is kept, and its units are freed once more when it expires",
			Edits:  []Edit{{"site/store/place.go", "	s.endHold(c.holder())\n	s.sold(&o)\n", "	s.sold(&o)\n"}},
		},
		{
			Name:   "hold-expires-without-units",
			Breaks: "a hold that expires is forgotten, and its units stay kept for nobody",
			Edits:  []Edit{{"site/store/hold.go", "		for _, held := range s.live.holds[owner].Units {", "		for _, held := range s.live.holds[owner].Units[:0] {"}},
		},
		{
			Name:   "move-promises-at-once",
			Breaks: "a split order's units are promised at the second warehouse before the first one has let go",
			Edits: []Edit{{
				"site/store/move.go", "stock.HeldAt(to), stock.ReservedAt(to),\n			stock.ReservedFor", "stock.HeldAt(to), stock.PromisedAt(to),\n			stock.ReservedFor",
			}},
		},
		{
			Name:   "address-changed-though-refused",
			Breaks: "a warehouse that has packed for the old address says that the address was changed",
			Edits:  []Edit{{"site/warehouse/fulfill.go", "Done: refused == nil, Stage: f.Stage", "Done: true, Stage: f.Stage"}},
		},
		{
			Name:   "address-changed-when-picked",
			Breaks: "a warehouse changes the address of what is picked, and its label",
			Edits: []Edit{{
				"core/fulfillment/fulfillment.go", "if f.Stage != order.Accepted && f.Stage != order.Picking {\n		return f, fault.New(fault.Conflict, \"a fulfillment that is %s cannot be redirected\"",
				"if f.Stage == order.SentStage || f.Stage == order.DeliveredStage {\n		return f, fault.New(fault.Conflict, \"a fulfillment that is %s cannot be redirected\"",
			}},
		},
	}
}

// aheadBugs are those of what is sold before it is there.
func aheadBugs() []Mutant {
	return []Mutant{
		{
			Name:   "backorder-out-of-order",
			Breaks: "who has waited longest for units that come in is served last",
			Edits: []Edit{{
				"site/store/ahead.go", "		for _, w := range slices.Clone(s.live.waiting[sku]) {\n			if !s.inStock(warehouses, sku) {",
				"		for _, w := range slices.Backward(slices.Clone(s.live.waiting[sku])) {\n			if !s.inStock(warehouses, sku) {",
			}},
		},
		{
			Name:   "backorder-filled-twice",
			Breaks: "of two fillings of an order in one decision the second begins with the order as it was before the first",
			Edits:  []Edit{{"site/store/ahead.go", "if o := t.orders[which]; o != nil {", "if o := t.orders[which]; o != nil && false {"}},
		},
		{
			Name:   "fill-keeps-its-place",
			Breaks: "an order that was filled goes on waiting for the same units",
			Edits:  []Edit{{"core/order/ahead.go", "if wait.Quantity -= units; wait.Quantity == 0 {", "if wait.Quantity == units {"}},
		},
		{
			Name:   "preorder-before-release",
			Breaks: "warehouses are asked for a preorder on the day of the order, not on that of the release",
			Edits:  []Edit{{"site/store/place.go", "if !f.Unasked || f.NotBefore > date.Of(s.now) || ", "if !f.Unasked || "}},
		},
		{
			Name:   "sold-beyond-announced",
			Breaks: "more is sold ahead than suppliers have announced",
			Edits:  []Edit{{"site/store/ahead.go", "units := min(missing, left[i].units)\n				if units == 0 {", "units := missing\n				if units == 0 {"}},
		},
		{
			Name:   "sold-beyond-cap",
			Breaks: "more is sold ahead of a product than its cap allows",
			Edits:  []Edit{{"site/store/ahead.go", "product.Cap > 0 && s.live.ahead[short.SKU]+short.Missing > product.Cap", "product.Cap > 0 && short.Missing > product.Cap"}},
		},
	}
}
