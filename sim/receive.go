package sim

import (
	"context"

	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/outbox"
	"crossdock/site/store"
)

// What a site does with the feeds of others.

// reaches tells the store whether a warehouse has answered its last question.
func (s *site) reaches(other id.Site) bool {
	for _, rd := range s.readers {
		if rd.origin.name == other {
			return rd.reader.Link().Connected
		}
	}
	return false
}

// heard wakes the reader of a site that has just shown that it can be reached.
func (s *site) heard(asked feed.Cursor) {
	s.asked[id.Site(asked.Destination)] = asked
	for _, rd := range s.readers {
		if string(rd.origin.name) == asked.Destination && !rd.reader.Link().Connected {
			rd.wake()
		}
	}
}

// Apply implements outbox.Receiver. Now and then it is decided upon a batch that is
// not written.
func (s *site) Apply(ctx context.Context, messages []feed.Message) error {
	w := s.world
	w.tell(s.name, "applies %d messages of %s, from number %d", len(messages), messages[0].Origin, messages[0].Seq)
	err := s.receive(ctx, messages)
	if err != nil && !injected(err) {
		w.fail("apply", "%s cannot apply what %s says: %v", s.name, messages[0].Origin, err)
	}
	return err
}

func (s *site) receive(ctx context.Context, messages []feed.Message) error {
	if !s.isStore() {
		return s.house.Apply(ctx, messages)
	}
	if len(s.calls) == 0 || s.draw.IntN(2) == 0 {
		return s.store.Apply(ctx, messages)
	}
	return outbox.Deliver(ctx, messages, func(ctx context.Context, messages []feed.Message, park string) error {
		s.steps.Decide()
		job, err := s.steps.Submit(ctx, store.Receive{Messages: messages, Park: park})
		if err != nil {
			return err
		}
		s.steps.Decide()
		s.world.count(DecidedAhead)
		_, err = s.steps.Finish(job)
		return err
	})
}

// Cursor implements outbox.Receiver out of what is committed.
func (s *site) Cursor(ctx context.Context, origin id.Site) (feed.Cursor, error) {
	cursors, err := s.feeds.Cursors(ctx)
	if err != nil {
		return feed.Cursor{}, err
	}
	for _, c := range cursors {
		if c.Origin == string(origin) {
			return c, nil
		}
	}
	return feed.Cursor{Origin: string(origin), Destination: string(s.name)}, nil
}

// Rewind implements outbox.Receiver.
func (s *site) Rewind(ctx context.Context, to feed.Cursor) error {
	s.world.tell(s.name, "rewinds the feed of %s to number %d", to.Origin, to.Seq)
	if s.isStore() {
		return s.store.Rewind(ctx, to)
	}
	return s.house.Rewind(ctx, to)
}

var (
	_ outbox.Receiver = (*site)(nil)
	_ id.Source       = (*site)(nil)
)
