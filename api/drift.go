package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"crossdock/core/id"
)

// LinkDrift is what the last check of two sites for drift found.
type LinkDrift struct {
	At      time.Time `json:"at" doc:"When they were compared"`
	Found   int       `json:"found" doc:"Rows that both sites tell differently although nothing is under way"`
	Unclear int       `json:"unclear" doc:"Rows of which nobody could tell, as they went on changing or a message of them is parked"`
}

// DriftReport is what a comparison of two sites found. They agree when Findings is empty.
type DriftReport struct {
	Here      id.Site        `json:"here" doc:"The site that has looked, in this process"`
	There     id.Site        `json:"there" doc:"The site that was asked"`
	At        time.Time      `json:"at"`
	Questions int            `json:"questions" doc:"How many were asked: one for each kind of rows where nothing differs"`
	Findings  []DriftFinding `json:"findings" nullable:"false"`
	Unclear   []DriftUnclear `json:"unclear" nullable:"false" doc:"What may be drift, or under way"`
}

// DriftFinding is a row that two sites tell differently for good.
type DriftFinding struct {
	Kind  string    `json:"kind" doc:"levels, fulfillments, quota or incoming"`
	Key   string    `json:"key" doc:"A SKU; of fulfillments ORDER/FULFILLMENT"`
	Here  DriftSide `json:"here"`
	There DriftSide `json:"there"`
}

// DriftSide is what one site says of a row.
type DriftSide struct {
	Value  string   `json:"value" doc:"Empty where the site knows nothing of it"`
	Newest []string `json:"newest,omitempty" doc:"Of quota and incoming: the newest movements of the SKU, newest first"`
}

// DriftUnclear is a row of which nobody can tell yet, or that cannot be repaired.
type DriftUnclear struct {
	Kind string `json:"kind" doc:"Empty: it is about all that the two sites know"`
	Key  string `json:"key"`
	Why  string `json:"why"`
}

// DriftList is the comparisons of one request.
type DriftList struct {
	Checks []DriftReport `json:"checks" nullable:"false"`
}

// Found counts what differs.
func (l DriftList) Found() (findings int) {
	for _, check := range l.Checks {
		findings += len(check.Findings)
	}
	return findings
}

// RepairRequest says what a repair may do.
type RepairRequest struct {
	Quota  bool   `json:"quota,omitempty" doc:"Correct units where they differ: the smaller number wins, at the site that has too much"`
	Reason string `json:"reason,omitempty" doc:"Required with quota; it is kept with the movement"`
}

// RepairReport is what became of a repair.
type RepairReport struct {
	Before    DriftReport    `json:"before"`
	Commands  int            `json:"commands" doc:"How many the origin has carried out"`
	After     DriftReport    `json:"after" doc:"A second comparison, once the other site has heard"`
	NotMended []DriftUnclear `json:"not_mended" nullable:"false" doc:"What the origin cannot repair, and why"`
}

// Drift compares the sites of the process with those that they have links with; where
// site is not empty, those pairs alone of which it is one. It may take a while.
func (c *Client) Drift(ctx context.Context, site id.Site) (DriftList, error) {
	var list DriftList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/links/drift", query: values("site", string(site)), slow: true}, &list)
	return list, err
}

// RepairDrift has the origin, which runs there, tell the destination again what it was
// found to know otherwise.
func (c *Client) RepairDrift(ctx context.Context, origin, destination id.Site, request RepairRequest) (RepairReport, error) {
	var report RepairReport
	_, err := c.do(ctx, call{
		method: http.MethodPost, slow: true, body: request,
		path: "/api/v1/links/" + url.PathEscape(string(origin)) + "/" + url.PathEscape(string(destination)) + "/repair",
	}, &report)
	return report, err
}
