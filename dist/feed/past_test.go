package feed_test

import (
	"slices"
	"testing"

	"crossdock/dist/feed"
)

func TestPast(t *testing.T) {
	var p feed.Past
	for _, m := range []feed.Mark{{1, 40}, {1700, 52}, {1, 30}, {900, 7}, {1700, 60}} {
		p = p.With(m)
	}
	if p != "1:40,900:7,1700:60" {
		t.Errorf("the past is %s", p)
	}
	c := feed.Cursor{Epoch: 900, Seq: 9, Past: p}
	if got := c.Marks(); !slices.Equal(got, []feed.Mark{{1700, 60}, {900, 9}, {1, 40}}) {
		t.Errorf("the marks are %v", got)
	}
	if got := feed.Past("1:40,x,7:-1,:,900:7").With(feed.Mark{}); got != "0:0,1:40,900:7" {
		t.Errorf("of a past that cannot be read there is %s", got)
	}
	for epoch := range uint64(100) {
		p = p.With(feed.Mark{Epoch: 2000 + epoch, Seq: 1})
	}
	if got := (feed.Cursor{Past: p}).Marks(); len(got) > 33 || got[0].Epoch != 2099 {
		t.Errorf("%d marks are kept, the latest of epoch %d", len(got), got[0].Epoch)
	}
}

// TestBehind keeps where a reader was when the epoch changes, and only then.
func TestBehind(t *testing.T) {
	var c feed.Cursor
	for i, step := range []struct {
		epoch uint64
		past  feed.Past
	}{{1, ""}, {1, ""}, {5, "1:2"}, {5, "1:2"}, {9, "1:2,5:4"}} {
		c = c.Behind(feed.Message{Epoch: step.epoch, Seq: uint64(i) + 1})
		if c.Past != step.past || c.Seq != uint64(i)+1 || c.Epoch != step.epoch {
			t.Errorf("behind message %d: %+v, want the past %s", i+1, c, step.past)
		}
	}
	c = c.Rewound(feed.Cursor{Epoch: 1, Seq: 1})
	if c.Past != "1:2,5:4,9:5" || c.Seq != 1 {
		t.Errorf("rewound: %+v", c)
	}
	if got := (feed.Cursor{}).Behind(feed.Message{Epoch: 7, Seq: 1}).Past; got != "0:0" {
		t.Errorf("a feed whose first message is of epoch 7: the past is %s", got)
	}
}
