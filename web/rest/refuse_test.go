package rest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

// orderWith is the body of a good order of one kettle, with a part replaced.
func orderWith(old, new string) string {
	const good = `{"address": {"name": "Ada Lovelace", "district": "north"}, "lines": [{"sku": "KETTLE", "quantity": 1}]}`
	return strings.Replace(good, old, new, 1)
}

// TestBadOrders sends what must be refused, each with its own words, and sees
// that nothing has changed.
func TestBadOrders(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	megabyte := strings.Repeat("x", 1<<20)
	for name, test := range map[string]struct {
		body    string
		headers []string
		status  int
		code    fault.Kind
		field   string
		says    string
	}{
		"unknown SKU":       {orderWith(`KETTLE`, `NOSUCH`), nil, 422, fault.Invalid, "lines[0].sku", `there is no product "NOSUCH"`},
		"quantity 0":        {orderWith(`: 1}`, `: 0}`), nil, 422, fault.Invalid, "lines[0].quantity", "not above zero"},
		"quantity -1":       {orderWith(`: 1}`, `: -1}`), nil, 422, fault.Invalid, "lines[0].quantity", "not above zero"},
		"quantity 10^12":    {orderWith(`: 1}`, `: 1000000000000}`), nil, 422, fault.Invalid, "lines[0].quantity", "above the limit"},
		"quantity 10^30":    {orderWith(`: 1}`, `: 1e30}`), nil, 422, fault.Invalid, "", "1e30"},
		"half a unit":       {orderWith(`: 1}`, `: 0.5}`), nil, 422, fault.Invalid, "lines[0].quantity", "integer"},
		"quantity as text":  {orderWith(`: 1}`, `: "1"}`), nil, 422, fault.Invalid, "lines[0].quantity", "integer"},
		"no lines":          {orderWith(`{"sku": "KETTLE", "quantity": 1}`, ``), nil, 422, fault.Invalid, "lines", "no lines"},
		"lines missing":     {`{"address": {"name": "Ada", "district": "north"}}`, nil, 422, fault.Invalid, "", "lines"},
		"name of 1 MiB":     {orderWith(`Ada Lovelace`, megabyte), nil, 413, fault.TooLarge, "", "larger than 1048576 bytes"},
		"name too long":     {orderWith(`Ada Lovelace`, megabyte[:500]), nil, 422, fault.Invalid, "address.name", "longer than 100"},
		"name empty":        {orderWith(`Ada Lovelace`, ` `), nil, 422, fault.Invalid, "address.name", "empty"},
		"control character": {orderWith(`Ada Lovelace`, `Ada\u0000`), nil, 422, fault.Invalid, "address.name", "control character"},
		"invalid UTF-8":     {orderWith(`Ada`, "\xff\xfe"), nil, 400, fault.Invalid, "", "not valid UTF-8"},
		"unknown district":  {orderWith(`north`, `east`), nil, 422, fault.Invalid, "address.district", `there is no district "east"`},
		"bad district":      {orderWith(`north`, `No Such`), nil, 422, fault.Invalid, "address.district", "no district name"},
		"unknown field":     {orderWith(`"lines"`, `"gift": true, "lines"`), nil, 422, fault.Invalid, "gift", "unexpected property"},
		"field in a line":   {orderWith(`"sku"`, `"gift": 1, "sku"`), nil, 422, fault.Invalid, "lines[0].gift", "unexpected property"},
		"old price":         {orderWith(`"sku"`, `"price": {"minor": 1899, "currency": "GBP"}, "sku"`), nil, 409, fault.Conflict, "lines[0].price", "is £19.99 by now"},
		"price of no kind":  {orderWith(`"sku"`, `"price": 1999, "sku"`), nil, 422, fault.Invalid, "lines[0].price", "object"},
		"no token":          {orderWith(`"lines"`, `"payment": "card", "lines"`), nil, 422, fault.Invalid, "token", "needs the token"},
		"a card's number":   {orderWith(`"lines"`, `"payment": "card", "token": "4111111111111111", "lines"`), nil, 422, fault.Invalid, "token", "number of a card"},
		"a token too many":  {orderWith(`"lines"`, `"token": "tok_approved", "lines"`), nil, 422, fault.Invalid, "token", "has no card"},
		"truncated":         {orderWith(`]}`, ``), nil, 400, fault.Invalid, "", "unexpected end"},
		"no JSON":           {"hello", nil, 400, fault.Invalid, "", "not valid JSON"},
		"empty":             {"", []string{"Content-Type", "application/json"}, 400, fault.Invalid, "", "required"},
		"wrong type":        {orderWith("", ""), []string{"Content-Type", "text/plain"}, 415, fault.Invalid, "", "text/plain"},
		"form":              {"lines=1", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, fault.Invalid, "", "form-urlencoded"},
		"bad payment":       {orderWith(`"lines"`, `"payment": "gold", "lines"`), nil, 422, fault.Invalid, "payment", `"gold"`},
		"long reference":    {orderWith(`"lines"`, `"reference": "`+megabyte[:65]+`", "lines"`), nil, 422, fault.Invalid, "reference", "longer than 64"},
		"bad customer":      {orderWith(`"lines"`, `"customer": "ada", "lines"`), nil, 422, fault.Invalid, "customer", "not an identifier"},
		"unknown customer":  {orderWith(`"lines"`, `"customer": "00000000-0000-7000-8000-000000000000", "lines"`), nil, 422, fault.Invalid, "customer", "there is no user"},
		"key too long":      {orderWith("", ""), []string{api.HeaderKey, megabyte[:129]}, 422, fault.Invalid, "Idempotency-Key", "<= 128"},
		"key not ASCII":     {orderWith("", ""), []string{api.HeaderKey, "schl\u00fcssel"}, 422, fault.Invalid, "Idempotency-Key", "ASCII"},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.problem(http.MethodPost, "/api/v1/orders", test.body, test.headers...)
			if p.Status != test.status || p.Code != test.code.String() || p.Field != test.field || !strings.Contains(p.Detail, test.says) {
				t.Errorf("%d %s at %q: %s\nwant %d %s at %q: ... %s ...",
					p.Status, p.Code, p.Field, p.Detail, test.status, test.code, test.field, test.says)
			}
			if len(p.Detail) > 300 {
				t.Errorf("the answer is %d bytes long", len(p.Detail))
			}
		})
	}
	page, err := s.client.Orders(t.Context(), api.OrderQuery{})
	if err != nil || len(page.Orders) != 0 {
		t.Errorf("refused orders have left something: %+v, %v", page, err)
	}
	if _, err := s.client.PlaceOrder(t.Context(), "", wants(12)); err != nil {
		t.Errorf("the stock is not what it was: %v", err)
	}
}

// TestBadRequests is what can be wrong with the other routes.
func TestBadRequests(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	const nobody = "00000000-0000-7000-8000-000000000000"
	long := strings.Repeat("x", 201)
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		field, says        string
	}{
		"limit 0":                   {"GET", "/api/v1/products?limit=0", "", 422, "limit", ">= 1"},
		"limit 201":                 {"GET", "/api/v1/orders?limit=201", "", 422, "limit", "<= 200"},
		"limit as text":             {"GET", "/api/v1/orders?limit=many", "", 422, "limit", "integer"},
		"cursor of rows":            {"GET", "/api/v1/products?cursor=-1", "", 422, "cursor", "not a cursor"},
		"cursor of orders":          {"GET", "/api/v1/orders?cursor=1", "", 422, "cursor", "not a cursor"},
		"cursor of SKUs":            {"GET", "/api/v1/stock?cursor=%00", "", 422, "cursor", "not a cursor"},
		"unknown parameter":         {"GET", "/api/v1/products?lmit=1", "", 422, "lmit", "unknown query parameter"},
		"unknown sort":              {"GET", "/api/v1/products?sort=size", "", 422, "sort", "price-down"},
		"unknown status":            {"GET", "/api/v1/orders?status=lost", "", 422, "status", `"lost"`},
		"customer no id":            {"GET", "/api/v1/orders?customer=ada", "", 422, "customer", "not an identifier"},
		"order no id":               {"GET", "/api/v1/orders/12", "", 422, "id", "uuid"},
		"no such order":             {"GET", "/api/v1/orders/" + nobody, "", 404, "", nobody},
		"void no such order":        {"POST", "/api/v1/orders/" + nobody + "/void", `{"reason": "x"}`, 404, "", nobody},
		"void without reason":       {"POST", "/api/v1/orders/" + nobody + "/void", `{"reason": ""}`, 422, "reason", "empty"},
		"bad SKU":                   {"GET", "/api/v1/products/%20x", "", 422, "sku", "begins or ends"},
		"no such product":           {"GET", "/api/v1/products/NOSUCH", "", 404, "sku", `"NOSUCH"`},
		"product no price":          {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b"}`, 422, "", "price"},
		"product no currency":       {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": 1, "currency": "XXX"}}`, 422, "price.currency", `"XXX"`},
		"product below zero":        {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": -1, "currency": "GBP"}}`, 422, "price", "below zero"},
		"bad warehouse":             {"GET", "/api/v1/stock?warehouse=WH%201", "", 422, "warehouse", "no site name"},
		"not here":                  {"GET", "/api/v1/warehouses/wh9/stock", "", 404, "site", "wh9 does not run in this process"},
		"bad site":                  {"GET", "/api/v1/warehouses/WH1/stock", "", 422, "site", "no site name"},
		"nothing received":          {"POST", "/api/v1/warehouses/wh1/receipts", `{"items": []}`, 422, "", "nothing to receive"},
		"receive 0":                 {"POST", "/api/v1/warehouses/wh1/receipts", `{"items": [{"sku": "KETTLE", "quantity": 0}]}`, 422, "items[0]", "not above zero"},
		"receive 10^12":             {"POST", "/api/v1/warehouses/wh1/receipts", `{"items": [{"sku": "KETTLE", "quantity": 1000000000000}]}`, 422, "items[0]", "above the limit"},
		"receive no product":        {"POST", "/api/v1/warehouses/wh1/receipts", `{"items": [{"sku": "NOSUCH", "quantity": 1}]}`, 422, "items[0].sku", `"NOSUCH"`},
		"adjust by 0":               {"POST", "/api/v1/warehouses/wh1/adjustments", `{"sku": "KETTLE", "delta": 0, "reason": "x"}`, 422, "delta", "zero"},
		"adjust no reason":          {"POST", "/api/v1/warehouses/wh1/adjustments", `{"sku": "KETTLE", "delta": 1, "reason": ""}`, 422, "reason", "empty"},
		"adjust no product":         {"POST", "/api/v1/warehouses/wh1/adjustments", `{"sku": "NOSUCH", "delta": 1, "reason": "x"}`, 422, "sku", `"NOSUCH"`},
		"unknown stage":             {"GET", "/api/v1/warehouses/wh1/fulfillments?status=lost", "", 422, "status", `"lost"`},
		"advance nothing":           {"POST", "/api/v1/warehouses/wh1/fulfillments/" + nobody + "/advance", `{"to": "picking"}`, 404, "", nobody},
		"receive with a price":      {"POST", "/api/v1/warehouses/wh1/receipts", `{"items": [{"sku": "KETTLE", "quantity": 1, "price": {"minor": 1, "currency": "GBP"}}]}`, 422, "items[0].price", "leave the price out"},
		"receive of no purchase":    {"POST", "/api/v1/warehouses/wh1/receipts", `{"purchase": "PO-9", "items": [{"sku": "KETTLE", "quantity": 1}]}`, 404, "", "PO-9"},
		"unknown policy":            {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": 1, "currency": "GBP"}, "policy": "later"}`, 422, "policy", `"later"`},
		"cap of what is there":      {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": 1, "currency": "GBP"}, "cap": 1}`, 422, "cap", "sold ahead"},
		"preorder without a day":    {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": 1, "currency": "GBP"}, "policy": "preorder"}`, 422, "release_on", "day of release"},
		"release on no day":         {"PUT", "/api/v1/products/X", `{"name": "X", "type": "a", "category": "b", "price": {"minor": 1, "currency": "GBP"}, "policy": "preorder", "release_on": "3/3"}`, 422, "release_on", "no date"},
		"drop of no order":          {"POST", "/api/v1/orders/" + nobody + "/backorders/drop", `{}`, 404, "", nobody},
		"drop line -1":              {"POST", "/api/v1/orders/" + nobody + "/backorders/drop", `{"line": -1}`, 422, "line", ">= 0"},
		"drop for a long reason":    {"POST", "/api/v1/orders/" + nobody + "/backorders/drop", `{"reason": "` + long + `"}`, 422, "reason", "longer than 200"},
		"address of no order":       {"POST", "/api/v1/orders/" + nobody + "/address", `{"name": "Ada", "district": "north"}`, 404, "", nobody},
		"address of nobody":         {"POST", "/api/v1/orders/" + nobody + "/address", `{"name": "", "district": "north"}`, 422, "name", "empty"},
		"payment of no order":       {"POST", "/api/v1/orders/" + nobody + "/payment", `{}`, 404, "", nobody},
		"payment, long reference":   {"POST", "/api/v1/orders/" + nobody + "/payment", `{"reference": "` + long + `"}`, 422, "reference", "longer than 64"},
		"return of no order":        {"POST", "/api/v1/orders/" + nobody + "/returns", `{"reason": "x", "lines": [{"line": 1, "quantity": 1}]}`, 404, "", nobody},
		"return without reason":     {"POST", "/api/v1/orders/" + nobody + "/returns", `{"reason": "", "lines": [{"line": 1, "quantity": 1}]}`, 422, "reason", "empty"},
		"returns of no order":       {"GET", "/api/v1/orders/" + nobody + "/returns", "", 404, "", nobody},
		"sourcing of no order":      {"GET", "/api/v1/orders/" + nobody + "/sourcing", "", 404, "", nobody},
		"hold, unknown district":    {"PUT", "/api/v1/holds/guest:1", `{"district": "east", "lines": [{"sku": "KETTLE", "quantity": 1}]}`, 422, "district", `"east"`},
		"hold nothing":              {"PUT", "/api/v1/holds/guest:1", `{"district": "north", "lines": []}`, 422, "lines", "no lines"},
		"hold no product":           {"PUT", "/api/v1/holds/guest:1", `{"district": "north", "lines": [{"sku": "NOSUCH", "quantity": 1}]}`, 422, "lines[0].sku", `"NOSUCH"`},
		"hold of a long owner":      {"PUT", "/api/v1/holds/" + long, `{"district": "north", "lines": [{"sku": "KETTLE", "quantity": 1}]}`, 422, "owner", "longer than 200"},
		"end a hold of an odd name": {"DELETE", "/api/v1/holds/%01", "", 422, "owner", "control character"},
		"what if nothing":           {"POST", "/api/v1/sourcing/what-if", `{"policies": [], "orders": []}`, 422, "policies", "1 to 20 policies"},
		"what if nobody orders":     {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": []}`, 422, "orders", "at least one"},
		"unknown strategy":          {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}, {"strategy": "best"}], "orders": []}`, 422, "policies[1].strategy", "primary-first, fewest-parcels"},
		"unknown rule":              {"POST", "/api/v1/sourcing/what-if", `{"policies": [{"rules": ["mood"]}], "orders": []}`, 422, "policies[0].rules", "district-order, distance"},
		"what if elsewhere":         {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": [{"district": "east", "lines": [{"sku": "KETTLE", "quantity": 1}]}]}`, 422, "orders[0].district", `"east"`},
		"what if without lines":     {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": [{"district": "north", "lines": []}]}`, 422, "orders[0].lines", "1 to 1000 lines"},
		"what if of no product":     {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": [{"district": "north", "lines": [{"sku": "NOSUCH", "quantity": 1}]}]}`, 422, "orders[0].lines[0].sku", `"NOSUCH"`},
		"what if of none":           {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": [{"district": "north", "lines": [{"sku": "KETTLE", "quantity": 0}]}]}`, 422, "orders[0].lines[0].quantity", "not above zero"},
		"what if at a price":        {"POST", "/api/v1/sourcing/what-if", `{"policies": [{}], "orders": [{"district": "north", "lines": [{"sku": "KETTLE", "quantity": 1, "price": {"minor": 1, "currency": "GBP"}}]}]}`, 422, "orders[0].lines[0].price", "leave the price out"},
		"profile of no name":        {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1"}, {"code": "WH 1"}]}`, 422, "warehouses[1].code", "no site name"},
		"two profiles of one":       {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1"}, {"code": "wh2"}, {"code": "wh1"}]}`, 422, "warehouses[2].code", "two profiles of wh1"},
		"profile, odd cut-off":      {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1", "cut_off": "3pm"}]}`, 422, "warehouses[0].cut_off", "no time of the day"},
		"profile, odd workday":      {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1", "workdays": ["holiday"]}]}`, 422, "warehouses[0].workdays", "no day of the week"},
		"profile beyond the pole":   {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1", "place": {"latitude": 91, "longitude": 0}}]}`, 422, "warehouses[0].latitude", "91"},
		"profile below zero":        {"PUT", "/api/v1/sourcing/warehouses", `{"warehouses": [{"code": "wh1", "per_box_micros": -1}]}`, 422, "warehouses[0].per_box", "not between 0"},
		"purchase without a name":   {"POST", "/api/v1/warehouses/wh1/purchases", `{"id": "", "lines": [{"sku": "KETTLE", "quantity": 1}]}`, 422, "id", "empty"},
		"purchase of nothing":       {"POST", "/api/v1/warehouses/wh1/purchases", `{"id": "PO-9", "lines": []}`, 422, "lines", "1 to 1000 lines"},
		"purchase of no product":    {"POST", "/api/v1/warehouses/wh1/purchases", `{"id": "PO-9", "lines": [{"sku": "NOSUCH", "quantity": 1}]}`, 422, "lines[0].sku", `"NOSUCH"`},
		"purchase of no units":      {"POST", "/api/v1/warehouses/wh1/purchases", `{"id": "PO-9", "lines": [{"sku": "KETTLE", "quantity": 0}]}`, 422, "lines", "quantity 0"},
		"purchase on no day":        {"POST", "/api/v1/warehouses/wh1/purchases", `{"id": "PO-9", "lines": [{"sku": "KETTLE", "quantity": 1, "due": "soon"}]}`, 422, "lines[0].due", "no date"},
		"purchase elsewhere":        {"POST", "/api/v1/warehouses/wh9/purchases", `{"id": "PO-9", "lines": []}`, 404, "site", "wh9 does not run"},
		"no such purchase":          {"GET", "/api/v1/warehouses/wh1/purchases/PO-9", "", 404, "", "PO-9"},
		"change no purchase":        {"PATCH", "/api/v1/warehouses/wh1/purchases/PO-9", `{"sku": "KETTLE", "quantity": 1}`, 404, "", "PO-9"},
		"change to no day":          {"PATCH", "/api/v1/warehouses/wh1/purchases/PO-9", `{"sku": "KETTLE", "due": "soon"}`, 422, "due", "no date"},
		"cancel no purchase":        {"DELETE", "/api/v1/warehouses/wh1/purchases/PO-9", "", 404, "", "PO-9"},
		"returns of no status":      {"GET", "/api/v1/warehouses/wh1/returns?status=lost", "", 422, "status", `"lost"`},
		"returns of no order id":    {"GET", "/api/v1/warehouses/wh1/returns?order=12", "", 422, "order", "not an identifier"},
		"cursor of returns":         {"GET", "/api/v1/warehouses/wh1/returns?cursor=1", "", 422, "cursor", "not a cursor"},
		"receive no return":         {"POST", "/api/v1/warehouses/wh1/returns/" + nobody + "/receive", `{"lines": [{"line": 1, "quantity": 1}]}`, 404, "", nobody},
		"inspect no return":         {"POST", "/api/v1/warehouses/wh1/returns/" + nobody + "/inspect", `{"good": [{"line": 1, "quantity": 1}]}`, 404, "", nobody},
		"return elsewhere":          {"POST", "/api/v1/warehouses/wh9/returns/" + nobody + "/receive", `{"lines": []}`, 404, "site", "wh9 does not run"},
		"links elsewhere":           {"GET", "/api/v1/links", "", 404, "", "no links"},
		"audit elsewhere":           {"POST", "/api/v1/audit", "", 404, "", "no books"},
		"import elsewhere":          {"POST", "/api/v1/import/orders", "", 404, "", "nothing can be imported"},
		"no such route":             {"GET", "/api/v1/parcels", "", 404, "", "/api/v1/parcels"},
		"no such method":            {"DELETE", "/api/v1/orders", "", 405, "", "GET, HEAD, POST"},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.problem(test.method, test.path, test.body)
			if p.Status != test.status || p.Field != test.field || !strings.Contains(p.Detail, test.says) {
				t.Errorf("%d at %q: %s\nwant %d at %q: ... %s ...", p.Status, p.Field, p.Detail, test.status, test.field, test.says)
			}
		})
	}
}

// TestAStepTwice takes a step that somebody else has taken already.
func TestAStepTwice(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	placement, err := s.client.PlaceOrder(t.Context(), "", wants(1))
	if err != nil {
		t.Fatal(err)
	}
	s.settle()
	which := placement.Order.Fulfillments[0].ID
	step := api.Advance{From: "accepted", To: "picking"}
	if f, err := s.client.Advance(t.Context(), "wh1", which, step); err != nil || f.Status != "picking" {
		t.Fatalf("%+v, %v", f, err)
	}
	_, err = s.client.Advance(t.Context(), "wh1", which, step)
	if message, _ := fault.Public(err); !fault.Is(err, fault.Conflict) || !strings.Contains(message, "picking by now") {
		t.Errorf("%v, want a conflict that names the status", err)
	}
}

// TestEveryKind sends a fault of each kind through a route, and reads it back
// with the client.
func TestEveryKind(t *testing.T) {
	for kind := fault.Kind(0); fault.ParseKind(kind.String()) == kind; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			s := newShop(t, func(d *Deps) {
				d.Links = brokenLinks{fault.At("site", kind, "the reason is %d", kind)}
			})
			_, err := s.client.CutLink(t.Context(), "wh1")
			if !fault.Is(err, kind) {
				t.Fatalf("%v comes back as %s", err, fault.KindOf(err))
			}
			p := s.problem(http.MethodPost, "/api/v1/links/wh1/cut", "")
			if kind == fault.Internal {
				if strings.Contains(p.Detail, "reason") || p.Field != "" {
					t.Errorf("an internal fault gives away: %s", p.Detail)
				}
				if !strings.Contains(s.log.String(), p.RequestID) || !strings.Contains(s.log.String(), "the reason is 0") {
					t.Errorf("the log does not tell of %s: %s", p.RequestID, s.log)
				}
				return
			}
			message, field := fault.Public(err)
			if message != p.Detail || field != "site" || !strings.HasPrefix(message, "the reason is") {
				t.Errorf("%q at %q, and the document says %q", message, field, p.Detail)
			}
		})
	}
}

// brokenLinks fails in one way.
type brokenLinks struct{ err error }

func (b brokenLinks) Links(context.Context) ([]LinkState, error) { return nil, b.err }
func (b brokenLinks) Cut(id.Site) error                          { return b.err }
func (b brokenLinks) Heal(id.Site) error                         { panic("swordfish") }

func TestPanicIsAnInternalFault(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Links = brokenLinks{} })
	p := s.problem(http.MethodPost, "/api/v1/links/wh1/heal", "")
	if p.Status != 500 || p.Code != "internal" || strings.Contains(p.Detail, "swordfish") {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(s.log.String(), "swordfish") || !strings.Contains(s.log.String(), p.RequestID) {
		t.Errorf("the log does not tell of it: %s", s.log)
	}
}

func TestRetryAfter(t *testing.T) {
	for kind, want := range map[fault.Kind]string{fault.Busy: "1", fault.Unavailable: "5", fault.Conflict: ""} {
		s := newShop(t, func(d *Deps) { d.Links = brokenLinks{fault.New(kind, "not now")} })
		response, _ := s.send(http.MethodGet, "/api/v1/links", "")
		if got := response.Header.Get("Retry-After"); got != want {
			t.Errorf("%s: Retry-After %q, want %q", kind, got, want)
		}
	}
}

func TestNoServer(t *testing.T) {
	s := newShop(t, nil)
	s.server.Close()
	if _, err := s.client.Version(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
	_, err := api.New("not a url", "").Version(t.Context())
	var public *fault.Error
	if !errors.As(err, &public) {
		t.Errorf("%v is no fault", err)
	}
}

// TestForeignServer asks something that is not Crossdock, and something that
// would send the token elsewhere.
func TestForeignServer(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	for name, handler := range map[string]http.Handler{
		"gateway": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<h1>Bad Gateway</h1>", http.StatusBadGateway)
		}),
		"text":     http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) }),
		"redirect": http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect),
	} {
		server := httptest.NewServer(handler)
		if _, err := api.New(server.URL, testToken).Version(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
		server.Close()
	}
	if asked {
		t.Error("the client has followed a redirect with its token")
	}
}
