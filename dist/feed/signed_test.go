package feed_test

import (
	"encoding/hex"
	"testing"

	"crossdock/dist/feed"
)

// TestSignedCoversEveryField changes each thing that a forger could, and looks that
// the text under the seal is another one.
func TestSignedCoversEveryField(t *testing.T) {
	asked := golden.request.Cursor
	seen := map[string]string{}
	add := func(name string, text []byte) {
		t.Helper()
		if other, twice := seen[string(text)]; twice {
			t.Errorf("%s has the same text as %s", name, other)
		}
		seen[string(text)] = name
	}
	for name, change := range map[string]func(c *feed.Cursor){
		"nothing": func(*feed.Cursor) {}, "origin": func(c *feed.Cursor) { c.Origin = "wh2" }, "destination": func(c *feed.Cursor) { c.Destination = "shop2" },
		"epoch": func(c *feed.Cursor) { c.Epoch++ }, "seq": func(c *feed.Cursor) { c.Seq++ }, "hash": func(c *feed.Cursor) { c.Hash[31]++ }, "at": func(c *feed.Cursor) { c.At++ },
	} {
		request, reply, of := golden.request, golden.reply, asked
		change(&request.Cursor)
		add("a request with another "+name, request.Signed())
		change(&of)
		add("a reply to a request with another "+name, reply.Signed(of))
		if name == "nothing" {
			continue
		}
		change(&reply.Last)
		add("a reply with another last "+name, reply.Signed(asked))
		reply = golden.reply
		change(&reply.Fork)
		add("a reply with another fork's "+name, reply.Signed(asked))
	}
	request, reply := golden.request, golden.reply
	add("a request with a past", withPast(request).Signed())
	add("a reply to a request with a past", reply.Signed(withPast(request).Cursor))
	request.Limit++
	add("a request with another limit", request.Signed())
	reply.Agree = false
	add("a reply that does not agree", reply.Signed(asked))
	reply = golden.reply
	reply.Messages = nil
	add("a reply without its message", reply.Signed(asked))
	reply.Messages = []feed.Message{golden.reply.Messages[0], golden.reply.Messages[0]}
	add("a reply with a message twice", reply.Signed(asked))
	other := golden.reply.Messages[0]
	other.Hash[0]++
	reply.Messages = []feed.Message{other}
	add("a reply with another message", reply.Signed(asked))
}

// What was signed by a site of one version is verified by one of another.
func TestSignedIsForEver(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"request": {hex.EncodeToString(golden.request.Signed()), "63726f7373646f636b2e666565642e726571756573740002037768310573746f726503ac02ffffffffffffffffff0101020000000000000000000000" +
			"000000000000000000000000000000000000008002"},
		"reply": {hex.EncodeToString(golden.reply.Signed(golden.request.Cursor)), "63726f7373646f636b2e666565642e7265706c790002037768310573746f726503ac02ffffffffffffffffff01010200000000000000000000000000" +
			"0000000000000000000000000000000000037768310573746f726503ad02050304000000000000000000000000000000000000000000000000000000" +
			"000000037768310573746f7265020c040500000000000000000000000000000000000000000000000000000000000000010103040000000000000000" +
			"00000000000000000000000000000000000000000000"},
	} {
		if c.got != c.want {
			t.Errorf("the text under the seal of a %s has become\n%s, was\n%s", name, c.got, c.want)
		}
	}
}
