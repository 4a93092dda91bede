package order_test

import (
	"slices"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/order"
)

// The tables stand here a second time, so that a step is allowed or forbidden on
// purpose. Rows are from, columns to, in the order of Statuses and Stages.
const statusTable = `
              placed backordered ready sent delivered voided returned
placed             .           x     x    x         x      x        x
backordered        x           .     x    x         x      x        x
ready              .           .     .    x         x      x        x
sent               .           .     .    .         x      .        x
delivered          .           .     .    .         .      .        x
voided             .           .     .    .         .      .        .
returned           .           .     .    .         .      .        .
`

const stageTable = `
                 requested accepted picking picked waiting_transfer ready sent delivered short voided
requested                .        x       .      .                .     .    .         .     x      x
accepted                 .        .       x      .                .     .    .         .     x      x
picking                  .        .       .      x                .     .    .         .     x      x
picked                   .        .       .      .                x     x    .         .     .      x
waiting_transfer         .        .       .      .                .     x    .         .     x      x
ready                    .        .       .      .                .     .    x         .     .      x
sent                     .        .       .      .                .     .    .         x     .      .
delivered                .        .       .      .                .     .    .         .     .      .
short                    .        x       .      .                .     .    .         .     .      x
voided                   .        .       .      .                .     .    .         .     .      .
`

// eachStep calls f for every pair of names in a table.
func eachStep(t *testing.T, table string, f func(from, to string, allowed bool)) (names []string) {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(table), "\n")
	names = strings.Fields(rows[0])
	if len(rows) != len(names)+1 {
		t.Fatalf("the table has %d columns and %d rows", len(names), len(rows)-1)
	}
	for i, row := range rows[1:] {
		cells := strings.Fields(row)
		if len(cells) != len(names)+1 || cells[0] != names[i] {
			t.Fatalf("row %d of the table is out of place: %s", i, row)
		}
		for j, cell := range cells[1:] {
			f(cells[0], names[j], cell == "x")
		}
	}
	return names
}

func checkStep(t *testing.T, from, to string, allowed bool, err error) {
	t.Helper()
	switch {
	case allowed && err != nil:
		t.Errorf("%s to %s is refused: %v", from, to, err)
	case !allowed && !fault.Is(err, fault.Conflict):
		t.Errorf("%s to %s: %v, want a conflict", from, to, err)
	case !allowed && !(strings.Contains(err.Error(), "is "+from+" ") && strings.Contains(err.Error(), "become "+to+": ")):
		t.Errorf("%s to %s: %q does not name both", from, to, err)
	}
}

func TestRefusalNamesTheChoices(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{order.CheckStage(order.Accepted, order.SentStage), "it can become picking, short or voided"},
		{order.CheckStatus(order.Delivered, order.Placed), "it can become returned"},
		{order.CheckStatus(order.Voided, order.Voided), "that is final"},
	} {
		if !strings.HasSuffix(c.err.Error(), c.want) {
			t.Errorf("%q does not end in %q", c.err, c.want)
		}
	}
}

func TestStatusTable(t *testing.T) {
	names := eachStep(t, statusTable, func(from, to string, allowed bool) {
		checkStep(t, from, to, allowed, order.CheckStatus(order.Status(from), order.Status(to)))
	})
	var listed []string
	for _, status := range order.Statuses() {
		listed = append(listed, string(status))
	}
	if !slices.Equal(listed, names) {
		t.Errorf("the statuses are %v, the table has %v", listed, names)
	}
}

func TestStageTable(t *testing.T) {
	next := map[string][]order.Stage{}
	names := eachStep(t, stageTable, func(from, to string, allowed bool) {
		checkStep(t, from, to, allowed, order.CheckStage(order.Stage(from), order.Stage(to)))
		if allowed {
			next[from] = append(next[from], order.Stage(to))
		}
	})
	var listed []string
	for _, stage := range order.Stages() {
		listed = append(listed, string(stage))
		got := order.NextStages(stage)
		slices.Sort(got)
		slices.Sort(next[string(stage)])
		if !slices.Equal(got, next[string(stage)]) {
			t.Errorf("NextStages(%s) = %v, want %v", stage, got, next[string(stage)])
		}
	}
	if !slices.Equal(listed, names) {
		t.Errorf("the stages are %v, the table has %v", listed, names)
	}
	order.NextStages(order.Requested)[0] = "scribbled over"
	if err := order.CheckStage(order.Requested, order.Accepted); err != nil {
		t.Errorf("NextStages hands the table out: %v", err)
	}
}

func TestStepsOfUnknownNames(t *testing.T) {
	for _, pair := range [][2]string{{"", "ready"}, {"ready", ""}, {"Ready", "sent"}, {"ready", "lost"}, {"lost", "lost"}} {
		for _, err := range []error{
			order.CheckStatus(order.Status(pair[0]), order.Status(pair[1])),
			order.CheckStage(order.Stage(pair[0]), order.Stage(pair[1])),
		} {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), fault.Quote(pair[0])) || !strings.Contains(err.Error(), fault.Quote(pair[1])) {
				t.Errorf("%q to %q: %v, want an invalid fault that names both", pair[0], pair[1], err)
			}
		}
	}
}

func TestFinalAndLive(t *testing.T) {
	for _, status := range order.Statuses() {
		if final := status == order.Voided || status == order.Returned; status.Final() != final {
			t.Errorf("%s is final: %t, want %t", status, status.Final(), final)
		}
		if live := status != order.Voided; status.Live() != live {
			t.Errorf("%s is live: %t, want %t", status, status.Live(), live)
		}
	}
}
