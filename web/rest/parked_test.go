package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// demoParked has one message that waits and one that was skipped, and remembers
// what it was asked to do.
type demoParked struct {
	fail  error
	asked []any
}

func (d *demoParked) Parked(context.Context) ([]books.Parked, error) {
	m := feed.Message{Origin: "wh1", Destination: "store", Seq: 7, Key: "quota", Kind: "quota.granted.v9", Body: []byte("secret")}
	return []books.Parked{{Message: m, Reason: "not known", ParkedAt: time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)}}, d.fail
}

func (d *demoParked) Skipped(ctx context.Context) ([]books.Parked, error) {
	skipped, _ := d.Parked(ctx)
	skipped[0].Message.Seq = 6
	skipped[0].Resolution = books.Resolution{As: books.Skipped, At: time.Date(2025, 3, 2, 12, 0, 0, 0, time.UTC), By: "Ann", Why: "booked by hand"}
	return skipped, d.fail
}

func (d *demoParked) RetryParked(_ context.Context, site id.Site, command books.RetryParked) (books.Retried, error) {
	d.asked = append(d.asked, site, command)
	return books.Retried{Left: 3, Reason: "not known"}, d.fail
}

func (d *demoParked) SkipParked(_ context.Context, site id.Site, command books.SkipParked) (books.Retried, error) {
	d.asked = append(d.asked, site, command)
	return books.Retried{Applied: []uint64{8}}, d.fail
}

func TestParked(t *testing.T) {
	parked := &demoParked{}
	s := newShop(t, func(d *Deps) { d.Parked = parked })
	since := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	message := api.ParkedMessage{Site: "store", Origin: "wh1", Key: "quota", Seq: 7, Kind: "quota.granted.v9", Reason: "not known", Since: since}
	skipped := message
	skipped.Seq, skipped.Skipped = 6, &api.Skipped{At: since.Add(24 * time.Hour), By: "Ann", Reason: "booked by hand"}
	list, err := s.client.Parked(t.Context())
	want := api.ParkedList{Parked: []api.ParkedMessage{message}, Skipped: []api.ParkedMessage{skipped}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	retried, err := s.client.RetryParked(t.Context(), "store", "wh1", api.RetryRequest{Key: "quota"})
	if diff := cmp.Diff(api.Retried{Applied: []uint64{}, Left: 3, Reason: "not known"}, retried); diff != "" || err != nil {
		t.Error(diff, err)
	}
	retried, err = s.client.SkipParked(t.Context(), "store", "wh1", api.SkipRequest{Key: "quota", Seq: 7, All: true, Reason: "twice"})
	if diff := cmp.Diff(api.Retried{Applied: []uint64{8}}, retried); diff != "" || err != nil {
		t.Error(diff, err)
	}
	asked := []any{
		id.Site("store"),
		books.RetryParked{Origin: "wh1", Key: "quota"},
		id.Site("store"),
		books.SkipParked{Origin: "wh1", Key: "quota", Seq: 7, All: true, By: "somebody with the administration token", Why: "twice"},
	}
	if diff := cmp.Diff(asked, parked.asked); diff != "" {
		t.Error(diff)
	}
}

func TestParkedIsRefused(t *testing.T) {
	parked := &demoParked{}
	s := newShop(t, func(d *Deps) { d.Parked = parked })
	const skip = "/api/v1/links/store/wh1/parked/skip"
	for name, c := range map[string]struct {
		path, body, token string
		status            int
		says              string
	}{
		"without a reason":     {skip, `{"key": "quota", "seq": 7, "reason": ""}`, testToken, 422, "reason"},
		"a reason too long":    {skip, `{"key": "quota", "seq": 7, "reason": "` + strings.Repeat("x", 5000) + `"}`, testToken, 422, "reason"},
		"no reason at all":     {skip, `{"key": "quota", "seq": 7}`, testToken, 422, "reason"},
		"no number":            {skip, `{"key": "quota", "reason": "twice"}`, testToken, 422, "seq"},
		"no token":             {skip, `{"key": "quota", "seq": 7, "reason": "twice"}`, "", 401, "token"},
		"no site":              {"/api/v1/links/No/wh1/parked/retry", `{"key": "quota"}`, testToken, 422, "site"},
		"no origin":            {"/api/v1/links/store/No/parked/retry", `{"key": "quota"}`, testToken, 422, "origin"},
		"retry without a key":  {"/api/v1/links/store/wh1/parked/retry", `{}`, testToken, 422, "key"},
		"retry without tokens": {"/api/v1/links/store/wh1/parked/retry", `{"key": "quota"}`, "", 401, "token"},
	} {
		response, text := s.send(http.MethodPost, c.path, c.body, "Authorization", "Bearer "+c.token)
		if response.StatusCode != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s %s", name, response.Status, text)
		}
	}
	if len(parked.asked) > 0 {
		t.Errorf("it was done: %v", parked.asked)
	}
	for _, fail := range []error{fault.New(fault.NotFound, "nothing waits"), fault.New(fault.Conflict, "another one"), errors.New("swordfish")} {
		parked.fail = fail
		_, err := s.client.RetryParked(t.Context(), "store", "wh1", api.RetryRequest{Key: "quota"})
		if fault.KindOf(err) != fault.KindOf(fail) || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%v came as %v", fail, err)
		}
		if _, err := s.client.Parked(t.Context()); fault.KindOf(err) != fault.KindOf(fail) {
			t.Errorf("the list came as %v", err)
		}
	}
	nobody := newShop(t, nil)
	if _, err := nobody.client.Parked(t.Context()); !fault.Is(err, fault.NotFound) {
		t.Errorf("no sites: %v", err)
	}
	if _, err := nobody.client.RetryParked(t.Context(), "store", "wh1", api.RetryRequest{Key: "quota"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("no sites: %v", err)
	}
}
