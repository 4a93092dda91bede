package books_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// hospital is a site whose messages are refused by number, and what it has applied.
type hospital struct {
	*books.Books
	t       *testing.T
	refuses map[uint64]error
	applied []uint64
}

func (h *hospital) apply(m feed.Message) error {
	if err := h.refuses[m.Seq]; err != nil {
		return err
	}
	h.applied = append(h.applied, m.Seq)
	return nil
}

func (h *hospital) do(command any) (books.Retried, error) {
	answer, err := h.Do(command, start.Add(time.Hour), h.apply)
	if answer == nil {
		return books.Retried{}, err
	}
	return answer.(books.Retried), err
}

var no = fault.New(fault.NotFound, "there is no such order")

// newHospital has read messages 1 to 6, of which the odd ones are of key "a", and
// put 1 aside, with those of its key behind it.
func newHospital(t *testing.T) *hospital {
	t.Helper()
	h := &hospital{Books: books.Open(books.Snapshot{Site: "store", Epoch: 1}), t: t, refuses: map[uint64]error{1: no}}
	h.hear(6)
	if !slices.Equal(h.applied, []uint64{2, 4, 6}) {
		t.Fatalf("applied %v", h.applied)
	}
	h.applied = nil
	return h
}

// hear reads the messages up to a number.
func (h *hospital) hear(upTo uint64) {
	h.t.Helper()
	for c := h.Cursor("wh1"); c.Seq < upTo; c = h.Cursor("wh1") {
		m := feed.Message{Key: string('b' - rune((c.Seq+1)%2)), Kind: "k"}
		m, _ = feed.Next(c, m)
		if err := h.Receive([]feed.Message{m}, "", start, h.apply); err != nil {
			h.t.Fatal(err)
		}
	}
}

// TestReceiveOfAnotherHistory: a message of what was lost at its origin may come late,
// with the number that is next. It does not follow on what was read since.
func TestReceiveOfAnotherHistory(t *testing.T) {
	h := newHospital(t)
	read := h.Cursor("wh1")
	other := read
	other.Hash[0]++
	late, _ := feed.Next(other, feed.Message{Key: "a", Kind: "k"})
	if err := h.Receive([]feed.Message{late}, "", start, h.apply); err != nil || h.Cursor("wh1") != read || len(h.applied) > 0 {
		t.Errorf("%v: applied %v, and read %+v", err, h.applied, h.Cursor("wh1"))
	}
	h.hear(read.Seq + 1)
	if h.Cursor("wh1").Seq != read.Seq+1 {
		t.Errorf("what follows was not read: %+v", h.Cursor("wh1"))
	}
}

// waits returns the numbers of the messages that a site has to keep as waiting, by
// the rows that it has written.
func waits(all ...books.Rows) (seqs []uint64) {
	for _, rows := range all {
		for _, p := range rows.Parked {
			seqs = append(seqs, p.Message.Seq)
		}
		for _, p := range rows.Reparked {
			if p.Resolution.As != "" {
				seqs = slices.DeleteFunc(seqs, func(seq uint64) bool { return seq == p.Message.Seq })
			}
		}
	}
	return seqs
}

var retryA = books.RetryParked{Origin: "wh1", Key: "a"}

func TestRetryGoesOnUntilOneIsRefused(t *testing.T) {
	h := newHospital(t)
	h.refuses = map[uint64]error{5: fault.New(fault.Conflict, "it is sent")}
	got, err := h.do(retryA)
	want := books.Retried{Applied: []uint64{1, 3}, Left: 1, Reason: "it is sent"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	rows := h.Seal()
	if left := waits(rows); !slices.Equal(left, []uint64{5}) {
		t.Errorf("%v wait, want 5", left)
	}
	if last := rows.Reparked[2]; last.Message.Seq != 5 || last.Reason != "it is sent" {
		t.Errorf("message %d waits because %q", last.Message.Seq, last.Reason)
	}
	h.hear(8)
	if !slices.Equal(h.applied, []uint64{1, 3, 8}) {
		t.Errorf("applied %v: the next one of the key waits behind 5", h.applied)
	}
	h.refuses = nil
	if got, err = h.do(retryA); err != nil || got.Left != 0 {
		t.Errorf("%+v, error %v", got, err)
	}
	h.hear(10)
	if !slices.Equal(h.applied, []uint64{1, 3, 8, 5, 7, 9, 10}) {
		t.Errorf("applied %v: the key is free again", h.applied)
	}
	if _, err = h.do(retryA); !fault.Is(err, fault.NotFound) {
		t.Errorf("a key of which nothing waits: %v", err)
	}
}

func TestRetryIsBoundedAndSaysSo(t *testing.T) {
	h := newHospital(t)
	h.refuses = nil
	one := books.RetryParked{Origin: "wh1", Key: "a", Limit: 2}
	got, err := h.do(one)
	if diff := cmp.Diff(books.Retried{Applied: []uint64{1, 3}, Left: 1, More: true}, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	if got, err = h.do(one); err != nil || got.More || got.Left != 0 {
		t.Errorf("%+v, error %v", got, err)
	}
}

// A key is tried again every hour: what is not news is not written.
func TestRetryWritesNoReasonTwice(t *testing.T) {
	h := newHospital(t)
	h.Seal()
	if got, err := h.do(retryA); err != nil || got.Reason != no.Error() || !h.Seal().Empty() {
		t.Errorf("%+v, error %v", got, err)
	}
	h.refuses[1] = fault.New(fault.Conflict, "another reason")
	if _, err := h.do(retryA); err != nil || len(h.Seal().Reparked) != 1 {
		t.Errorf("another reason is not written: %v", err)
	}
}

func TestRetryOfWhatTheDatabaseRefuses(t *testing.T) {
	h := newHospital(t)
	h.refuses = nil
	got, err := h.do(books.RetryParked{Origin: "wh1", Key: "a", Refused: "a row is there already"})
	if diff := cmp.Diff(books.Retried{Left: 3, Reason: "a row is there already"}, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	if len(h.applied) > 0 {
		t.Errorf("%v was applied", h.applied)
	}
	rows := h.Seal().Reparked
	if len(rows) != 1 || rows[0].Reason != "a row is there already" || rows[0].Resolution.As != "" {
		t.Errorf("written: %+v", rows)
	}
}

func TestRetryStopsWhenTheEngineFails(t *testing.T) {
	h := newHospital(t)
	h.refuses = map[uint64]error{3: fault.New(fault.Unavailable, "the disk is gone")}
	if _, err := h.do(retryA); !fault.Is(err, fault.Unavailable) {
		t.Errorf("error %v", err)
	}
	if !fault.Is(h.Spoiled(), fault.Unavailable) {
		t.Error("the first message is applied and the books may be committed")
	}
	for _, command := range []any{retryA, books.SkipParked{Origin: "wh1", Key: "a", Seq: 1, Why: "x"}} {
		if _, err := h.do(command); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%T on spoiled books: %v", command, err)
		}
	}
}

func TestSkipTakesTheFirstOutAndRetriesTheRest(t *testing.T) {
	h := newHospital(t)
	h.refuses[5] = no
	got, err := h.do(books.SkipParked{Origin: "wh1", Key: "a", Seq: 1, By: "Ann", Why: "sent twice"})
	if diff := cmp.Diff(books.Retried{Applied: []uint64{3}, Left: 1, Reason: no.Error()}, got); diff != "" || err != nil {
		t.Errorf("error %v, -want +got\n%s", err, diff)
	}
	rows := h.Seal()
	first := rows.Reparked[0]
	want := books.Resolution{As: books.Skipped, At: start.Add(time.Hour), By: "Ann", Why: "sent twice"}
	if diff := cmp.Diff(want, first.Resolution); diff != "" || first.Message.Seq != 1 || first.Reason != no.Error() {
		t.Errorf("message %d, -want +got\n%s", first.Message.Seq, diff)
	}
	if left := waits(rows); !slices.Equal(left, []uint64{5}) || slices.Contains(h.applied, 1) {
		t.Errorf("%v wait, %v applied", left, h.applied)
	}
}

func TestSkipAll(t *testing.T) {
	h := newHospital(t)
	got, err := h.do(books.SkipParked{Origin: "wh1", Key: "a", Seq: 1, All: true, Why: "the order was booked by hand"})
	if err != nil || got.Left != 0 || len(h.applied) > 0 {
		t.Errorf("%+v, %v applied, error %v", got, h.applied, err)
	}
	if left := waits(h.Seal()); len(left) > 0 {
		t.Errorf("%v wait", left)
	}
}

func TestSkipRefuses(t *testing.T) {
	h := newHospital(t)
	h.Seal()
	for name, c := range map[string]struct {
		command books.SkipParked
		want    fault.Kind
	}{
		"without a reason":      {books.SkipParked{Origin: "wh1", Key: "a", Seq: 1}, fault.Invalid},
		"another one":           {books.SkipParked{Origin: "wh1", Key: "a", Seq: 3, Why: "x"}, fault.Conflict},
		"all behind another":    {books.SkipParked{Origin: "wh1", Key: "a", Seq: 3, All: true, Why: "x"}, fault.Conflict},
		"of no number":          {books.SkipParked{Origin: "wh1", Key: "a", Why: "x"}, fault.Conflict},
		"of another key":        {books.SkipParked{Origin: "wh1", Key: "b", Seq: 2, Why: "x"}, fault.NotFound},
		"of another origin":     {books.SkipParked{Origin: "wh2", Key: "a", Seq: 1, Why: "x"}, fault.NotFound},
		"all of another origin": {books.SkipParked{Origin: "wh2", Key: "a", Seq: 1, All: true, Why: "x"}, fault.NotFound},
	} {
		if _, err := h.do(c.command); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if !h.Seal().Empty() {
		t.Error("something was written")
	}
}

// TestParkedComeBackInOrder opens books whose messages were put aside out of order
// of time, of two epochs.
func TestParkedComeBackInOrder(t *testing.T) {
	parked := func(epoch, seq uint64) books.Parked {
		return books.Parked{Message: feed.Message{Origin: "wh1", Key: "a", Epoch: epoch, Seq: seq}, ParkedAt: start}
	}
	h := &hospital{t: t, Books: books.Open(books.Snapshot{
		Site: "store", Parked: []books.Parked{parked(2, 3), parked(1, 4), parked(2, 9), parked(1, 2)},
	})}
	got, err := h.do(retryA)
	if err != nil || !slices.Equal(got.Applied, []uint64{2, 4, 3, 9}) {
		t.Errorf("%+v, error %v", got, err)
	}
}

// pruned books have said ten messages to wh1.
func talkative(t *testing.T) (*books.Books, []feed.Cursor) {
	t.Helper()
	written := []feed.Cursor{{Origin: "store", Destination: "wh1", Epoch: 1}}
	for range 10 {
		_, next := feed.Next(written[len(written)-1], feed.Message{Key: "k", Kind: "k"})
		next.Origin, next.Destination = "store", "wh1"
		written = append(written, next)
	}
	return books.Open(books.Snapshot{Site: "store", Epoch: 1, Written: written[10:]}), written
}

func TestPruneKeepsWhatIsNotAcknowledgedForLongEnough(t *testing.T) {
	b, at := talkative(t)
	const keep = 24 * time.Hour
	ack := func(seq int, after time.Duration) books.Prunable {
		return b.Acknowledge(books.Acknowledge{Cursor: at[seq], Keep: keep}, start.Add(after))
	}
	for _, c := range []struct {
		after time.Duration
		seq   int
		upTo  uint64
	}{
		{0, 3, 0},
		{time.Minute, 4, 0}, // not noted: the last note is too young
		{2 * time.Hour, 6, 0},
		{keep - 1, 6, 0},
		{keep, 6, 3},                  // acknowledged a day ago
		{keep + time.Hour, 2, 2},      // the reader was restored, and reads from there
		{keep + 2*time.Hour, 10, 6},   // it has caught up
		{3*keep + 2*time.Hour, 10, 9}, // all but the newest
	} {
		if got := ack(c.seq, c.after); got.UpTo != c.upTo || got.Pruned != 0 {
			t.Errorf("after %s: %+v may go, want %d", c.after, got, c.upTo)
		}
	}
	prune := func(seq int) error {
		return b.Prune(books.Prune{UpTo: at[seq], Keep: keep}, start.Add(3*keep+2*time.Hour))
	}
	if err := prune(10); !fault.Is(err, fault.Conflict) {
		t.Errorf("the newest: %v", err)
	}
	if err := prune(5); err != nil {
		t.Error(err)
	}
	if err := prune(5); !fault.Is(err, fault.Conflict) {
		t.Errorf("again: %v", err)
	}
	rows := b.Seal()
	if diff := cmp.Diff(at[5:6], rows.Pruned); diff != "" {
		t.Errorf("pruned, -want +got\n%s", diff)
	}
	var noted []uint64
	for _, a := range rows.Acknowledged {
		noted = append(noted, a.Cursor.Seq)
	}
	if !slices.Equal(noted, []uint64{3, 6, 10}) {
		t.Errorf("%v are noted", noted)
	}
	last := books.Acknowledged{Cursor: at[10], At: start.Add(keep + 2*time.Hour)}
	if got := ack(10, 3*keep+2*time.Hour); got != (books.Prunable{Pruned: 5, UpTo: 9, Noted: last}) {
		t.Errorf("%+v", got)
	}
}

// What was noted counts after a restart too.
func TestAcknowledgedIsKept(t *testing.T) {
	b, at := talkative(t)
	b.Acknowledge(books.Acknowledge{Cursor: at[4], Keep: time.Hour}, start)
	rows := b.Seal()
	b = books.Open(books.Snapshot{Site: "store", Epoch: 1, Written: at[10:], Acknowledged: rows.Acknowledged, Pruned: at[2:3]})
	got := b.Acknowledge(books.Acknowledge{Cursor: at[5], Keep: time.Hour}, start.Add(time.Hour))
	now := books.Acknowledged{Cursor: at[5], At: start.Add(time.Hour)}
	if diff := cmp.Diff(books.Prunable{Pruned: 2, UpTo: 4, Noted: now}, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	asked := books.Acknowledge{Cursor: feed.Cursor{Destination: "wh1"}, Keep: 0}
	if got := b.Acknowledge(asked, start.Add(2*time.Hour)); got.Noted != now {
		t.Errorf("noted is %+v", got.Noted)
	}
	b.Acknowledge(books.Acknowledge{Cursor: at[6]}, start.Add(time.Hour+time.Second)) // it has fallen silent
	if got := b.Acknowledge(asked, start.Add(2*time.Hour)); got.Noted.Cursor.Seq != 6 {
		t.Errorf("noted of a silent reader is %+v", got.Noted)
	}
	if got := b.Acknowledge(books.Acknowledge{Cursor: feed.Cursor{Destination: string(id.Site("wh2")), Seq: 7}, Keep: time.Hour}, start); got.UpTo != 0 {
		t.Errorf("of another feed %+v may go", got)
	}
}
