package drift

import (
	"context"
	"slices"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/site/audit"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Do carries out one command of the site that a Checker is of, as its writer does.
type Do func(ctx context.Context, command any) (answer any, err error)

// Options say what Repair may do.
type Options struct {
	Quota  bool   // the smaller of two different quotas wins
	Reason string // required with Quota: it stands with the movement
}

// Repaired is what became of a repair.
type Repaired struct {
	Before    Report
	Commands  int    // that were carried out here
	After     Report // a second check, once the other site has heard
	NotMended []Unclear
}

// Repair checks, has this site say again what it owns the history of, and checks once
// more. What it cannot repair, and what belongs to the other site, is told with the
// reason. Quota is corrected only where Options say so, at the site that has too much,
// and after all else is equal: it may only be the trace of what was just repaired.
func (c Checker) Repair(ctx context.Context, role audit.Role, do Do, options Options) (Repaired, error) {
	before, err := c.Check(ctx)
	done := Repaired{Before: before, After: before}
	if err != nil || len(before.Findings) == 0 {
		return done, err
	}
	p := plan{role, options, before, nil, nil}
	p.make()
	done.NotMended = p.left
	for _, command := range p.commands {
		if _, err := do(ctx, command); err != nil {
			return done, err
		}
		done.Commands++
	}
	if done.Commands > 0 {
		done.After, err = c.Check(ctx) // which waits until all is read
	}
	return done, err
}

// plan is what is done about a report.
type plan struct {
	role     audit.Role
	options  Options
	report   Report
	commands []any
	left     []Unclear
}

// atOnce is how many rows one command tells again.
const atOnce = 100

func (p *plan) make() {
	if p.role == audit.Warehouse {
		p.restate()
	}
	for _, f := range p.report.Findings {
		switch f.Kind {
		case Levels:
			if p.role == audit.Store {
				p.leave(f, string(p.report.There)+" has the stock, and tells it again")
			}
		case Fulfillments:
			p.fulfillment(f)
		default:
			p.quota(f)
		}
	}
}

func (p *plan) leave(f Finding, why string) {
	p.left = append(p.left, Unclear{f.Kind, f.Key, why})
}

// restate has a warehouse tell levels and fulfillments again.
func (p *plan) restate() {
	var levels []warehouse.Version
	var parts []id.Fulfillment
	for _, f := range p.report.Findings {
		switch f.Kind {
		case Levels:
			levels = append(levels, warehouse.Version{SKU: id.SKU(f.Key), Version: f.There.Version})
		case Fulfillments:
			if _, part, err := Names(f.Key); err == nil && f.Here.There() {
				parts = append(parts, part)
			}
		default:
		}
	}
	for chunk := range slices.Chunk(levels, atOnce) {
		p.commands = append(p.commands, warehouse.Restate{Store: p.report.There, Levels: chunk})
	}
	for chunk := range slices.Chunk(parts, atOnce) {
		p.commands = append(p.commands, warehouse.Restate{Store: p.report.There, Fulfillments: chunk})
	}
}

// fulfillment has a store ask for what the warehouse has never heard of.
func (p *plan) fulfillment(f Finding) {
	ours, theirs, warehouseName, storeName := f.Here, f.There, p.report.There, p.report.Here
	if p.role == audit.Warehouse {
		ours, theirs, warehouseName, storeName = f.There, f.Here, p.report.Here, p.report.There
	}
	never := ours.Stage == "requested" && ours.Version == 0
	which, part, err := Names(f.Key)
	switch {
	case err != nil:
		p.leave(f, "its key cannot be read")
	case theirs.There() && p.role == audit.Store:
		p.leave(f, string(warehouseName)+" owns its history, and tells it again")
	case theirs.There():
	case !never:
		p.leave(f, string(warehouseName)+" has taken it once and has lost it: nobody can tell it again")
	case p.role == audit.Warehouse:
		p.leave(f, string(storeName)+" has asked for it, and asks again")
	default:
		p.commands = append(p.commands, store.AskAgain{
			Warehouse: warehouseName, Fulfillments: []event.FulfillmentName{{Order: which, Fulfillment: part}},
		})
	}
}

// quota corrects the site that has too much, where that is wanted.
func (p *plan) quota(f Finding) {
	units, sku := f.Here.Units-f.There.Units, id.SKU(f.Key)
	others := slices.ContainsFunc(p.report.Findings, func(f Finding) bool { return f.Kind == Fulfillments })
	switch {
	case !p.options.Quota:
		p.leave(f, "units are corrected for a reason alone")
	case others:
		p.leave(f, "fulfillments differ too, which may be why: repair them first")
	case units < 0:
		p.leave(f, string(p.report.There)+" has too much, and is where it is corrected")
	case p.role == audit.Store:
		p.commands = append(p.commands, store.DropQuota{
			Warehouse: p.report.There, SKU: sku, Units: units, Incoming: f.Kind == Incoming, Reason: p.options.Reason,
		})
	case f.Kind == Incoming:
		p.leave(f, "announced units are divided by purchase: withdraw them from theirs")
	default:
		p.commands = append(p.commands, warehouse.WithdrawQuota{Store: p.report.There, SKU: sku, Units: units, Reason: p.options.Reason})
	}
}
