package feed_test

import (
	"encoding/hex"
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/dist/feed"
)

var update = flag.Bool("update", false, "write the golden files anew; a released form must never change")

var start = feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 3}

// written is a feed of so many messages, and its cursor after each of them; the
// first cursor is the start.
func written(count int) (messages []feed.Message, cursors []feed.Cursor) {
	cursors = []feed.Cursor{start}
	for n := range count {
		m, c := feed.Next(cursors[n], feed.Message{At: int64(1000 + n), Key: "order-1", Kind: "stock.levels.v1", Body: []byte{byte(n)}})
		messages, cursors = append(messages, m), append(cursors, c)
	}
	return messages, cursors
}

func TestNextNumbersAndChains(t *testing.T) {
	messages, cursors := written(3)
	for i, m := range messages {
		if m.Origin != "wh1" || m.Destination != "store" || m.Epoch != 3 || m.Seq != uint64(i+1) || m.Hash != feed.Chain(cursors[i].Hash, m) {
			t.Errorf("message %d is %+v", i, m)
		}
		want := feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 3, Seq: m.Seq, Hash: m.Hash, At: m.At}
		if diff := cmp.Diff(want, cursors[i+1]); diff != "" {
			t.Errorf("the cursor after message %d (-want +got):\n%s", i, diff)
		}
	}
}

func message() feed.Message {
	return feed.Message{Origin: "wh1", Destination: "store", Epoch: 3, Seq: 9, At: 1_764_230_950_123_456, Key: "order-1", Kind: "a.v1", Body: []byte(`{"a":1}`)}
}

func TestChainCoversEveryField(t *testing.T) {
	before := feed.Hash{1}
	seen := map[feed.Hash]string{feed.Chain(before, message()): "nothing", feed.Chain(feed.Hash{}, message()): "the message before"}
	for name, change := range map[string]func(m *feed.Message){
		"Origin":                      func(m *feed.Message) { m.Origin = "wh2" },
		"Destination":                 func(m *feed.Message) { m.Destination = "store2" },
		"Epoch":                       func(m *feed.Message) { m.Epoch++ },
		"Seq":                         func(m *feed.Message) { m.Seq++ },
		"At":                          func(m *feed.Message) { m.At++ },
		"Key":                         func(m *feed.Message) { m.Key = "" },
		"Kind":                        func(m *feed.Message) { m.Kind = "a.v2" },
		"Body":                        func(m *feed.Message) { m.Body = []byte(`{"a":2}`) },
		"a letter from Key to Kind":   func(m *feed.Message) { m.Key, m.Kind = "order-", "1a.v1" },
		"a letter from Kind to Body":  func(m *feed.Message) { m.Kind, m.Body = "a.v", []byte(`1{"a":1}`) },
		"Origin and Destination swap": func(m *feed.Message) { m.Origin, m.Destination = m.Destination, m.Origin },
	} {
		m := message()
		change(&m)
		hash := feed.Chain(before, m)
		if other, twice := seen[hash]; twice {
			t.Errorf("a change of %s gives the same hash as a change of %s", name, other)
		}
		seen[hash] = name
	}
	m := message()
	m.Hash = feed.Hash{9}
	if feed.Chain(before, m) != feed.Chain(before, message()) {
		t.Error("the hash of a message depends on itself")
	}
}

// The hashes are stored on both sides: this one must never change.
func TestChainIsForEver(t *testing.T) {
	const want = "90e90e09b450a1ef3c7df394caa21f6c0fdeef1ac61fab73c2cf86453f9545a0"
	hash := feed.Chain(feed.Hash{1}, message())
	if got := hex.EncodeToString(hash[:]); got != want {
		t.Errorf("the hash has become %s, was %s", got, want)
	}
}

// later is a cursor of the epoch after that of written.
func later(seq uint64) feed.Cursor {
	return feed.Cursor{Origin: "wh1", Destination: "store", Epoch: 4, Seq: seq, Hash: feed.Hash{7}}
}

// TestCheck judges replies to a receiver that has applied 2 messages of 5.
func TestCheck(t *testing.T) {
	messages, cursors := written(5)
	good := func() feed.Reply {
		return feed.Reply{Last: cursors[5], Agree: true, Messages: append([]feed.Message(nil), messages[2:]...)}
	}
	rechained := func(m feed.Message) feed.Message {
		m.Hash = feed.Chain(cursors[2].Hash, m)
		return m
	}
	for _, test := range []struct {
		name   string
		change func(own *feed.Cursor, r *feed.Reply)
		want   feed.Verdict
	}{
		{"all that is new", func(_ *feed.Cursor, _ *feed.Reply) {}, feed.Apply},
		{"some of it", func(_ *feed.Cursor, r *feed.Reply) { r.Messages = r.Messages[:1] }, feed.Apply},
		{"from the start", func(own *feed.Cursor, r *feed.Reply) { *own, r.Messages = start, messages }, feed.Apply},
		{"from the start, of an epoch not yet known", func(own *feed.Cursor, r *feed.Reply) {
			*own, r.Messages = feed.Cursor{Origin: "wh1", Destination: "store"}, messages
		}, feed.Apply},
		{"its history is over, and it comes back to one in which it was farther", func(own *feed.Cursor, r *feed.Reply) {
			own.Epoch, own.Past = 7, "1:4"
			*r = feed.Reply{Last: cursors[5], Fork: cursors[4]}
			r.Last.Epoch = 8
		}, feed.Rewind},
		{"the same, of a reader that was in no other", func(own *feed.Cursor, r *feed.Reply) {
			own.Epoch = 7
			*r = feed.Reply{Last: cursors[5], Fork: cursors[4]}
			r.Last.Epoch = 8
		}, feed.Parted},
		{"nothing new", func(own *feed.Cursor, r *feed.Reply) { *own, r.Messages = cursors[5], nil }, feed.Nothing},
		{"nothing at all", func(own *feed.Cursor, r *feed.Reply) { *own, *r = start, feed.Reply{Last: start, Agree: true} }, feed.Nothing},
		{"a gap before", func(_ *feed.Cursor, r *feed.Reply) { r.Messages = r.Messages[1:] }, feed.Parted},
		{"a gap within", func(_ *feed.Cursor, r *feed.Reply) { r.Messages = append(r.Messages[:1], r.Messages[2]) }, feed.Parted},
		{"one that is applied already", func(_ *feed.Cursor, r *feed.Reply) { r.Messages = messages[1:] }, feed.Parted},
		{"one twice", func(_ *feed.Cursor, r *feed.Reply) { r.Messages[1] = r.Messages[0] }, feed.Parted},
		{"two in the wrong order", func(_ *feed.Cursor, r *feed.Reply) { r.Messages[0], r.Messages[1] = r.Messages[1], r.Messages[0] }, feed.Parted},
		{"another body", func(_ *feed.Cursor, r *feed.Reply) { r.Messages[2].Body = []byte("forged") }, feed.Parted},
		{"another kind", func(_ *feed.Cursor, r *feed.Reply) { r.Messages[0].Kind = "b.v1" }, feed.Parted},
		{"another hash", func(_ *feed.Cursor, r *feed.Reply) { r.Messages[0].Hash[31]++ }, feed.Parted},
		{"another origin, with its hash right", func(_ *feed.Cursor, r *feed.Reply) {
			r.Messages[0].Origin = "wh2"
			r.Messages = []feed.Message{rechained(r.Messages[0])}
		}, feed.Parted},
		{"another destination, with its hash right", func(_ *feed.Cursor, r *feed.Reply) {
			r.Messages[0].Destination = "store2"
			r.Messages = []feed.Message{rechained(r.Messages[0])}
		}, feed.Parted},
		{"a gap, with its hash right", func(_ *feed.Cursor, r *feed.Reply) { r.Messages = []feed.Message{rechained(r.Messages[1])} }, feed.Parted},
		{"another history", func(own *feed.Cursor, _ *feed.Reply) { own.Hash[0]++ }, feed.Parted},
		{"the origin does not agree", func(_ *feed.Cursor, r *feed.Reply) { r.Agree, r.Messages = false, nil }, feed.Parted},
		{"the origin does not agree, yet goes on", func(_ *feed.Cursor, r *feed.Reply) { r.Agree = false }, feed.Parted},
		{"the origin has gone back", func(own *feed.Cursor, r *feed.Reply) { r.Last, r.Messages = cursors[1], nil }, feed.Restored},
		{"the origin has gone back to the start", func(own *feed.Cursor, r *feed.Reply) { r.Last, r.Agree, r.Messages = start, false, nil }, feed.Restored},
		{"the origin has begun a new epoch and goes on from here", func(_ *feed.Cursor, r *feed.Reply) { r.Last.Epoch++ }, feed.Apply},
		{"the origin was restored, and has a new epoch", func(own *feed.Cursor, r *feed.Reply) {
			r.Last, r.Agree, r.Fork, r.Messages = later(2), false, cursors[1], nil
		}, feed.Rewind},
		{"the origin was restored from before its first message", func(own *feed.Cursor, r *feed.Reply) {
			r.Last, r.Agree, r.Fork, r.Messages = later(1), false, feed.Cursor{}, nil
		}, feed.Rewind},
		{"the origin was restored and has said much since", func(own *feed.Cursor, r *feed.Reply) {
			r.Last, r.Agree, r.Fork, r.Messages = later(9), false, cursors[1], nil
		}, feed.Rewind},
		{"a new epoch forks behind what was read, and the hash differs", func(own *feed.Cursor, r *feed.Reply) {
			r.Last, r.Agree, r.Fork, r.Messages = later(9), false, cursors[3], nil
		}, feed.Parted},
		{"a new epoch, and what was read is in it", func(own *feed.Cursor, r *feed.Reply) {
			r.Last, r.Fork, r.Messages = later(9), cursors[1], nil
		}, feed.Nothing},
		{"the origin was restored behind the cursor", func(_ *feed.Cursor, r *feed.Reply) {
			r.Last, r.Fork, r.Agree, r.Messages = cursors[1], cursors[1], false, nil
			r.Last.Epoch++
		}, feed.Rewind},
		{"the origin was restored, and its fork is not behind the cursor", func(_ *feed.Cursor, r *feed.Reply) {
			r.Last.Epoch++
			r.Fork, r.Agree, r.Messages = cursors[2], false, nil
		}, feed.Parted},
		{"the origin has an older epoch", func(_ *feed.Cursor, r *feed.Reply) { r.Last.Epoch-- }, feed.Restored},
	} {
		t.Run(test.name, func(t *testing.T) {
			own, reply := cursors[2], good()
			test.change(&own, &reply)
			if got := feed.Check(own, reply); got != test.want {
				t.Errorf("Check = %s, want %s", got, test.want)
			}
		})
	}
}

func TestVerdictsHaveWords(t *testing.T) {
	want := map[feed.Verdict]string{feed.Apply: "apply", feed.Nothing: "nothing", feed.Restored: "restored", feed.Parted: "parted", feed.Rewind: "rewind"}
	for verdict, word := range want {
		if verdict.String() != word {
			t.Errorf("%d is called %s, want %s", verdict, verdict, word)
		}
	}
}
