package storetest

import (
	"testing"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/site/store"
)

func testNames(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	u := user(1)
	u.Name = "Ängström.Ωmega"
	r.commit(&store.Changes{Users: []store.User{u}})
	for _, name := range []string{"Ängström.Ωmega", "ängström.ωmega", "ÄNGSTRÖM.ΩMEGA"} {
		same(t, name, answer[store.User]{Value: u}, answerOf(r.UserNamed(r.ctx, name)))
	}
	for _, name := range []string{"", "Ängström", "angstrom.Ωmega", "%", "Ängström.Ωmega "} {
		_, err := r.UserNamed(r.ctx, name)
		refused(t, name, fault.NotFound, err)
	}
	u.Name = "ÄNGSTRÖM.ωMEGA" // one's own name, in another case
	r.commit(&store.Changes{Users: []store.User{u}})
	same(t, "renamed", answer[store.User]{Value: u}, answerOf(r.User(r.ctx, u.ID)))
	first, second := u, user(2)
	first.Name, second.Name = "somebody", u.Name // the name is free by then
	r.commit(&store.Changes{Users: []store.User{first, second}})
	same(t, "taken over", answer[store.User]{Value: second}, answerOf(r.UserNamed(r.ctx, u.Name)))
	second.Name = "SomeBody"
	refused(t, "a taken name", fault.Exists, r.Commit(r.ctx, &store.Changes{Users: []store.User{second}}))
	same(t, "its owner", answer[store.User]{Value: first}, answerOf(r.UserNamed(r.ctx, "somebody")))
}

func testCarts(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	row := func(owner string, lines ...cart.Line) store.CartRow {
		return store.CartRow{Owner: owner, Cart: cart.Cart{Lines: lines}, ChangedAt: when(1)}
	}
	b, a := cart.Line{SKU: "B", Units: 2}, cart.Line{SKU: "A", Units: 1}
	r.commit(&store.Changes{Carts: []store.CartRow{row("guest:1", b, a), row("user:1", a)}})
	same(t, "in order of adding", answer[cart.Cart]{Value: cart.Cart{Lines: []cart.Line{b, a}}}, answerOf(r.Cart(r.ctx, "guest:1")))
	r.commit(&store.Changes{Carts: []store.CartRow{row("guest:1", a)}})
	same(t, "replaced", answer[cart.Cart]{Value: cart.Cart{Lines: []cart.Line{a}}}, answerOf(r.Cart(r.ctx, "guest:1")))
	r.commit(&store.Changes{Carts: []store.CartRow{row("guest:1"), row("never there")}})
	for _, owner := range []string{"guest:1", "never there"} {
		_, err := r.Cart(r.ctx, owner)
		refused(t, owner, fault.NotFound, err)
	}
	r.reopen()
	same(t, "the other cart", answer[cart.Cart]{Value: cart.Cart{Lines: []cart.Line{a}}}, answerOf(r.Cart(r.ctx, "user:1")))
}

func testSessions(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	one, two := session(1), session(2)
	r.commit(&store.Changes{Sessions: []store.Session{one, two}})
	for _, test := range []struct {
		name string
		now  time.Time
		live bool
	}{
		{"long before", when(0), true},
		{"just before", one.ExpiresAt.Add(-time.Microsecond), true},
		{"at its end", one.ExpiresAt, false},
		{"after", one.ExpiresAt.Add(time.Hour), false},
		{"just before, in another zone", one.ExpiresAt.Add(-time.Microsecond).In(time.FixedZone("far", 9*3600)), true},
	} {
		want := answer[store.Session]{Error: fault.NotFound.String()}
		if test.live {
			want = answer[store.Session]{Value: one}
		}
		same(t, test.name, want, answerOf(r.Session(r.ctx, one.TokenHash, test.now)))
	}
	r.commit(&store.Changes{Ended: []string{one.TokenHash}})
	r.reopen()
	_, err := r.Session(r.ctx, one.TokenHash, when(0))
	refused(t, "ended", fault.NotFound, err)
	same(t, "the other", answer[store.Session]{Value: two}, answerOf(r.Session(r.ctx, two.TokenHash, when(0))))
}

func testNotices(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(fullStoreBatch(newScribe(StoreSite), 1))
	notice := func(event, channel, text string, seq int) order.Notice {
		return order.Notice{Order: orderID(1), Seq: seq, Event: event, Channel: channel, At: when(10 - seq), Text: text}
	}
	first := order.Notice{Order: orderID(1), Seq: 1, Event: "placed", Channel: "page", At: when(1), Text: unusual} // of the full batch
	r.commit(&store.Changes{Notices: []order.Notice{
		notice("placed", "page", "a second time", 9),
		notice("sent", "page", "sent", 5), notice("sent", "page", "sent again", 4),
		notice("sent", "mail", "sent by mail", 5), notice("ready", "page", "ready", 3),
		notice("delivered", "page", "delivered", 8),
	}})
	r.commit(&store.Changes{Notices: []order.Notice{notice("ready", "page", "ready again", 2)}})
	_, got, err := r.StoreEngine.Story(r.ctx, orderID(1))
	same(t, "notices", []order.Notice{
		first, notice("ready", "page", "ready", 3), notice("sent", "mail", "sent by mail", 5), notice("sent", "page", "sent", 5),
		notice("delivered", "page", "delivered", 8),
	}, read(t, "Story", got, err))
}
