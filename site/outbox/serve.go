package outbox

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// Limits of one answer.
const (
	maxMessages = 500
	maxBytes    = 512 << 10
)

// Subject is where an origin answers readers of its feed.
func Subject(origin id.Site) string { return "feed." + string(origin) }

// wakeSubject is where an origin tells a destination that there is news.
func wakeSubject(origin, destination id.Site) string {
	return "wake." + string(origin) + "." + string(destination)
}

// Serve answers the readers of origin's feed out of its database, until stop is
// called. It calls heard with the cursor of each reader that asks, who is then
// known to be within reach; heard must not block and may be nil. It believes
// whoever asks, and seals nothing: see ServeSealed.
func Serve(bus Bus, origin id.Site, feeds books.Feeds, heard func(reader feed.Cursor)) (stop func(), err error) {
	return ServeSealed(bus, origin, feeds, nil, heard)
}

// ServeSealed serves as Serve does, with seals: it seals its replies, and a request
// that is not its reader's own is refused, unheard. Nil seals are those of Serve.
func ServeSealed(bus Bus, origin id.Site, feeds books.Feeds, seals Seals, heard func(reader feed.Cursor)) (stop func(), err error) {
	return bus.Serve(Subject(origin), func(ctx context.Context, body []byte) ([]byte, error) {
		request, err := parse(body, origin, seals)
		if err != nil {
			return nil, err
		}
		if heard != nil {
			heard(request.Cursor)
		}
		reply, err := answer(ctx, feeds, request)
		if err != nil {
			return nil, err
		}
		if seals != nil {
			reply.Seal = seals.Seal(reply.Signed(request.Cursor))
		}
		return feed.AppendReply(nil, reply), nil
	})
}

// parse reads a request and refuses what is not for this origin, or not from whom it
// says.
func parse(body []byte, origin id.Site, seals Seals) (feed.Request, error) {
	request, err := feed.ParseRequest(body)
	if err != nil {
		return feed.Request{}, fault.New(fault.Invalid, "the bytes are not a request for a feed")
	}
	own := request.Cursor
	if own.Origin != string(origin) {
		return feed.Request{}, fault.New(fault.Invalid, "%s does not write the feed of %s", origin, fault.Quote(own.Origin))
	}
	if seals == nil {
		return request, nil
	}
	reader, err := id.ParseSite(own.Destination)
	if err != nil {
		return feed.Request{}, err
	}
	if reader == origin { // so asks who wants to know whether anybody answers in this name
		return feed.Request{}, fault.New(fault.Denied, "%s answers here already, and does not read its own feed", origin)
	}
	return request, seals.Verify(reader, request.Signed(), request.Seal)
}

func answer(ctx context.Context, feeds books.Feeds, request feed.Request) (feed.Reply, error) {
	own := request.Cursor
	newest, at, err := feeds.Written(ctx, own.Destination, own.Seq)
	if err != nil {
		return feed.Reply{}, err
	}
	reply := feed.Reply{Last: newest, Agree: at.Seq == own.Seq && at.Hash == own.Hash}
	if own.Seq == 0 || !reply.Agree {
		if err := checkKept(ctx, feeds, own); err != nil {
			return feed.Reply{}, err
		}
	}
	if !reply.Agree && newest.Epoch > own.Epoch {
		reply.Fork, err = Fork(ctx, feeds, own)
	}
	if !reply.Agree || newest.Seq == own.Seq {
		return reply, err
	}
	limit := min(max(request.Limit, 1), maxMessages)
	reply.Messages, err = feeds.Messages(ctx, own.Destination, own.Seq, limit, maxBytes)
	return reply, err
}

// Fork returns the newest message that a reader has read of this history: the origin was
// restored since, perhaps more than once, and a backup may be newer than the one before.
// In an epoch that both have been in they have the same messages, as far as both came.
func Fork(ctx context.Context, feeds books.Feeds, own feed.Cursor) (feed.Cursor, error) {
	for _, mark := range own.Marks() {
		newest, err := feeds.Fork(ctx, own.Destination, mark.Epoch)
		if err != nil || own.Past == "" { // it was in no other epoch, as far as is known
			return newest, err
		}
		if newest.Epoch != mark.Epoch {
			continue
		}
		if newest.Seq <= mark.Seq {
			return newest, nil
		}
		_, at, err := feeds.Written(ctx, own.Destination, mark.Seq)
		if err == nil && at.Seq != mark.Seq {
			err = fault.New(fault.Conflict, "%s has read up to message %d of epoch %d, which was pruned: restore it from a newer backup, or build it anew",
				own.Destination, mark.Seq, mark.Epoch)
		}
		return at, err
	}
	return feed.Cursor{}, nil
}

// Wake tells destinations that origin has something new to say. It may be lost.
func Wake(bus Bus, origin id.Site, to []id.Site) {
	for _, destination := range to {
		// Readers look by themselves before long; nothing depends on this one.
		_ = bus.Publish(wakeSubject(origin, destination), nil)
	}
}
