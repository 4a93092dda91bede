package books

import (
	"sync"

	"crossdock/core/id"
)

// Answers lets those who asked another site for units know when the answer is
// committed here. It holds no state that matters: whoever gives up waiting looks
// at the books instead. It may be used from many goroutines.
type Answers struct {
	mu   sync.Mutex
	open map[id.Grant]chan struct{}
}

// NewAnswers returns one that nobody waits for.
func NewAnswers() *Answers { return &Answers{open: map[id.Grant]chan struct{}{}} }

// Await returns a channel that is closed when the ask has been answered.
func (a *Answers) Await(ask id.Grant) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	answered := make(chan struct{})
	a.open[ask] = answered
	return answered
}

// Arrived tells those who wait for these asks. The others are not disturbed.
func (a *Answers) Arrived(asks []id.Grant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ask := range asks {
		if answered, waiting := a.open[ask]; waiting {
			close(answered)
			delete(a.open, ask)
		}
	}
}

// Forget ends the waiting for asks that were never made, or for too long.
func (a *Answers) Forget(asks ...id.Grant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ask := range asks {
		delete(a.open, ask)
	}
}

// Waiting returns how many asks are waited for.
func (a *Answers) Waiting() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.open)
}
