package membus

import (
	"bytes"
	"sync"
)

// maxWaiting is how many messages wait for a slow subscriber before it loses
// further ones.
const maxWaiting = 1 << 16

// listener hears the messages of one subscription, one at a time. Its goroutine
// lives only while there is something to hear, so an idle bus has none.
type listener struct {
	handle func(body []byte)

	mu      sync.Mutex
	stopped bool
	waiting [][]byte
	done    chan struct{} // closed when the goroutine ends; nil while there is none
}

// push does not block.
func (l *listener) push(body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || len(l.waiting) >= maxWaiting {
		return
	}
	l.waiting = append(l.waiting, bytes.Clone(body))
	if l.done == nil {
		l.done = make(chan struct{})
		go l.run(l.done)
	}
}

func (l *listener) run(done chan struct{}) {
	defer close(done)
	for {
		body, ok := l.pop()
		if !ok {
			return
		}
		l.handle(body)
	}
}

func (l *listener) pop() ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || len(l.waiting) == 0 {
		l.done = nil
		return nil, false
	}
	body := l.waiting[0]
	l.waiting = l.waiting[1:]
	return body, true
}

func (l *listener) stop() {
	l.mu.Lock()
	l.stopped = true
	done := l.done
	l.mu.Unlock()
	if done != nil {
		<-done
	}
}
