package torture

import (
	"maps"
	"slices"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/id"
)

func orderID(n byte) id.Order             { return id.Order{UUID: id.UUID{15: n}} }
func fulfillmentID(n byte) id.Fulfillment { return id.Fulfillment{UUID: id.UUID{0: 1, 15: n}} }

// at is a span of one tick.
func at(tick int) Span {
	return Span{Began: time.Duration(tick) * time.Second, Ended: time.Duration(tick+1) * time.Second}
}

// honest is a little history that is right: ten units come in at wh1, one order of
// three is sent, one of four waits, one is short, one of two is voided.
func honest() (*Records, *Truth) {
	lines := func(units int64) []Line { return []Line{{"SKU1", units}} }
	placing := func(n int, units int64, short bool) Placing {
		key := "order-" + string(rune('0'+n))
		a := Answer{Order: orderID(byte(n)), Number: int64(n), Lines: lines(units), Short: short}
		if short {
			a.Lines = nil
		}
		return Placing{Key: key, Lines: lines(units), Answers: []Answer{a, a}, Span: at(n)}
	}
	records := &Records{
		Bookings: []Booking{
			{Key: "goods", Warehouse: "wh1", Line: Line{"SKU1", 8}, Done: true, Span: at(0)},
			{Key: "counted", Warehouse: "wh1", Line: Line{"SKU1", 2}, Count: true, Done: true, Span: at(0)},
			{Key: "miscounted", Warehouse: "wh1", Line: Line{"SKU1", -9}, Count: true, Refused: "promised", Span: at(5)},
		},
		Placings: []Placing{placing(1, 3, false), placing(2, 4, false), placing(3, 50, true), placing(4, 2, false)},
		Voids:    []Void{{Order: orderID(4), Taken: true, Span: at(5)}},
	}
	for i, to := range []string{"picking", "picked", "ready", "sent"} {
		records.Steps = append(records.Steps, Step{Key: "step-" + to, Warehouse: "wh1", Fulfillment: fulfillmentID(1), To: to, Done: true, Span: at(6 + i)})
	}
	order := func(n int, units, voided int64, status, part string) api.Order {
		o := api.Order{
			ID: orderID(byte(n)), Number: int64(n), Reference: "order-" + string(rune('0'+n)), Status: status,
			Lines: []api.OrderLine{{Line: 1, SKU: "SKU1", Quantity: units, Voided: voided}},
		}
		if part != "" {
			o.Fulfillments = []api.OrderFulfillment{{ID: fulfillmentID(byte(n)), Warehouse: "wh1", Status: part}}
		}
		return o
	}
	fulfillment := func(n int, units, voided int64, status string) api.Fulfillment {
		return api.Fulfillment{
			ID: fulfillmentID(byte(n)), Warehouse: "wh1", Order: orderID(byte(n)), Status: status,
			Lines: []api.FulfillmentLine{{Line: 1, SKU: "SKU1", Quantity: units, Voided: voided}},
		}
	}
	level := api.Level{Warehouse: "wh1", SKU: "SKU1", OnHand: 7, Available: 1, Quota: 2, Allocated: 4}
	return records, &Truth{
		Orders: []api.Order{
			order(1, 3, 0, "sent", "sent"), order(2, 4, 0, "placed", "accepted"), order(3, 50, 50, "voided", ""), order(4, 2, 2, "voided", "voided"),
		},
		Fulfillments: map[id.Site][]api.Fulfillment{"wh1": {
			fulfillment(1, 3, 0, "sent"), fulfillment(2, 4, 0, "accepted"), fulfillment(4, 2, 2, "voided"),
		}},
		Levels: map[id.Site]map[id.SKU]api.Level{"wh1": {"SKU1": level}},
		Known:  map[id.Site]map[id.SKU]api.Stock{"wh1": {"SKU1": {Level: level}}},
		Span:   at(20),
	}
}

// planted are wrongs, and the rules that each of them must break.
func planted() map[string]struct {
	do   func(*Records, *Truth)
	want []string
} {
	type wrong = struct {
		do   func(*Records, *Truth)
		want []string
	}
	return map[string]wrong{
		"nothing": {func(*Records, *Truth) {}, nil},
		"an acknowledged order is lost": {func(_ *Records, t *Truth) {
			t.Orders = slices.Delete(t.Orders, 1, 2)
		}, []string{"order lost", "sides differ"}},
		"an order that was short is lost": {func(_ *Records, t *Truth) { t.Orders = slices.Delete(t.Orders, 2, 3) }, []string{"order lost"}},
		"an order was made twice": {func(_ *Records, t *Truth) {
			twice := t.Orders[2]
			twice.ID, twice.Number = orderID(9), 9
			t.Orders = append(t.Orders, twice)
		}, []string{"order twice"}},
		"an order of nobody": {func(_ *Records, t *Truth) {
			t.Orders = append(t.Orders, api.Order{ID: orderID(9), Number: 9, Reference: "x", Status: "voided"})
		}, []string{"order of nobody"}},
		"an order has another number":       {func(_ *Records, t *Truth) { t.Orders[0].Number = 8 }, []string{"order changed"}},
		"an order has other lines":          {func(_ *Records, t *Truth) { t.Orders[2].Lines[0].Quantity = 51 }, []string{"lines differ"}},
		"an answer has other lines":         {func(r *Records, _ *Truth) { r.Placings[1].Answers[0].Lines = nil }, []string{"answers differ", "lines differ"}},
		"a repeated key has another answer": {func(r *Records, _ *Truth) { r.Placings[1].Answers[1].Number = 7 }, []string{"answers differ", "order changed"}},
		"a request without an answer":       {func(r *Records, _ *Truth) { r.Open = []string{"order-9"} }, []string{"unanswered"}},
		"an order is refused":               {func(r *Records, _ *Truth) { r.Placings[0].Refused = "no" }, []string{"refused"}},
		"a short order lives":               {func(_ *Records, t *Truth) { t.Orders[2].Status = "placed" }, []string{"status"}},
		"an order is voided by nobody":      {func(r *Records, _ *Truth) { r.Voids = nil }, []string{"status", "not linearizable"}},
		"a void is never answered":          {func(_ *Records, t *Truth) { t.Orders[3].VoidAsked = true }, []string{"status"}},
		"a void has no effect":              {func(_ *Records, t *Truth) { t.Orders[3].Status = "placed" }, []string{"status"}},
		"a parcel is handed over twice": {func(r *Records, _ *Truth) {
			r.Steps = append(r.Steps, Step{Key: "other", Fulfillment: fulfillmentID(1), To: "sent", Done: true})
		}, []string{"parcel twice"}},
		"a step was refused": {func(r *Records, _ *Truth) {
			r.Steps = append(r.Steps, Step{Key: "other", Fulfillment: fulfillmentID(1), To: "sent"})
		}, nil},
		"a fulfillment is there twice": {func(_ *Records, t *Truth) { t.Fulfillments["wh2"] = t.Fulfillments["wh1"][1:2] }, []string{"parcel twice"}},
		"a hand-over is forgotten": {func(_ *Records, t *Truth) {
			t.Fulfillments["wh1"][0].Status, t.Orders[0].Fulfillments[0].Status = "ready", "ready"
		}, []string{"step lost", "stock differs"}},
		"a parcel that was sent is voided": {func(_ *Records, t *Truth) {
			t.Fulfillments["wh1"][0].Status, t.Orders[0].Fulfillments[0].Status = "voided", "voided"
		}, []string{"step lost", "stock differs"}},
		"a sent fulfillment nobody has sent": {func(_ *Records, t *Truth) {
			t.Fulfillments["wh1"][1].Status, t.Orders[1].Fulfillments[0].Status = "sent", "sent"
		}, []string{"stock differs"}},
		"a line is sent by two warehouses": {func(_ *Records, t *Truth) {
			t.Fulfillments["wh2"] = []api.Fulfillment{{ID: fulfillmentID(8), Order: orderID(1), Status: "sent", Lines: []api.FulfillmentLine{{Line: 1, SKU: "SKU1", Quantity: 1}}}}
		}, []string{"parcel twice", "stock differs", "sides differ"}},
		"more is sold than came in": {func(r *Records, _ *Truth) { r.Bookings[0].Units = 4 }, []string{"oversold", "stock differs", "not linearizable"}},
		"a receipt is booked twice": {func(_ *Records, t *Truth) { both(t, func(l *api.Level) { l.OnHand += 8; l.Available += 8 }) }, []string{"stock differs", "not linearizable"}},
		"a receipt is lost":         {func(_ *Records, t *Truth) { both(t, func(l *api.Level) { l.OnHand -= 2; l.Quota -= 2 }) }, []string{"stock differs", "not linearizable"}},
		"a receipt is refused":      {func(r *Records, _ *Truth) { r.Bookings = append(r.Bookings, Booking{Key: "late", Refused: "no"}) }, []string{"refused"}},
		"units are free and sold":   {func(_ *Records, t *Truth) { both(t, func(l *api.Level) { l.Available++; l.Allocated-- }) }, []string{"not linearizable"}},
		"sold before it came in":    {func(r *Records, _ *Truth) { r.Bookings[0].Span = at(8) }, []string{"not linearizable"}},
		"the store knows other stock": {func(_ *Records, t *Truth) {
			t.Known["wh1"]["SKU1"] = api.Stock{Level: api.Level{OnHand: 7, Available: 2, Quota: 1, Allocated: 4}}
		}, []string{"sides differ"}},
		"the store knows another status":   {func(_ *Records, t *Truth) { t.Orders[1].Fulfillments[0].Status = "picked" }, []string{"sides differ"}},
		"the warehouse was not asked":      {func(_ *Records, t *Truth) { t.Fulfillments["wh1"] = slices.Delete(t.Fulfillments["wh1"], 1, 2) }, []string{"sides differ"}},
		"a fulfillment that nobody wanted": {func(_ *Records, t *Truth) { t.Orders[1].Fulfillments = nil }, []string{"sides differ"}},
	}
}

// both changes what a warehouse has and what the store knows of it.
func both(t *Truth, change func(*api.Level)) {
	l := t.Levels["wh1"]["SKU1"]
	change(&l)
	t.Levels["wh1"]["SKU1"], t.Known["wh1"]["SKU1"] = l, api.Stock{Level: l}
}

// Every wrong that is planted is found, by the rules that it breaks and no other.
func TestCheckFindsWhatIsPlanted(t *testing.T) {
	for name, wrong := range planted() {
		t.Run(name, func(t *testing.T) {
			records, truth := honest()
			wrong.do(records, truth)
			broken := map[string]bool{}
			found := Check(records, truth)
			for _, v := range found {
				broken[v.Rule] = true
			}
			want := map[string]bool{}
			for _, rule := range wrong.want {
				want[rule] = true
			}
			if !maps.Equal(broken, want) {
				t.Errorf("found %+v, want %q", found, wrong.want)
			}
		})
	}
}
