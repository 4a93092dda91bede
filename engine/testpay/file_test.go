package testpay

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"crossdock/core/fault"
)

// script is a disk that fails where it is told to, and notes what it was asked.
type script struct {
	fails map[string]bool
	calls []string
}

func (s *script) call(name string) error {
	s.calls = append(s.calls, name)
	if s.fails[name] {
		return errors.New("the disk is full")
	}
	return nil
}

func (s *script) Write(line []byte) (int, error) { return len(line), s.call("write") }
func (s *script) Sync() error                    { return s.call("sync") }
func (s *script) Close() error                   { return s.call("close") }

// An entry is on the disk when append returns; after a failure nobody knows where
// the file ends, so nothing follows.
func TestAppend(t *testing.T) {
	for fails, want := range map[string]string{
		"":      "write sync write sync",
		"write": "write",
		"sync":  "write sync",
	} {
		s := &script{fails: map[string]bool{fails: true}}
		f := &file{disk: s}
		first := f.append(entry{})
		s.fails = nil // the disk has recovered; the file has not
		second := f.append(entry{})
		for _, err := range []error{first, second} {
			if failed := fault.Is(err, fault.Unavailable); failed != (fails != "") {
				t.Errorf("when %q fails: %v", fails, err)
			}
		}
		if got := strings.Join(s.calls, " "); got != want {
			t.Errorf("when %q fails, the disk is asked to %s; want %s", fails, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"019a0000-0000-8000-8000-000000000001","order":"019a0000-0000-7000-8000-000000000000","kind":"capture","token":"tok_slow","amount":{"minor":60,"currency":"GBP"},"state":"pending","undecided":2}` + "\n"))
	f.Add([]byte(`{"id":"019a0000-0000-8000-8000-000000000001","kind":"refund","amount":{"minor":1},"lost":true}` + "\n{"))
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		entries, whole, err := parse(content)
		if err != nil {
			if !fault.Is(err, fault.Corrupt) || len(entries) != 0 {
				t.Errorf("%q: %d entries, %v; want a corrupt fault alone", content, len(entries), err)
			}
			return
		}
		if lines := bytes.Count(content, []byte("\n")); len(entries) != lines || whole != int64(bytes.LastIndexByte(content, '\n')+1) {
			t.Errorf("%q: %d entries in %d bytes, of %d lines", content, len(entries), whole, lines)
		}
		for _, e := range entries {
			if !e.sound() {
				t.Errorf("%q holds %+v", content, e)
			}
		}
	})
}
