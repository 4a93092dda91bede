package pay_test

import (
	"testing"

	"crossdock/core/fault"
	"crossdock/core/pay"
)

func TestParseMethod(t *testing.T) {
	for name, ok := range map[string]bool{
		"": true, "on-delivery": true, "On-Delivery": false, "on delivery": false, "card": false, " ": false, "\xff": false,
	} {
		method, err := pay.ParseMethod(name)
		switch _, field := fault.Public(err); {
		case ok && (err != nil || method != pay.OnDelivery):
			t.Errorf("ParseMethod(%q) = %q, %v; want %q", name, method, err, pay.OnDelivery)
		case !ok && (!fault.Is(err, fault.Invalid) || field != "payment" || method != ""):
			t.Errorf("ParseMethod(%q) = %q, %v at %q; want an invalid fault at payment", name, method, err, field)
		}
	}
}

func FuzzParseMethod(f *testing.F) {
	f.Add("")
	f.Add("on-delivery")
	f.Add("card 4111 1111 1111 1111")
	f.Fuzz(func(t *testing.T, name string) {
		method, err := pay.ParseMethod(name)
		if accepted := name == "" || name == string(pay.OnDelivery); (err == nil) != accepted || accepted && method != pay.OnDelivery {
			t.Errorf("ParseMethod(%q) = %q, %v", name, method, err)
		}
	})
}

// The words are stored for ever.
func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		string(pay.OnDelivery): "on-delivery",
		string(pay.Authorize):  "authorize", string(pay.Capture): "capture", string(pay.Refund): "refund",
		string(pay.Pending): "pending", string(pay.Success): "success", string(pay.Failed): "failed",
	} {
		if got != want {
			t.Errorf("%q was %q", got, want)
		}
	}
}
