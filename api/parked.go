package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"crossdock/core/id"
)

// ParkedMessage is a message that could not be applied, or that waits behind such a
// one, or that was skipped.
type ParkedMessage struct {
	Site    id.Site   `json:"site" doc:"Where it is put aside"`
	Origin  id.Site   `json:"origin" doc:"Who said it"`
	Key     string    `json:"key" doc:"Messages of one key are applied in order: that of an order is its identifier"`
	Seq     uint64    `json:"seq" doc:"Its number in the feed"`
	Kind    string    `json:"kind"`
	Reason  string    `json:"reason" doc:"Why it could not be applied"`
	Since   time.Time `json:"since"`
	Skipped *Skipped  `json:"skipped,omitempty" doc:"Of one that was skipped: by whom and why"`
}

// Skipped is how a message was taken out without being applied.
type Skipped struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// ParkedList is the messages that the sites of a process have put aside.
type ParkedList struct {
	Parked  []ParkedMessage `json:"parked" nullable:"false" doc:"Those that wait, oldest first"`
	Skipped []ParkedMessage `json:"skipped" nullable:"false" doc:"Those that were skipped, in the order in which they were"`
}

// RetryRequest names the key whose messages are to be applied again.
type RetryRequest struct {
	Key string `json:"key"`
}

// SkipRequest names messages that are to be taken out without being applied.
type SkipRequest struct {
	Key    string `json:"key"`
	Seq    uint64 `json:"seq" doc:"The first that waits, as it was seen: where it is another one by now, nothing is skipped"`
	All    bool   `json:"all,omitempty" doc:"All that wait of the key, not the first alone"`
	By     string `json:"by,omitempty" doc:"Who skips it; kept with it"`
	Reason string `json:"reason" doc:"Why; kept with it"`
}

// Retried is what became of messages that were applied again.
type Retried struct {
	Applied []uint64 `json:"applied" nullable:"false" doc:"The numbers of those that no longer wait"`
	Left    int      `json:"left" doc:"How many wait"`
	Reason  string   `json:"reason,omitempty" doc:"Why the first of those that wait could not be applied"`
}

// Parked returns the messages that the sites of the process have put aside.
func (c *Client) Parked(ctx context.Context) (ParkedList, error) {
	var list ParkedList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/links/parked"}, &list)
	return list, err
}

// RetryParked applies the messages that a site has put aside of an origin again, in
// order, until one cannot be applied. A key of which nothing waits is fault.NotFound.
func (c *Client) RetryParked(ctx context.Context, site, origin id.Site, request RetryRequest) (Retried, error) {
	var retried Retried
	_, err := c.do(ctx, call{method: http.MethodPost, path: parkedPath(site, origin) + "/retry", body: request}, &retried)
	return retried, err
}

// SkipParked takes messages out without applying them, and applies those behind
// them again. Where the first that waits is another one, it is fault.Conflict.
func (c *Client) SkipParked(ctx context.Context, site, origin id.Site, request SkipRequest) (Retried, error) {
	var retried Retried
	_, err := c.do(ctx, call{method: http.MethodPost, path: parkedPath(site, origin) + "/skip", body: request}, &retried)
	return retried, err
}

func parkedPath(site, origin id.Site) string {
	return "/api/v1/links/" + url.PathEscape(string(site)) + "/" + url.PathEscape(string(origin)) + "/parked"
}
