package main

import (
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/money"
)

// TestPrintCapture goes by the last capture alone, and fails where no money was taken.
func TestPrintCapture(t *testing.T) {
	step := func(kind, state string, minor int64) api.Transaction {
		return api.Transaction{Kind: kind, State: state, Amount: money.Of(minor, "EUR"), Reason: "no funds"}
	}
	refused := step("capture", "failed", 900)
	for _, c := range []struct {
		last api.Transaction
		want string // on standard output
		err  string
	}{
		{step("capture", "success", 450), "order 7: €4.50 is captured\n", ""},
		{step("capture", "pending", 450), "order 7: the capture of €4.50 is asked for, and nobody has answered yet\n", ""},
		{step("capture", "failed", 450), "", "order 7: €4.50 could not be captured: no funds"},
	} {
		var out strings.Builder
		o := api.Order{Number: 7, Transactions: []api.Transaction{refused, c.last, step("refund", "failed", 100)}}
		err := program{stdout: &out}.printCapture(o, false)
		if out.String() != c.want {
			t.Errorf("%s: %q, want %q", c.last.State, out.String(), c.want)
		}
		if message, _ := fault.Public(err); err != nil != (c.err != "") || err != nil && message != c.err {
			t.Errorf("%s: %v, want %q", c.last.State, err, c.err)
		}
	}
}
