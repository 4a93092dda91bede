package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Version says what is running. It is public.
func (c *Client) Version(ctx context.Context) (Version, error) {
	var version Version
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/version"}, &version)
	return version, err
}

// Ready returns nil when the server can do its work. It is public.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/readyz"}, nil)
	return err
}

// Links tells how each link of the process stands.
func (c *Client) Links(ctx context.Context) ([]Link, error) {
	var list LinkList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/links"}, &list)
	return list.Links, err
}

// CutLink cuts a warehouse that runs there off from all other sites. One that
// does not run there is fault.NotFound.
func (c *Client) CutLink(ctx context.Context, site id.Site) ([]Link, error) {
	return c.switchLink(ctx, site, "cut")
}

// HealLink connects a warehouse again that CutLink has cut off.
func (c *Client) HealLink(ctx context.Context, site id.Site) ([]Link, error) {
	return c.switchLink(ctx, site, "heal")
}

func (c *Client) switchLink(ctx context.Context, site id.Site, to string) ([]Link, error) {
	var list LinkList
	_, err := c.do(ctx, call{
		method: http.MethodPost, path: "/api/v1/links/" + url.PathEscape(string(site)) + "/" + to,
	}, &list)
	return list.Links, err
}

// Audit proves the invariants of the books, which may take minutes. What it
// finds is no error.
func (c *Client) Audit(ctx context.Context) (Report, error) {
	var report Report
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/audit", slow: true}, &report)
	return report, err
}

// Import sends a CSV file of a kind (ImportProducts, ImportStock or ImportOrders)
// and calls progress, which may be nil, while the server works on it. It returns
// the summary as the server wrote it. A file that breaks the form is
// fault.Invalid, and nothing has changed then.
func (c *Client) Import(
	ctx context.Context, kind string, options ImportOptions, file io.Reader, progress func(done, total int),
) (json.RawMessage, error) {
	request, err := c.request(ctx, call{
		method: http.MethodPost, path: "/api/v1/import/" + url.PathEscape(kind),
		query: values("stock", strconv.FormatInt(options.Stock, 10), "currency", options.Currency, "bom", flag(options.TakeBOM)),
		key:   options.Key,
	}, file)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "text/csv")
	response, err := c.send(c.long, request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return c.follow(response.Body, progress)
}

// flag writes a query parameter that is there only where it is true.
func flag(set bool) string {
	if set {
		return "true"
	}
	return ""
}

// follow reads the lines of an import's answer up to the last one.
func (c *Client) follow(answer io.Reader, progress func(done, total int)) (json.RawMessage, error) {
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var summary json.RawMessage
		line := ImportProgress{Summary: &summary}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, unreadable(c.server, err)
		}
		switch {
		case line.Problem != nil:
			return nil, &problemError{problem: *line.Problem}
		case summary != nil:
			return summary, nil
		case progress != nil:
			progress(line.Done, line.Total)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, unreadable(c.server, err)
	}
	return nil, fault.New(fault.Unavailable, "the server at %s broke off in the middle of the import: run it again, what is done already stays done", c.server)
}
