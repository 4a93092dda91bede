package feed_test

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"crossdock/dist/feed"
)

func cursors() *rapid.Generator[feed.Cursor] {
	return rapid.Custom(func(t *rapid.T) feed.Cursor {
		return feed.Cursor{
			Origin: rapid.String().Draw(t, "origin"), Destination: rapid.String().Draw(t, "destination"),
			Epoch: rapid.Uint64().Draw(t, "epoch"), Seq: rapid.Uint64().Draw(t, "seq"), Hash: hash(t), At: rapid.Int64().Draw(t, "at"),
		}
	})
}

func messages() *rapid.Generator[feed.Message] {
	return rapid.Custom(func(t *rapid.T) feed.Message {
		return feed.Message{
			Origin: rapid.String().Draw(t, "origin"), Destination: rapid.String().Draw(t, "destination"),
			Epoch: rapid.Uint64().Draw(t, "epoch"), Seq: rapid.Uint64().Draw(t, "seq"), At: rapid.Int64().Draw(t, "at"),
			Key: rapid.String().Draw(t, "key"), Kind: rapid.String().Draw(t, "kind"),
			Body: rapid.SliceOf(rapid.Byte()).Draw(t, "body"), Hash: hash(t),
		}
	})
}

func hash(t *rapid.T) (h feed.Hash) {
	copy(h[:], rapid.SliceOfN(rapid.Byte(), len(h), len(h)).Draw(t, "hash"))
	return h
}

// seal is as long as one may be, or there is none.
func seal(t *rapid.T) []byte {
	if length := rapid.IntRange(0, 256).Draw(t, "length of the seal"); length > 0 {
		return rapid.SliceOfN(rapid.Byte(), length, length).Draw(t, "seal")
	}
	return nil
}

// TestRoundTrip writes and reads requests and replies; no prefix of one, and
// nothing longer, may be read.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		request := feed.Request{Cursor: cursors().Draw(t, "cursor"), Limit: rapid.IntRange(0, math.MaxInt32).Draw(t, "limit"), Seal: seal(t)}
		for range rapid.IntRange(0, 4).Draw(t, "earlier epochs") {
			request.Cursor.Past = request.Cursor.Past.With(feed.Mark{Epoch: rapid.Uint64().Draw(t, "past epoch"), Seq: rapid.Uint64().Draw(t, "past seq")})
		}
		wire := feed.AppendRequest([]byte("before"), request)[len("before"):]
		got, err := feed.ParseRequest(wire)
		if diff := cmp.Diff(request, got); err != nil || diff != "" {
			t.Fatalf("%v (-sent +read):\n%s", err, diff)
		}
		reply := feed.Reply{
			Last: cursors().Draw(t, "last"), Fork: cursors().Draw(t, "fork"), Agree: rapid.Bool().Draw(t, "agree"),
			Messages: rapid.SliceOfN(messages(), 0, 4).Draw(t, "messages"), Seal: seal(t),
		}
		replyWire := feed.AppendReply(nil, reply)
		gotReply, err := feed.ParseReply(replyWire)
		if diff := cmp.Diff(reply, gotReply, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-sent +read):\n%s", err, diff)
		}
		cut := rapid.IntRange(0, len(wire)-1).Draw(t, "cut")
		if _, err := feed.ParseRequest(wire[:cut]); !errors.Is(err, feed.ErrMalformed) {
			t.Fatalf("a request cut at %d of %d: %v", cut, len(wire), err)
		}
		cut = rapid.IntRange(0, len(replyWire)-1).Draw(t, "cut")
		if _, err := feed.ParseReply(replyWire[:cut]); !errors.Is(err, feed.ErrMalformed) {
			t.Fatalf("a reply cut at %d of %d: %v", cut, len(replyWire), err)
		}
		if _, err := feed.ParseReply(append(replyWire, 0)); !errors.Is(err, feed.ErrMalformed) {
			t.Fatalf("a reply with a byte too many: %v", err)
		}
	})
}

// golden are one request and one reply as they were released. Sites of two
// versions speak to each other, so that this form must never change.
var golden = struct {
	request feed.Request
	reply   feed.Reply
}{
	request: feed.Request{Cursor: feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 3, Seq: 300, Hash: feed.Hash{1, 2}, At: -1}, Limit: 256, Seal: []byte("sealed")},
	reply: feed.Reply{
		Last: feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 3, Seq: 301, Hash: feed.Hash{3, 4}, At: 5}, Agree: true,
		Fork:     feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 2, Seq: 12, Hash: feed.Hash{5}, At: 4},
		Messages: []feed.Message{{Origin: "wh1", Destination: "store", Epoch: 3, Seq: 301, At: 5, Key: "k", Kind: "a.v1", Body: []byte("{}"), Hash: feed.Hash{3, 4}}},
		Seal:     []byte("sealed too"),
	},
}

// withPast is the request of a reader whose origin was restored before.
func withPast(r feed.Request) feed.Request {
	r.Cursor.Past = "1:40,1700000000000:52"
	return r
}

func TestWireIsForEver(t *testing.T) {
	for file, now := range map[string][]byte{
		"testdata/request.v2": feed.AppendRequest(nil, golden.request),
		"testdata/reply.v2":   feed.AppendReply(nil, golden.reply),
		"testdata/request.v3": feed.AppendRequest(nil, withPast(golden.request)),
	} {
		if *update {
			if err := os.WriteFile(file, now, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		released, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(released, now) {
			t.Errorf("%s was\n%x, has become\n%x", file, released, now)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	cursor := feed.AppendRequest(nil, feed.Request{Cursor: golden.request.Cursor, Limit: 256})
	cursor = cursor[:len(cursor)-3] // without the limit, 256, and the empty seal
	with := func(numbers ...uint64) []byte {
		wire := slices.Clone(cursor)
		for _, n := range numbers {
			wire = binary.AppendUvarint(wire, n)
		}
		return wire
	}
	if _, err := feed.ParseRequest(with(math.MaxInt32, 0)); err != nil {
		t.Errorf("the highest limit is refused: %v", err)
	}
	if _, err := feed.ParseRequest(append(with(1, 256), make([]byte, 256)...)); err != nil {
		t.Errorf("the longest seal is refused: %v", err)
	}
	for name, wire := range map[string][]byte{
		"nothing": nil, "the version before": append([]byte{1}, with(1, 0)[1:]...), "the version after": append([]byte{3}, with(1, 0)[1:]...),
		"a limit too high": with(math.MaxInt32+1, 0), "a limit without end": with(math.MaxUint64, 0), "no seal": with(1),
		"a seal too long": append(with(1, 257), make([]byte, 257)...), "a seal without end": with(1, math.MaxUint64),
		"a number of 11 bytes": append(slices.Clone(cursor), 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1),
		"a text without end":   binary.AppendUvarint([]byte{2}, math.MaxUint64),
	} {
		if _, err := feed.ParseRequest(wire); !errors.Is(err, feed.ErrMalformed) {
			t.Errorf("ParseRequest of %s: %v", name, err)
		}
	}
	both := feed.AppendReply(nil, feed.Reply{Last: golden.reply.Last, Fork: golden.reply.Fork})
	reply := func(numbers ...uint64) []byte {
		wire := slices.Clone(both[:len(both)-3]) // without agreement, messages and seal
		for _, n := range numbers {
			wire = binary.AppendUvarint(wire, n)
		}
		return wire
	}
	if _, err := feed.ParseReply(reply(1, 0, 0)); err != nil {
		t.Errorf("an empty reply is refused: %v", err)
	}
	for name, wire := range map[string][]byte{
		"nothing": nil, "another version": append([]byte{1}, reply(1, 0, 0)[1:]...), "half an agreement": reply(2, 0, 0),
		"a message that is not there": reply(1, 1, 0), "messages without end": reply(1, math.MaxUint64, 0), "no seal": reply(1, 0),
		"a seal too long": append(reply(1, 0, 257), make([]byte, 257)...),
	} {
		if _, err := feed.ParseReply(wire); !errors.Is(err, feed.ErrMalformed) {
			t.Errorf("ParseReply of %s: %v", name, err)
		}
	}
}

// TestForgedCountCostsNothing: the memory taken is bounded by the bytes that
// came, whatever number of messages they announce.
func TestForgedCountCostsNothing(t *testing.T) {
	wire := feed.AppendReply(nil, feed.Reply{Last: golden.reply.Last, Agree: true})
	wire = binary.AppendUvarint(wire[:len(wire)-2], 1<<40) // in place of no messages, and no seal
	if allocs := testing.AllocsPerRun(10, func() {
		if reply, err := feed.ParseReply(wire); err == nil || cap(reply.Messages) > 1 {
			t.Errorf("room for %d messages, %v", cap(reply.Messages), err)
		}
	}); allocs > 10 {
		t.Errorf("%.0f allocations", allocs)
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(feed.AppendRequest(nil, golden.request))
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, wire []byte) {
		once, err := feed.ParseRequest(wire)
		if err != nil {
			return
		}
		twice, err := feed.ParseRequest(feed.AppendRequest(nil, once))
		if diff := cmp.Diff(once, twice); err != nil || diff != "" {
			t.Errorf("%v (-once +twice):\n%s", err, diff)
		}
	})
}

func FuzzParseReply(f *testing.F) {
	f.Add(feed.AppendReply(nil, golden.reply))
	f.Add(feed.AppendReply(nil, feed.Reply{}))
	f.Add([]byte{2, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, wire []byte) {
		once, err := feed.ParseReply(wire)
		if len(once.Messages) > len(wire)/39+1 {
			t.Errorf("%d messages out of %d bytes", len(once.Messages), len(wire))
		}
		if err != nil {
			return
		}
		twice, err := feed.ParseReply(feed.AppendReply(nil, once))
		if diff := cmp.Diff(once, twice, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%v (-once +twice):\n%s", err, diff)
		}
	})
}
