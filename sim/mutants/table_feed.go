package mutants

// writerBugs are those of the one writer: what is answered, said and tried again when.
func writerBugs() []Mutant {
	return []Mutant{
		{
			Name:   "answer-before-commit",
			Breaks: "callers are answered when their commands are decided, and a crash may lose them",
			Edits: []Edit{{
				"site/writer/stepper.go", "	s.flying = &sealedBatch{jobs, sealed}\n", "	answer(jobs)\n	s.flying = &sealedBatch{nil, sealed}\n",
			}},
		},
		{
			Name:   "ahead-not-decided-anew",
			Breaks: "commands that were decided upon a batch which could not be written are answered as they were decided",
			Edits:  []Edit{{"site/writer/stepper.go", "			Batch(context.Background(), site, above)\n			answer(above)", "			answer(above)"}},
		},
		{
			Name:   "said-before-commit",
			Breaks: "what a store has to say is committed before what it is about",
			Edits: []Edit{{
				"site/store/state.go", "	err := b.state.Journal.Commit(ctx, b.changes)\n",
				`	ahead, rest := &Changes{}, *b.changes
	ahead.Books.Messages, rest.Books.Messages = rest.Books.Messages, nil
	if len(ahead.Books.Messages) > 0 {
		if err := b.state.Journal.Commit(ctx, ahead); err != nil {
			return err
		}
	}
	err := b.state.Journal.Commit(ctx, &rest)
`,
			}},
		},
		{
			Name:   "doubt-retried",
			Breaks: "commands whose commit may have landed are carried out again, by those who gave them no key too",
			Edits:  []Edit{{"site/writer/writer.go", "if len(jobs) == 1 || doubtful(err) {", "if len(jobs) == 1 && !doubtful(err) {"}},
		},
	}
}

// feedBugs are those of how sites follow each other: books, outbox, feed.
func feedBugs() []Mutant {
	return []Mutant{
		{
			Name:   "cursor-apart-from-effect",
			Breaks: "how far a feed was read is committed one batch after what was read",
			Edits: []Edit{
				{
					"site/books/books.go", "		rows.Cursors = append(rows.Cursors, b.read[origin])\n",
					`		if b.moved[origin] {
			b.moved[origin] = false
			continue
		}
		rows.Cursors = append(rows.Cursors, b.read[origin])
		delete(b.moved, origin)
`,
				},
				{"site/books/books.go", "	clear(b.moved)\n", ""},
			},
		},
		{
			Name:   "cursor-before-effect",
			Breaks: "the cursor moves over a message that is left for later, because another one of its key follows",
			Edits: []Edit{
				{"site/books/receive.go", "	for _, m := range messages {\n", "	for i, m := range messages {\n		if i+1 < len(messages) && messages[i+1].Key == m.Key && messages[i+1].Kind == m.Kind {\n			b.Read(m)\n			continue\n		}\n"},
			},
		},
		{
			Name:   "applied-again",
			Breaks: "an answer that comes late is applied once more: neither the reader nor the books look how far they are",
			Edits: []Edit{
				{"site/outbox/reader.go", "	if own != from {\n		return true, nil\n	}\n	verdict := feed.Check(own, reply)\n", "	verdict := feed.Check(from, reply)\n"},
				{"site/books/receive.go", "if read := b.Cursor(id.Site(m.Origin)); m.Seq != read.Seq+1 || m.Hash != feed.Chain(read.Hash, m) {", "if m.Seq > b.Cursor(id.Site(m.Origin)).Seq+1 {"},
			},
		},
		{
			Name:   "feed-with-a-gap",
			Breaks: "a site leaves the next message out when it answers a reader",
			Edits:  []Edit{{"site/outbox/serve.go", "own.Destination, own.Seq, limit, maxBytes)", "own.Destination, own.Seq+1, limit, maxBytes)"}},
		},
		{
			Name:   "gap-believed",
			Breaks: "the same, and neither the reader nor the books look at the numbers and the hashes of what is said",
			Edits: []Edit{
				{"site/outbox/serve.go", "own.Destination, own.Seq, limit, maxBytes)", "own.Destination, own.Seq+1, limit, maxBytes)"},
				{"dist/feed/feed.go", " || m.Seq != own.Seq+1 || m.Hash != Chain(own.Hash, m) {", " {"},
				{"site/books/receive.go", "if read := b.Cursor(id.Site(m.Origin)); m.Seq != read.Seq+1 || m.Hash != feed.Chain(read.Hash, m) {", "if m.Seq <= b.Cursor(id.Site(m.Origin)).Seq {"},
			},
		},
		{
			Name:   "changed-message-believed",
			Breaks: "a message is changed on its way, and its reader does not look at its hash",
			Edits: []Edit{
				{"site/outbox/serve.go", "import (\n	\"context\"\n", "import (\n	\"bytes\"\n	\"context\"\n"},
				{
					"site/outbox/serve.go", "		if seals != nil {\n			reply.Seal = ",
					`		for i := range reply.Messages {
			body := &reply.Messages[i].Body
			*body = bytes.Replace(*body, []byte("\"quantity\":4"), []byte("\"quantity\":3"), 1)
		}
		if seals != nil {
			reply.Seal = `,
				},
				{"dist/feed/feed.go", " || m.Hash != Chain(own.Hash, m) {", " {"},
			},
		},
		{
			Name:   "wake-up-believed",
			Breaks: "a reader looks for messages only when it is woken",
			Edits:  []Edit{{"site/outbox/reader.go", "	wait = r.settings.Idle\n	if err != nil {", "	wait = 24 * time.Hour\n	if err != nil {"}},
		},
		{
			Name:   "pruned-unread",
			Breaks: "messages are taken out of the outbox that nobody has read",
			Edits: []Edit{
				{"site/books/pruned.go", "upTo = max(upTo, min(a.Cursor.Seq, b.written[to].Seq-1))", "upTo = max(upTo, b.written[to].Seq-1)"},
				{"site/books/pruned.go", "upTo := min(c.Cursor.Seq, b.mayGo(to, at.Add(-c.Keep)))", "upTo := b.mayGo(to, at.Add(-c.Keep))"},
			},
		},
	}
}
