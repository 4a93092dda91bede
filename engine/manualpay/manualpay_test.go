package manualpay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/engine/manualpay"
	"crossdock/engine/paytest"
)

var _ paytest.Payments = manualpay.Provider{}

func TestSuite(t *testing.T) {
	paytest.Run(t, func(*testing.T) paytest.Subject {
		return paytest.Subject{
			Payments: manualpay.Provider{},
			Means: []pay.Means{
				{Method: pay.OnDelivery, Provider: manualpay.Name},
				{Method: pay.BankTransfer, Provider: manualpay.Name},
			},
		}
	})
}

// The table stands here a second time, so that people are told on purpose what
// they have to do.
func TestWhatPeopleDo(t *testing.T) {
	for _, method := range []struct {
		method  pay.Method
		answers map[pay.Kind]pay.Answer
	}{
		{pay.OnDelivery, map[pay.Kind]pay.Answer{
			pay.Authorize: {State: pay.Success},
			pay.Capture:   {State: pay.Success, Reference: "cash on delivery"},
			pay.Cancel:    {State: pay.Success},
			pay.Refund:    {State: pay.Success, Reason: "to be paid back by hand"},
		}},
		{pay.BankTransfer, map[pay.Kind]pay.Answer{
			pay.Authorize: {State: pay.Pending, Reason: "waiting for the transfer to come in"},
			pay.Capture:   {State: pay.Success, Reference: "bank transfer"},
			pay.Cancel:    {State: pay.Success, Reason: "to be transferred back by hand"},
			pay.Refund:    {State: pay.Success, Reason: "to be transferred back by hand"},
		}},
	} {
		got := map[pay.Kind]pay.Answer{}
		for _, kind := range pay.Kinds() {
			answer, err := manualpay.Provider{}.Request(t.Context(), pay.Transaction{Method: method.method, Kind: kind, Amount: money.Of(1, "GBP")})
			if err != nil {
				t.Fatalf("%s by %s: %v", kind, method.method, err)
			}
			got[kind] = answer
		}
		if diff := cmp.Diff(method.answers, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", method.method, diff)
		}
	}
}
