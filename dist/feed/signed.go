package feed

import "encoding/binary"

// What a seal is over begins with one of these, so that a seal of the one can
// never be shown as one of the other, nor of anything else that a key signs.
const (
	requestContext = "crossdock.feed.request\x00"
	replyContext   = "crossdock.feed.reply\x00"
)

// Signed returns what the seal of a request is over: all of it but the seal.
func (r Request) Signed() []byte {
	text := append([]byte(requestContext), wireVersion)
	text = appendCursor(text, r.Cursor)
	text = appendPast(text, r.Cursor)
	return binary.AppendUvarint(text, uint64(r.Limit))
}

// Signed returns what the seal of a reply is over: the cursor that it answers, so
// that it cannot be shown in answer to another one, what the origin says of itself,
// and of the messages their count and the hash of the last. That hash runs over each
// of them from the cursor on, so one signature proves them all: Check finds any that
// does not fit.
func (r Reply) Signed(asked Cursor) []byte {
	text := append([]byte(replyContext), wireVersion)
	text = appendCursor(text, asked)
	text = appendPast(text, asked)
	text = appendCursor(text, r.Last)
	text = appendCursor(text, r.Fork)
	agree := byte(0)
	if r.Agree {
		agree = 1
	}
	text = append(text, agree)
	text = binary.AppendUvarint(text, uint64(len(r.Messages)))
	var last Hash
	if n := len(r.Messages); n > 0 {
		last = r.Messages[n-1].Hash
	}
	return append(text, last[:]...)
}
