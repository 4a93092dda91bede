package torture

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Run does what the configuration says, in rounds, and returns what was done. The
// first round that goes wrong is the last: its seed, and the directory with its
// databases, logs, records and journal, stand in the error, and are kept.
func Run(ctx context.Context, c Config) (tally *Tally, err error) {
	prefix := fmt.Sprintf("crossdock-torture-%d-", os.Getpid())
	dir, err := os.MkdirTemp(c.Scratch, prefix)
	if err != nil {
		return nil, err
	}
	disks, err := os.MkdirTemp(fastDisk(c.Scratch), prefix)
	if err != nil {
		return nil, err
	}
	janitor, err := hireJanitor(dir, fmt.Sprintf("xdt%d", os.Getpid()), disks)
	if err != nil {
		return nil, err
	}
	kept := true
	defer func() {
		err = errors.Join(err, janitor.clean())
		if !kept {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	g, err := survey(ctx, c, dir, disks)
	if err != nil {
		return nil, err
	}
	if g.program, err = filepath.Abs(c.Program); err != nil {
		return nil, err
	}
	tally = &Tally{}
	err = c.runRounds(ctx, g, tally)
	kept = err != nil
	return tally, err
}

// fastDisk is where the files of loop devices lie: in memory, where that is offered.
// Power is cut above them.
func fastDisk(otherwise string) string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		return memory
	}
	return otherwise
}

// survey finds out what the machine offers, and says it.
func survey(ctx context.Context, c Config, dir, disks string) (*ground, error) {
	g := &ground{dir: dir}
	if why := tryDisks(ctx, c, dir, disks); why != nil {
		c.Say("no disks of its own: power cuts and full disks become SIGKILLs (%v)", why)
	} else {
		g.disks = disks
		c.Say("disks: ext4 on loop devices, whose power is cut, and a small tmpfs, which gets full")
	}
	why := errPlain
	if !c.Plain {
		g.network, why = openNetwork(ctx, fmt.Sprintf("xdt%d", os.Getpid()), everySite())
	}
	switch {
	case why != nil:
		c.Say("no network namespaces: loopback ports through a proxy that cuts, delays and breaks (%v)", why)
		var err error
		g.network, err = openLoopback(everySite())
		return g, err
	case !g.network.filter:
		c.Say("network: a namespace for each site; no packet filter (nft), so one-way cuts and losses are the proxy's")
	default:
		c.Say("network: a namespace for each site; nft drops packets, a proxy delays them")
	}
	return g, nil
}

var errPlain = errors.New("it was told to do without")

// tryDisks mounts both kinds of disk once, and cuts the power of one.
func tryDisks(ctx context.Context, c Config, dir, disks string) error {
	if c.Plain {
		return errPlain
	}
	loop, err := openLoop(ctx, filepath.Join(disks, "try.img"), filepath.Join(dir, "try-loop"))
	if err != nil {
		return err
	}
	small, err := openSmall(ctx, filepath.Join(dir, "try-small"))
	if err == nil {
		err = small.close(ctx)
	}
	return errors.Join(err, cutPower(loop.mount), loop.close(ctx))
}

func (c Config) runRounds(ctx context.Context, g *ground, tally *Tally) error {
	begun := time.Now()
	for n := range c.rounds() {
		if c.Within > 0 && time.Since(begun) > c.Within {
			return fmt.Errorf("seed %d: after %v only %d of %d rounds are done", c.Seed, c.Within, n, c.rounds())
		}
		roundBegun := time.Now()
		r := &round{
			ground: g, share: c.share(), seed: c.Seed + uint64(n), tally: tally,
			dir: filepath.Join(g.dir, fmt.Sprintf("round-%03d", n+1)),
		}
		found, err := r.run(ctx)
		if err != nil || len(found) > 0 {
			return fmt.Errorf("round %d, with the seed %d, went wrong; all that it left is in %s: %w", n+1, r.seed, r.dir, errors.Join(err, told(found)))
		}
		c.Say("round %d of %d (seed %d): %v; %d orders, %d SIGKILLs, %d power cuts, %d partitions so far", n+1, c.rounds(), r.seed,
			time.Since(roundBegun).Round(100*time.Millisecond), tally.Count("orders answered"), tally.Count("SIGKILLs"), tally.Count("power cuts"), tally.Count("partitions"))
		if err := os.RemoveAll(r.dir); err != nil {
			return err
		}
	}
	return nil
}

// told is the first violations of each rule as an error; nil when there is none.
func told(found []Violation) error {
	const most = 4
	var text strings.Builder
	times := map[string]int{}
	for _, v := range found {
		if times[v.Rule]++; times[v.Rule] <= most {
			fmt.Fprintf(&text, "\n\t%s: %s", v.Rule, v.Text)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(times)) {
		if more := times[rule] - most; more > 0 {
			fmt.Fprintf(&text, "\n\t%s: %d more", rule, more)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return errors.New(text.String())
}
