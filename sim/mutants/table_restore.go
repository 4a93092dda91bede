package mutants

// restoreBugs are those that show when a site comes back from a backup.
func restoreBugs() []Mutant {
	return []Mutant{
		{
			Name:    "epoch-ignored-by-reader",
			Breaks:  "a reader takes a feed that was restored, in a new epoch, for one that has parted",
			Edits:   []Edit{{"dist/feed/feed.go", "if reply.Last.Epoch > own.Epoch && !reply.Agree && gone {", "if false && reply.Last.Epoch > own.Epoch && !reply.Agree && gone {"}},
			Restore: true,
		},
		{
			Name:    "goes-on-after-restore",
			Breaks:  "a site that was restored goes on at once, with what it had by its backup, and waits for nobody to tell what it has lost",
			Edits:   []Edit{{"site/books/peers.go", "return b.epoch > 1 && b.peers[peer].Restated < b.epoch", "return b.epoch > 1<<40 && b.peers[peer].Restated < b.epoch"}},
			Restore: true,
		},
		{
			Name:    "surplus-kept-after-restore",
			Breaks:  "a store that was restored keeps the units that it has sold since its backup",
			Edits:   []Edit{{"site/store/revalidate.go", "	for _, free := range []func() error{\n", "	if surplus > 0 {\n		return nil\n	}\n	for _, free := range []func() error{\n"}},
			Restore: true,
		},
		{
			Name:    "not-topped-up-after-restore",
			Breaks:  "a warehouse that was restored does not believe a store that it has handed units over which its backup does not know",
			Edits:   []Edit{{"site/warehouse/restore.go", "if missing <= 0 || !s.books.Counting(store) {", "if true || missing <= 0 || !s.books.Counting(store) {"}},
			Restore: true,
		},
		{
			Name:    "version-not-compared",
			Breaks:  "what a warehouse says again of a fulfillment is news to the store, which has it already",
			Edits:   []Edit{{"core/order/apply.go", "	if news.Version <= f.Version {\n		return o, false, nil\n	}\n", ""}},
			Restore: true,
		},
		{
			Name:    "asked-again-accepted-again",
			Breaks:  "a warehouse accepts what a restored store asks for again",
			Edits:   []Edit{{"site/warehouse/fulfill.go", "	if m.Epoch > 1 || left { // a store", "	if m.Epoch > 1<<40 { // a store"}},
			Restore: true,
		},
		{
			Name:    "not-asked-again",
			Breaks:  "what a warehouse was asked and has lost with its database, such as a void, is not asked of it again",
			Edits:   []Edit{{"site/store/restate.go", "	for _, o := range open {\n", "	for _, o := range open[:0] {\n"}},
			Restore: true,
		},
		{
			Name:    "card-step-not-adopted",
			Breaks:  "a store that was restored waits for ever for a payment that the card company knows with another amount",
			Edits:   []Edit{{"site/store/pay.go", "	if s.books.Epoch() > 1 {\n		asked, c.answer", "	if s.books.Epoch() > 1<<40 {\n		asked, c.answer"}},
			Restore: true,
		},
		{
			Name:    "shipped-elsewhere-put-aside",
			Breaks:  "what two warehouses have after a restore is put aside for a person, and both ship it",
			Edits:   []Edit{{"site/store/remake.go", "		case errors.Is(err, errShippedElsewhere):", "		case errors.Is(err, errShippedElsewhere) && false:"}},
			Restore: true,
		},
		{
			Name:   "grants-while-counting",
			Breaks: "a warehouse that was restored hands units over again that a store has already",
			Edits: []Edit{
				{"site/warehouse/quota.go", "	if s.books.Counting(store) {\n		return nil // they", "	if s.books.Counting(store) && false {\n		return nil // they"},
				{"site/warehouse/quota.go", "		if s.books.Counting(s.options.Stores[i]) {\n			parts[i] = 0", "		if s.books.Counting(s.options.Stores[i]) && false {\n			parts[i] = 0"},
			},
			Restore: true,
		},
	}
}
