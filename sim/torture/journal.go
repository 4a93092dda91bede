package torture

import (
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"
)

// journal is a file of one JSON object a line, for what the clients were told and
// for what was done to the sites. It lies outside of the disks that lose power.
type journal struct {
	mu    sync.Mutex
	file  *os.File
	begun time.Time
	err   error // the first one
}

// entry is one line.
type entry struct {
	Millis int64  `json:"ms"` // since the round began
	What   string `json:"what"`
	Told   any    `json:"told,omitempty"`
}

func openJournal(name string, begun time.Time) (*journal, error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &journal{file: file, begun: begun}, nil
}

// write adds a line. A failure is told by close.
func (j *journal) write(what string, told any) {
	text, err := json.Marshal(entry{time.Since(j.begun).Milliseconds(), what, told})
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.err, j.file.Close())
}
