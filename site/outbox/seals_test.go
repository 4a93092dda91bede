package outbox_test

import (
	"bytes"
	"slices"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/outbox"
)

// stamps seal by the name of a site, so that a test can tell who sealed what.
type stamps struct{ site id.Site }

func (s stamps) Seal(text []byte) []byte { return append([]byte(s.site+"|"), text[len(text)-32:]...) }

func (s stamps) Verify(site id.Site, text, seal []byte) error {
	if !bytes.Equal(seal, stamps{site}.Seal(text)) {
		return fault.New(fault.Denied, "this is not %s", site)
	}
	return nil
}

// sealed is a link whose both ends seal, and who was heard at the origin.
func sealed(t *testing.T, reader, origin outbox.Seals) (s *stepped, heard *[]feed.Cursor) {
	t.Helper()
	s = newStepped(t, func(set *outbox.Settings) { set.Seals = reader })
	heard = &[]feed.Cursor{}
	_, err := outbox.ServeSealed(kept{handler: &s.serve}, "wh1", s.feeds, origin, func(c feed.Cursor) { *heard = append(*heard, c) })
	if err != nil {
		t.Fatal(err)
	}
	return s, heard
}

func TestSealedLinkWorks(t *testing.T) {
	s, heard := sealed(t, stamps{"store"}, stamps{"wh1"})
	s.say(0)
	s.works()
	s.works()
	if got := s.reader.Link(); !got.Connected || got.Cursor != 1 || got.Trouble != "" || len(*heard) != 2 {
		t.Errorf("%+v, heard %d", got, len(*heard))
	}
}

// TestForgedRequest: the origin answers nothing, and believes no cursor.
func TestForgedRequest(t *testing.T) {
	for name, seals := range map[string]outbox.Seals{"unsigned": nil, "signed by another": stamps{"wh2"}} {
		t.Run(name, func(t *testing.T) {
			s, heard := sealed(t, seals, stamps{"wh1"})
			s.say(0)
			if answer, err := s.serve(t.Context(), s.ask().Body); !fault.Is(err, fault.Denied) || answer != nil {
				t.Errorf("answered %d bytes, %v", len(answer), err)
			}
			same(t, "believed", 0, len(*heard))
			s.works()
			if got := s.reader.Link(); got.Connected || got.Verdict != outbox.Refused || got.Trouble != "this is not store" {
				t.Errorf("the reader does not show that it is refused: %+v", got)
			}
		})
	}
	t.Run("changed on the way", func(t *testing.T) {
		s, heard := sealed(t, stamps{"store"}, stamps{"wh1"})
		request, err := feed.ParseRequest(s.ask().Body)
		if err != nil {
			t.Fatal(err)
		}
		request.Limit, request.Cursor.Hash = 9, feed.Hash{9}
		request.Cursor.Origin = "wh1"
		if _, err := s.serve(t.Context(), feed.AppendRequest(nil, feed.Request{Cursor: feed.Cursor{Origin: "wh1", Destination: "../store"}, Seal: request.Seal})); !fault.Is(err, fault.Invalid) {
			t.Errorf("a name that is none: %v", err)
		}
		if _, err := s.serve(t.Context(), feed.AppendRequest(nil, request)); !fault.Is(err, fault.Denied) {
			t.Errorf("answered: %v", err)
		}
		same(t, "believed", 0, len(*heard))
	})
}

// TestOwnFeed: a site that looks whether its name is taken asks for its own feed, in
// which nothing is forged; it is told that somebody answers, and nothing else.
func TestOwnFeed(t *testing.T) {
	s, heard := sealed(t, stamps{"store"}, stamps{"wh1"})
	own := feed.AppendRequest(nil, feed.Request{Cursor: feed.Cursor{Origin: "wh1", Destination: "wh1"}})
	_, err := s.serve(t.Context(), own)
	if message, _ := fault.Public(err); !fault.Is(err, fault.Denied) || message != "wh1 answers here already, and does not read its own feed" || len(*heard) > 0 {
		t.Errorf("%v, heard %d", err, len(*heard))
	}
}

// TestForgedReply applies nothing, shows it, and goes on when the true one answers.
func TestForgedReply(t *testing.T) {
	for name, forge := range map[string]func(r *feed.Reply){
		"unsigned":                 func(r *feed.Reply) { r.Seal = nil },
		"signed by another":        func(r *feed.Reply) { r.Seal = append([]byte("wh2"), r.Seal[3:]...) },
		"with a message taken off": func(r *feed.Reply) { r.Messages = r.Messages[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := sealed(t, stamps{"store"}, stamps{"wh1"})
			s.say(0)
			s.say(0)
			question := s.ask()
			answer, err := s.serve(t.Context(), question.Body)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := feed.ParseReply(answer)
			if err != nil {
				t.Fatal(err)
			}
			forge(&reply)
			s.reader.Take(t.Context(), question, feed.AppendReply(nil, reply), nil)
			got := s.reader.Link()
			if got.Connected || got.Verdict != outbox.Refused || got.Trouble != "this is not wh1" || got.Failures != 1 {
				t.Errorf("%+v", got)
			}
			same(t, "heard", 0, len(s.receiver.heard()))
			s.fails(1)
			same(t, "verdict of a link that is down", "", s.reader.Link().Verdict)
			s.works()
			same(t, "heard of the true one", 2, len(s.receiver.heard()))
		})
	}
}

// TestReplyToAnotherQuestion: what was answered to one cursor is none to another.
func TestReplyToAnotherQuestion(t *testing.T) {
	s, _ := sealed(t, whole{"store"}, whole{"wh1"})
	s.say(0)
	first := s.ask()
	old, err := s.serve(t.Context(), first.Body)
	if err != nil {
		t.Fatal(err)
	}
	s.works()
	s.say(0)
	s.reader.Take(t.Context(), s.ask(), old, nil)
	if got := s.reader.Link(); got.Verdict != outbox.Refused || len(s.receiver.heard()) != 1 {
		t.Errorf("%+v", got)
	}
}

// whole is stamps over all of the text.
type whole struct{ site id.Site }

func (w whole) Seal(text []byte) []byte {
	sum := feed.Chain(feed.Hash{}, feed.Message{Origin: string(w.site), Body: text})
	return slices.Clone(sum[:])
}

func (w whole) Verify(site id.Site, text, seal []byte) error {
	if !bytes.Equal(seal, whole{site}.Seal(text)) {
		return fault.New(fault.Denied, "this is not %s", site)
	}
	return nil
}
