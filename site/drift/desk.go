package drift

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/ranges"
	"crossdock/site/books"
	"crossdock/site/outbox"
)

// What one question may name.
const (
	maxKeys  = 200
	keepsFor = time.Minute // a table, between the questions of one descent
)

// Question is what one site asks the other. Which of the fields are set says what is
// asked: Ranges what there is in ranges of a kind, Keys what there is of some of its
// keys, none of them how far the site is.
type Question struct {
	Asker  id.Site     `json:"asker"`
	Site   id.Site     `json:"site"` // that is asked
	Nonce  id.UUID     `json:"nonce"`
	Kind   Kind        `json:"kind,omitempty"`
	Whole  *ranges.Sum `json:"whole,omitempty"` // what the asker has: where both have the same, nothing is told
	Ranges []byte      `json:"ranges,omitempty"`
	Keys   []string    `json:"keys,omitempty"`
}

// Answer is what is answered, out of one moment.
type Answer struct {
	Head  Head           `json:"head"`
	Same  bool           `json:"same,omitempty"`
	Parts []byte         `json:"parts,omitempty"`
	Rows  map[string]Row `json:"rows,omitempty"`
}

// Head is how far a site is with the one that asks.
type Head struct {
	Written    uint64       `json:"written"` // newest message to the asker
	Read       uint64       `json:"read"`    // newest message of the asker that was applied
	Recovering bool         `json:"recovering,omitempty"`
	Parked     []ParkedNote `json:"parked,omitempty"`
}

// ParkedNote is a message of the asker that the site has put aside.
type ParkedNote struct {
	Key  string   `json:"key"`
	SKUs []id.SKU `json:"skus,omitempty"` // whose units it carries
}

// Desk answers for one site.
type Desk struct {
	site id.Site
	look Look
	now  func() time.Time

	mu   sync.Mutex
	kept keptTable // of the descent that is under way: one, so that it is bounded
}

type keptTable struct {
	asker id.Site
	kind  Kind
	at    time.Time
	table *ranges.Table
}

// NewDesk returns the desk of a site.
func NewDesk(site id.Site, look Look, now func() time.Time) *Desk {
	return &Desk{site: site, look: look, now: now}
}

// Serve answers over the bus until stop is called. With seals it seals its answers,
// and a question that is not its asker's own is refused.
func (d *Desk) Serve(bus outbox.Bus, seals outbox.Seals) (stop func(), err error) {
	return bus.Serve(Subject(d.site), func(ctx context.Context, body []byte) ([]byte, error) {
		question, err := readQuestion(body, d.site, seals)
		if err != nil {
			return nil, err
		}
		answer, err := d.Answer(ctx, question)
		if err != nil {
			return nil, err
		}
		return writeAnswer(answer, question, seals)
	})
}

// Answer answers one question.
func (d *Desk) Answer(ctx context.Context, q Question) (answer Answer, err error) {
	if len(q.Ranges) > 0 && q.Whole == nil {
		if table := d.keptFor(q); table != nil {
			answer.Parts, err = tell(table, q.Ranges)
			return answer, err
		}
	}
	now, err := open(ctx, d.look, q.Asker)
	if now.Source == nil {
		return Answer{}, err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	if err != nil {
		return Answer{}, err
	}
	answer.Head = headOf(now)
	switch {
	case len(q.Ranges) > 0:
		table, err := now.table(ctx, q.Kind)
		if err != nil {
			return Answer{}, err
		}
		if answer.Same = q.Whole != nil && table.Sum("") == *q.Whole; answer.Same {
			return answer, nil
		}
		d.keep(q, table)
		answer.Parts, err = tell(table, q.Ranges)
		return answer, err
	case len(q.Keys) > 0:
		d.keep(q, nil)
		answer.Rows, err = now.details(ctx, q.Kind, q.Keys)
		return answer, err
	default:
		return answer, nil
	}
}

func tell(table *ranges.Table, asked []byte) ([]byte, error) {
	names, err := ranges.ParseRanges(asked)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the bytes are no question for ranges")
	}
	parts := make([]ranges.Part, len(names))
	for i, name := range names {
		parts[i] = table.Tell(name)
	}
	return ranges.AppendParts(nil, parts), nil
}

// keptFor returns the table of the descent that a question goes on with, or nil. A row
// that drifts is found in any: it differs at every moment.
func (d *Desk) keptFor(q Question) *ranges.Table {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := d.now().Sub(d.kept.at); d.kept.asker != q.Asker || d.kept.kind != q.Kind || age > keepsFor {
		return nil
	}
	return d.kept.table
}

func (d *Desk) keep(q Question, table *ranges.Table) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept = keptTable{q.Asker, q.Kind, d.now(), table}
}

func headOf(m moment) Head {
	var head Head
	for _, c := range m.head.Written {
		if c.Destination == string(m.peer) {
			head.Written = c.Seq
		}
	}
	for _, c := range m.head.Read {
		if c.Origin == string(m.peer) {
			head.Read = c.Seq
		}
	}
	if m.head.Epoch > 1 {
		i := slices.IndexFunc(m.head.Peers, func(p books.Peer) bool { return p.Site == m.peer })
		head.Recovering = i < 0 || m.head.Peers[i].Restated < m.head.Epoch
	}
	for _, p := range m.head.Parked {
		if p.Message.Origin == string(m.peer) {
			head.Parked = append(head.Parked, ParkedNote{p.Message.Key, skusOf(p)})
		}
	}
	return head
}

// skusOf returns the SKUs whose units a message carries from one book to the other.
func skusOf(p books.Parked) []id.SKU {
	body, err := event.Decode(p.Message.Kind, p.Message.Body)
	if err != nil {
		return nil // of a newer program: its key says enough
	}
	skus := map[id.SKU]bool{}
	units := func(all []event.Units) {
		for _, u := range all {
			skus[u.SKU] = true
		}
	}
	switch b := body.(type) {
	case event.FulfillmentRequested:
		for _, line := range b.Lines {
			skus[line.SKU] = true
		}
	case event.QuotaReturned:
		units(b.Units)
	case event.QuotaGranted:
		units(b.Units)
	case event.IncomingGranted:
		units(b.Units)
	case event.IncomingTaken:
		units(b.Units)
	default:
	}
	return slices.Sorted(maps.Keys(skus))
}
