package bench

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"crossdock/core/fault"
)

// crowdOrder is a phase of the load, as the process that makes it is told.
type crowdOrder struct {
	Address string        `json:"address"`
	Token   string        `json:"token"`
	SKUs    int           `json:"skus"`
	Mix     mix           `json:"mix"`
	Time    time.Duration `json:"time"`
	Rate    float64       `json:"rate"`    // requests a second, whatever becomes of them; 0: each caller waits for its answer
	Callers int           `json:"callers"` // connections, at most
	Fresh   bool          `json:"fresh"`   // no page of a moment ago will do
	Normal  time.Duration `json:"normal"`  // who waits longer is counted as late; 0: nobody is
}

// crowdSeen is what became of it.
type crowdSeen struct {
	Took    time.Duration    `json:"took"`
	Kinds   [kinds]kindSeen  `json:"kinds"`
	Windows []kindSeen       `json:"windows"` // all kinds, by the time when they were to be sent
	Waits   [kinds]histogram `json:"waits"`   // of the good ones
	Recent  histogram        `json:"recent"`  // waits for a page of a moment ago
	Trouble string           `json:"trouble"` // the first thing that went wrong; empty: nothing
}

// kindSeen counts requests by what they were answered.
type kindSeen struct {
	Sent    int `json:"sent"`
	Good    int `json:"good"`    // the answer wanted
	Recent  int `json:"recent"`  // the same, made a moment ago for somebody else
	Refused int `json:"refused"` // 503, and when to come again
	Failed  int `json:"failed"`  // anything else, or no answer
	Late    int `json:"late"`    // of the good ones
}

func (k *kindSeen) add(other kindSeen) {
	k.Sent += other.Sent
	k.Good += other.Good
	k.Recent += other.Recent
	k.Refused += other.Refused
	k.Failed += other.Failed
	k.Late += other.Late
}

// window is how the time of a phase is divided to see when it is back to normal.
const window = 250 * time.Millisecond

// histogram counts waits; each step is 5 % longer than the one before, from 50 us.
type histogram [256]int

const (
	histogramLeast = 50e-6
	histogramStep  = 1.05
)

func (h *histogram) note(wait time.Duration) {
	at := math.Log(max(wait.Seconds(), histogramLeast)/histogramLeast) / math.Log(histogramStep)
	h[min(int(math.Ceil(at)), len(h)-1)]++
}

// percentile is the wait within which so many of a hundred are, in milliseconds,
// rounded up to the next step.
func (h *histogram) percentile(of float64) float64 {
	total := 0
	for _, n := range h {
		total += n
	}
	left := int(math.Ceil(of / 100 * float64(total)))
	for at, n := range h {
		if left -= n; left <= 0 && total > 0 {
			return 1000 * histogramLeast * math.Pow(histogramStep, float64(at))
		}
	}
	return 0
}

// crowd makes load. It is used from one goroutine.
type crowd struct {
	visits *visits
	order  crowdOrder
	began  time.Time
	mu     sync.Mutex
	seen   crowdSeen
}

// arrive carries a phase out.
func (o crowdOrder) arrive(ctx context.Context) (crowdSeen, error) {
	cookies, err := o.enter(ctx)
	if err != nil {
		return crowdSeen{}, err
	}
	c := &crowd{order: o, visits: newVisits(o, cookies), began: time.Now()}
	c.seen.Windows = make([]kindSeen, int(o.Time/window)+1)
	if o.Rate > 0 {
		c.open(ctx)
	} else {
		c.closed(ctx)
	}
	c.seen.Took = time.Since(c.began)
	return c.seen, ctx.Err()
}

// enter puts something into the carts of some guests, where carts are wanted, and
// returns who they are.
func (o crowdOrder) enter(ctx context.Context) ([]string, error) {
	if o.Mix[filling] == 0 {
		return nil, nil
	}
	guest := &line{address: o.Address}
	cookies := make([]string, sessions)
	for i := range cookies {
		add := visit{kind: filling, text: "POST /cart/add HTTP/1.1\r\nHost: " + o.Address + "\r\n" + formHead("sku="+string(sku(0))+"&quantity=1")}
		status, err := guest.ask(ctx, &add)
		for tries := 0; err == nil && status == http.StatusServiceUnavailable && tries < 100; tries++ {
			pause(ctx, 50*time.Millisecond)
			status, err = guest.ask(ctx, &add)
		}
		if err == nil && status != http.StatusSeeOther {
			err = fault.New(fault.Internal, "a cart was answered %d", status)
		}
		if err != nil {
			return nil, err
		}
		cookies[i], guest.cookie = guest.cookie, ""
	}
	return cookies, guest.close()
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// closed has each caller wait for its answer before it asks again, as long as the
// phase lasts. Who is not served comes again for the same a little later: else what is
// served would be another mix than what is asked for, with less of what is refused.
func (c *crowd) closed(ctx context.Context) {
	var all sync.WaitGroup
	for range c.order.Callers {
		all.Go(func() {
			l := &line{address: c.order.Address}
			next := c.visits.draw()
			for ctx.Err() == nil && time.Since(c.began) < c.order.Time {
				if c.send(ctx, l, arrival{time.Now(), next}) {
					next = c.visits.draw()
				} else {
					pause(ctx, again)
				}
			}
			c.end(l)
		})
	}
	all.Wait()
}

// again is how long a caller who is not served waits.
const again = 10 * time.Millisecond

// arrival is a request and when it was to be sent.
type arrival struct {
	at    time.Time
	visit *visit
}

// open sends requests at a constant rate, whatever becomes of them. Where all
// connections are busy the next ones are late, which their waits show.
func (c *crowd) open(ctx context.Context) {
	late := make(chan arrival, int(c.order.Rate*c.order.Time.Seconds())+c.order.Callers)
	var all sync.WaitGroup
	for range c.order.Callers {
		all.Go(func() {
			l := &line{address: c.order.Address}
			for a := range late {
				c.send(ctx, l, a)
			}
			c.end(l)
		})
	}
	each := float64(time.Second) / c.order.Rate
	for sent := 0; ctx.Err() == nil; {
		now := time.Now()
		for {
			due := c.began.Add(time.Duration(float64(sent) * each))
			if due.After(now) {
				break
			}
			if due.Sub(c.began) >= c.order.Time {
				close(late)
				all.Wait()
				return
			}
			late <- arrival{due, c.visits.draw()} // there is room for all of them
			sent++
		}
		pause(ctx, time.Millisecond)
	}
	close(late)
	all.Wait()
}

// send sends a request, counts what came of it, and reports whether it was served.
func (c *crowd) send(ctx context.Context, l *line, a arrival) (good bool) {
	status, err := l.ask(ctx, a.visit)
	wait := time.Since(a.at)
	one := kindSeen{Sent: 1}
	switch {
	case err == nil && status == a.visit.wanted && l.recent:
		one.Recent = 1
	case err == nil && status == a.visit.wanted:
		one.Good = 1
		if c.order.Normal > 0 && wait > c.order.Normal {
			one.Late = 1
		}
	case err == nil && status == http.StatusServiceUnavailable:
		one.Refused = 1
	default:
		one.Failed = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if one.Good == 1 {
		c.seen.Waits[a.visit.kind].note(wait)
	}
	if one.Recent == 1 {
		c.seen.Recent.note(wait)
	}
	if one.Failed == 1 && c.seen.Trouble == "" {
		c.trouble(a.visit.kind, status, err)
	}
	c.seen.Kinds[a.visit.kind].add(one)
	c.seen.Windows[min(int(a.at.Sub(c.began)/window), len(c.seen.Windows)-1)].add(one)
	return one.Good == 1
}

// trouble keeps what went wrong first. The lock is held.
func (c *crowd) trouble(k kind, status int, err error) {
	if err == nil {
		err = fault.New(fault.Internal, "status %d", status)
	}
	c.seen.Trouble = k.String() + ": " + err.Error()
}

func (c *crowd) end(l *line) {
	if err := l.close(); err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.seen.Trouble == "" {
			c.seen.Trouble = err.Error()
		}
	}
}
