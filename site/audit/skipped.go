package audit

import (
	"fmt"
	"strings"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// skipped is what messages between two sites would have done that somebody has
// taken out without applying them. A difference that comes of it is a finding like
// any other, until it is booked; it says where it comes from.
type skipped struct {
	quota, incoming map[id.SKU]int64
	carried         map[id.SKU][]string // the messages with units of a SKU, in words
	about           map[string][]string // the messages of a key
}

// gatherSkipped looks at what two sites have skipped of each other.
func gatherSkipped(s, w *view) skipped {
	all := skipped{map[id.SKU]int64{}, map[id.SKU]int64{}, map[id.SKU][]string{}, map[string][]string{}}
	for _, direction := range []struct{ from, to *view }{{s, w}, {w, s}} {
		for _, p := range direction.to.head.Skipped {
			if p.Message.Origin == string(direction.from.head.Site) {
				all.add(direction.to.head.Site, p)
			}
		}
	}
	return all
}

func (s skipped) add(at id.Site, p books.Parked) {
	words := fmt.Sprintf("message %d of %s (%s), skipped at %s by %s: %s",
		p.Message.Seq, p.Message.Origin, p.Message.Kind, at, p.Resolution.By, p.Resolution.Why)
	s.about[p.Message.Key] = append(s.about[p.Message.Key], words)
	body, err := event.Decode(p.Message.Kind, p.Message.Body)
	if err != nil {
		return // it may be why it was skipped
	}
	one := onTheWay{map[id.SKU]int64{}, map[id.SKU]int64{}, nil}
	one.add(body)
	for sku, units := range one.quota {
		s.quota[sku] += units
		s.carried[sku] = append(s.carried[sku], words)
	}
	for sku, units := range one.incoming {
		s.incoming[sku] += units
		s.carried[sku] = append(s.carried[sku], words)
	}
}

// units says how much of a difference of a SKU is what was skipped, or nothing.
func (s skipped) units(sku id.SKU, of stock.Kind, difference int64) string {
	skipped := s.quota[sku]
	if of == stock.ExpectedQuota {
		skipped = s.incoming[sku]
	}
	switch {
	case skipped == 0:
		return ""
	case skipped == difference:
		return "; the difference is what was not applied: " + strings.Join(s.carried[sku], "; ")
	default:
		return fmt.Sprintf("; %d were not applied: %s", skipped, strings.Join(s.carried[sku], "; "))
	}
}

// because names what was skipped of a key, or nothing.
func (s skipped) because(key string) string {
	if len(s.about[key]) == 0 {
		return ""
	}
	return "; not applied was " + strings.Join(s.about[key], "; ")
}
