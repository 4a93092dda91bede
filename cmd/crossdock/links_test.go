package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
)

// TestLinkState: one word for what an operator is to know first.
func TestLinkState(t *testing.T) {
	for want, link := range map[string]api.Link{
		"up":                {Connected: true, Verdict: "nothing"},
		"behind":            {Connected: true, Verdict: "apply", Lag: 3},
		"down":              {Verdict: "nothing"},
		"down (1 failure)":  {Verdict: "apply", Failures: 1},
		"down (7 failures)": {Verdict: "restored", Failures: 7, Breaker: "open"},
		"cut":               {Cut: true, Verdict: "refused", Failures: 7},
		"refused":           {Verdict: "refused", Failures: 7},
		"restored":          {Connected: true, Verdict: "restored"},
		"parted":            {Connected: true, Verdict: "parted", Lag: 2},
		"recovering":        {Connected: true, Verdict: "apply", Lag: 2, Recovering: &api.LinkRecovery{}},
		"down (2 failures)": {Failures: 2, Recovering: &api.LinkRecovery{}},
	} {
		if got := linkState(link); got != want {
			t.Errorf("%+v is called %q, want %q", link, got, want)
		}
	}
	for want, seconds := range map[string]float64{"0s": 0, "1.2s": 1.23, "1h0m0s": 3600} {
		if got := age(seconds); got != want {
			t.Errorf("%v seconds are called %q, want %q", seconds, got, want)
		}
	}
}

// TestRecoveryText: who waits for whom, what waits because of it, and what is to be done
// about a message that is in the way, in words.
func TestRecoveryText(t *testing.T) {
	since := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	store := api.Link{Origin: "wh1", Destination: "store", Lag: 1, Recovering: &api.LinkRecovery{Role: "store", Since: &since, Waiting: 1, Blocked: []api.ParkedMessage{
		{Site: "store", Origin: "wh1", Key: "quota", Seq: 17, Kind: "quota.granted.v1", Reason: "MUG1 is unknown"},
		{Site: "wh1", Origin: "store", Key: "site", Seq: 3, Kind: "site.restored.v1", Reason: "not known"},
	}}}
	house := api.Link{Origin: "store", Destination: "wh1", Recovering: &api.LinkRecovery{Role: "warehouse", Counted: true, Waiting: 2}}
	for want, link := range map[string]api.Link{
		"store was restored from a backup and waits for wh1 to tell what it has lost, since " + when(since) + ".\n" +
			"Until then it promises nothing of what wh1 has; 1 paid order waits to be asked of wh1.\n" +
			"It has still to read 1 message of wh1.\n" +
			"A parked message holds this up: store has put aside number 17 of wh1 (quota.granted.v1, key quota): MUG1 is unknown\n" +
			"  Retry it: crossdock links retry store wh1 quota\n" +
			"  or take it out: crossdock links skip store wh1 quota --reason REASON\n" +
			"A parked message holds this up: wh1 has put aside number 3 of store (site.restored.v1, key site): not known\n" +
			"  Retry it: crossdock links retry wh1 store site\n" +
			"  or take it out: crossdock links skip wh1 store site --reason REASON\n": store,
		"wh1 was restored from a backup and waits for store to tell what it has lost.\n" +
			"store has told what units it has, and is still to tell of fulfillments.\n" +
			"Until then it hands nothing to store; 2 fulfillments wait for its next step.\n": house,
	} {
		if diff := cmp.Diff(want, recoveryText(link)); diff != "" {
			t.Error(diff)
		}
	}
}
