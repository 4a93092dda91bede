package storetest

import (
	"testing"

	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// testPayments follows three steps of two payments until they are decided.
func testPayments(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(&store.Changes{Users: []store.User{user(1), user(2)}, Orders: []order.Order{plainOrder(1), plainOrder(2)}})
	first, second, other := newTransaction(7), newTransaction(3), newTransaction(5)
	first.Order, second.Order, other.Order = orderID(1), orderID(1), orderID(2)
	first.At, second.At, other.At = when(1), when(2), when(1) // the first has the greater identifier
	r.commit(&store.Changes{Transactions: []pay.Transaction{second, other, first}})
	holds := func(what string, steps, pending []pay.Transaction) {
		t.Helper()
		for range 2 {
			same(t, what, answer[[]pay.Transaction]{Value: steps}, answerOf(r.Transactions(r.ctx, orderID(1))))
			same(t, what+": of the other", answer[[]pay.Transaction]{Value: []pay.Transaction{other}}, answerOf(r.Transactions(r.ctx, orderID(2))))
			same(t, what+": pending", pending, loadStore(t, r.ctx, r.Journal).Pending)
			r.reopen()
		}
	}
	// Of two steps at one time the one of the smaller order comes first.
	holds("asked", []pay.Transaction{first, second}, []pay.Transaction{first, other, second})
	first.Attempts, first.NextAt, first.Reason = 4, when(99), "asked again"
	r.commit(&store.Changes{Transactions: []pay.Transaction{first}})
	holds("asked again", []pay.Transaction{first, second}, []pay.Transaction{first, other, second})
	first.State, first.Reference, first.Reason, first.Attempts, first.NextAt = pay.Success, "other", "", 0, when(0)
	second.State, second.At = pay.Failed, when(3)
	second.Method, second.Kind, second.Amount, second.Provider, second.Token = pay.BankTransfer, pay.Refund, money.Of(0, "EUR"), "", ""
	refused(t, "commit", fault.NotFound, r.Commit(r.ctx, &store.Changes{Transactions: []pay.Transaction{first}, Updates: []order.Order{newOrder(8)}}))
	r.commit(&store.Changes{Transactions: []pay.Transaction{first, second}})
	holds("decided", []pay.Transaction{first, second}, []pay.Transaction{other})
	steps, err := r.Transactions(r.ctx, orderID(3))
	same(t, "of no order", 0, len(read(t, "Transactions", steps, err)))
}

func testReturns(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	first, second, other := newReturn(7), newReturn(3), newReturn(5)
	first.Order, second.Order, other.Order = orderID(1), orderID(1), orderID(2)
	first.AskedAt, second.AskedAt = when(1), when(2) // the first has the greater identifier
	r.commit(&store.Changes{Returns: []store.Return{second, other, first}})
	holds := func(what string, want ...store.Return) {
		t.Helper()
		for range 2 {
			same(t, what, answer[[]store.Return]{Value: want}, answerOf(r.Returns(r.ctx, orderID(1))))
			for _, one := range append(want, other) {
				same(t, what, answer[store.Return]{Value: one}, answerOf(r.Return(r.ctx, one.ID)))
			}
			r.reopen()
		}
	}
	holds("announced", first, second)
	first.ChangedAt, first.Reason, first.Lines = when(50), "other", []store.ReturnLine{first.Lines[0], {Line: 2, SKU: skuOf(2), Quantity: 3, Received: 3, Good: 3}}
	r.commit(&store.Changes{Returns: []store.Return{first}})
	holds("replaced", first, second)
	_, err := r.Return(r.ctx, returnID(8))
	refused(t, "no return", fault.NotFound, err)
	none, err := r.Returns(r.ctx, orderID(8))
	same(t, "of no order", 0, len(read(t, "Returns", none, err)))
}

func testReturnConstraints(t *testing.T, f StoreFactory) {
	r := openStore(t, f)
	r.commit(&store.Changes{Returns: []store.Return{newReturn(1)}})
	for _, test := range []struct {
		name string
		want fault.Kind
		line store.ReturnLine
	}{
		{"more received than announced", fault.Conflict, store.ReturnLine{Line: 2, Quantity: 3, Received: 4}},
		{"more good than received", fault.Conflict, store.ReturnLine{Line: 2, Quantity: 3, Received: 2, Good: 3}},
		{"more good and damaged than received", fault.Conflict, store.ReturnLine{Line: 2, Quantity: 3, Received: 3, Good: 2, Damaged: 2}},
		{"less than nothing", fault.Conflict, store.ReturnLine{Line: 2, Quantity: 3, Received: 3, Good: -1}},
		{"less than nothing damaged", fault.Conflict, store.ReturnLine{Line: 2, Quantity: 3, Received: 3, Damaged: -1}},
		{"a line twice", fault.Exists, store.ReturnLine{Line: 3, Quantity: 3}},
	} {
		back := newReturn(1)
		back.Lines = append(back.Lines, test.line)
		refused(t, test.name, test.want, r.Commit(r.ctx, &store.Changes{Returns: []store.Return{back}}))
		same(t, test.name, answer[store.Return]{Value: newReturn(1)}, answerOf(r.Return(r.ctx, returnID(1))))
	}
}
