package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows on standard error how far something is: as a bar on a
// terminal, elsewhere as a line per tenth.
type progress struct {
	p     program
	what  string
	bar   *progressbar.ProgressBar // nil where there is no terminal
	total int
	done  int
	tenth int // last one told
}

func (p program) newProgress(what string) *progress { return &progress{p: p, what: what} }

// set says that done of total are done.
func (b *progress) set(done, total int) {
	if total <= 0 {
		return
	}
	if total != b.total || done < b.done { // it begins, or its next part does
		b.end()
		b.total, b.tenth = total, 0
	}
	b.done = done
	if b.p.terminal {
		b.draw(done)
		return
	}
	if tenth := done * 10 / total; tenth > b.tenth {
		b.tenth = tenth
		say(b.p.stderr, "%s: %d%% (%d of %d)", b.what, tenth*10, done, total)
	}
}

func (b *progress) draw(done int) {
	if b.bar == nil {
		b.bar = progressbar.NewOptions(b.total,
			progressbar.OptionSetWriter(b.p.stderr), progressbar.OptionSetDescription(b.what),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(50*time.Millisecond),
			progressbar.OptionEnableColorCodes(false), progressbar.OptionSetPredictTime(false),
		)
	}
	_ = b.bar.Set(done) // a bar that cannot be drawn must not stop the work
}

// end leaves the line of the bar.
func (b *progress) end() {
	if b.bar != nil {
		say(b.p.stderr, "")
		b.bar = nil
	}
}
