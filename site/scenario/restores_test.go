package scenario

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crossdock/core/id"
	"crossdock/site/books"
)

var (
	restores = flag.Int("restores", 150, "how many random lives with restores are played")
	fromLife = flag.Uint64("life", 0, "the first of them")
	tellLife = flag.Bool("tell", false, "tell each life")
)

// author writes random scripts.
type author struct {
	*rand.Rand
	orders, purchases int
	sites             []string
	kept              []string
}

func (a *author) pick(of ...string) string { return of[a.IntN(len(of))] }

func (a *author) warehouse() string { return a.pick("wh1", "wh2") }

func (a *author) items() string {
	items := []string{fmt.Sprintf("mug=%d", 1+a.IntN(4))}
	if a.IntN(3) == 0 {
		items = append(items, fmt.Sprintf("tray=%d", 1+a.IntN(3)))
	}
	if a.IntN(5) == 0 {
		items = append(items, fmt.Sprintf("pot=%d", 1+a.IntN(3)))
	}
	return strings.Join(items, " ")
}

func (a *author) number() int { return 1 + a.IntN(max(a.orders, 1)) }

// next returns a command. A number that no order has is answered by an error.
func (a *author) next() string {
	switch a.IntN(22) {
	case 0, 1, 2, 3, 4, 5:
		a.orders++
		line := "order " + a.pick("north", "south") + " " + a.items()
		switch a.IntN(6) {
		case 0:
			line += " pay=bank-transfer"
		case 1:
			line += " card=tok_ok"
		}
		return line
	case 6, 7:
		return "deliver"
	case 8:
		return a.pick("deliver once", "deliver once", "restart", "restart "+a.warehouse())
	case 9, 10:
		return fmt.Sprintf("advance %s %d %s", a.warehouse(), a.number(), a.pick("picking", "picking picked", "picking picked ready", "picking picked ready sent", "sent delivered", "picked ready sent"))
	case 11:
		return fmt.Sprintf("void %d", a.number())
	case 12:
		return fmt.Sprintf("receive %s mug=%d", a.warehouse(), 1+a.IntN(8))
	case 13:
		return fmt.Sprintf("paid %d", a.number())
	case 14:
		return fmt.Sprintf("redirect %d Street %d", a.number(), a.IntN(9))
	case 15:
		return fmt.Sprintf("hold guest%d north %s", a.IntN(3), a.items())
	case 16:
		return fmt.Sprintf("send-back %d 1 1", a.number())
	case 17:
		return fmt.Sprintf("came-back %s %d 1 1", a.warehouse(), a.number())
	case 18:
		a.purchases++
		return fmt.Sprintf("announce %s PO-%d pot=%d", a.warehouse(), a.purchases, 1+a.IntN(5))
	case 19:
		return fmt.Sprintf("receive %s of=PO-%d pot=%d", a.warehouse(), 1+a.IntN(max(a.purchases, 1)), 1+a.IntN(3))
	case 20:
		return a.pick("tick", "wait 1h", "drop "+fmt.Sprint(a.number()), "cut "+a.warehouse(), "heal "+a.warehouse())
	default:
		site := a.sites[a.IntN(len(a.sites))]
		if slices.Contains(a.kept, site) && a.IntN(2) == 0 {
			return "restore " + site + a.pick("", "", " old")
		}
		a.kept = append(a.kept, site)
		return "backup " + site + a.pick("", "", " old")
	}
}

// TestRandomRestores plays random lives in which sites are restored from backups, and
// audits them when all have told each other what they know: no unit is promised twice,
// and both sides tell the same.
func TestRandomRestores(t *testing.T) {
	for seed := *fromLife; seed < *fromLife+uint64(*restores); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			a := &author{Rand: rand.New(rand.NewPCG(seed, 7)), sites: []string{"store", "wh1", "wh2"}}
			if seed%3 > 0 { // one site alone
				a.sites = a.sites[seed%3-1:][:1]
			}
			w := newWorld(t)
			var told strings.Builder
			play := func(line string) {
				w.run(strings.Fields(line))
				fmt.Fprintf(&told, "%s\n\t%s\n", line, strings.ReplaceAll(w.said(), "\n", "\n\t"))
			}
			for _, line := range []string{
				"warehouse wh1", "warehouse wh2", "district north wh1 wh2", "district south wh2 wh1",
				"product mug 10.00", "product tray 4.00 backorder", "product pot 20.00 backorder",
				"receive wh1 mug=9", "receive wh2 mug=9", "receive wh1 tray=3", "deliver",
			} {
				play(line)
			}
			for range 40 + a.IntN(40) {
				play(a.next())
			}
			for _, name := range []id.Site{"wh1", "wh2"} {
				w.cut[name] = false
			}
			for range 3 {
				play("deliver")
				play("wait 90s")
				play("tick")
				play("deliver")
			}
			play("stock")
			w.audit()
			w.allHeard()
			if t.Failed() || *tellLife {
				t.Log(told.String())
			}
		})
	}
}

// allHeard checks that every site that was restored has heard what it had lost.
func (w *world) allHeard() {
	w.t.Helper()
	for _, head := range w.heads() {
		for _, other := range w.heads() {
			if head.Role != other.Role && head.Epoch > 1 && !slices.ContainsFunc(head.Peers, func(p books.Peer) bool {
				return p.Site == other.Site && p.Restated == head.Epoch && p.Owed == 0
			}) {
				w.t.Errorf("%s, which was restored, has not heard all of %s: %+v", head.Site, other.Site, head.Peers)
			}
		}
	}
}
