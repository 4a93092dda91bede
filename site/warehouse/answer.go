package warehouse

import (
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
)

// openAsk is an ask whose answer is held back, because units may still come for it:
// an order waits for the answer, and is decided upon when it has come. It is
// answered once, at the first of these: its units have come, from wherever; all that
// were to give some up have answered, be it with nothing, or are silent; it has
// waited for patience. After that its store still is the first to get what comes,
// for as long as a waiter stands for it, but without an answer.
type openAsk struct {
	ask    id.Grant
	store  id.Site
	lacks  []id.SKU  // of which it was granted less than it asked for
	number int64     // of the ask, for what waits for it
	until  time.Time // when it is answered at the latest
}

// waits reports whether units may still come for an ask: recalled for it, or earlier
// for the same store, whose units go to any of its orders. Later recalls do not
// count, or a store that asks often would never be answered.
func (o openAsk) waits(coming map[holding]int64) bool {
	return slices.ContainsFunc(o.lacks, func(sku id.SKU) bool {
		first, there := coming[holding{o.store, sku}]
		return there && first <= o.number
	})
}

// coming returns for which holdings units may soon come back, of recalls that are
// not answered, and the number of the first ask that waits for them. The recall
// answered is one that this command answers.
func (s *state) coming(waiting []waiter, answered id.Grant) map[holding]int64 {
	coming := map[holding]int64{}
	for _, w := range waiting {
		if _, there := coming[w.holding]; there {
			continue
		}
		open := func(recall id.Grant) bool { return recall != answered && s.unanswered(recall) }
		if slices.ContainsFunc(w.recalls, open) {
			coming[w.holding] = w.ask
		}
	}
	return coming
}

// unanswered reports whether the answer to a recall may be on its way, as this batch
// sees it.
func (s *state) unanswered(grant id.Grant) bool {
	if slices.Contains(s.returned, grant) {
		return false
	}
	r, there := s.desk.recalls[grant]
	if !there {
		i := slices.IndexFunc(s.recalled, func(r recall) bool { return r.grant == grant })
		if i < 0 {
			return false
		}
		r = s.recalled[i]
	}
	return !s.desk.silent(r.store, s.now)
}

// finished divides the open asks into those that are to be answered now, and the others.
func (s *state) finished(waiting []waiter, answered id.Grant) (done, open []openAsk) {
	if len(s.desk.open) == 0 {
		return nil, nil
	}
	coming := s.coming(waiting, answered)
	for _, o := range s.desk.open {
		if s.now.Before(o.until) && o.waits(coming) {
			open = append(open, o)
		} else {
			done = append(done, o)
		}
	}
	return done, open
}

// handOverAll grants a parcel each, and answers asks: with the parcel of their store
// where there is one, else with nothing. So an answer is never ahead of its units.
func (s *state) handOverAll(granted parcels, done []openAsk) error {
	for _, p := range granted {
		var ask id.Grant
		if i := slices.IndexFunc(done, func(o openAsk) bool { return o.store == p.store }); i >= 0 {
			ask = done[i].ask
			done = slices.Delete(done, i, i+1)
		}
		if err := s.handOver(p.store, ask, p.units); err != nil {
			return err
		}
	}
	for _, o := range done {
		if err := s.handOver(o.store, o.ask, []event.Units{}); err != nil {
			return err
		}
	}
	return nil
}

// answerOverdue answers the asks that have waited for too long. The warehouse has no
// clock that wakes it, so this is done with whatever it does next; the order that
// waited has given up by its own time.
func (s *state) answerOverdue() error {
	if len(s.desk.open) == 0 || s.now.Before(s.desk.open[0].until) {
		return nil
	}
	return s.grant(nil, giver{})
}
