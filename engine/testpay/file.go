package testpay

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

	"crossdock/core/fault"
)

// file is the ledger on disk: lines of JSON, the last one of a transaction holds.
type file struct {
	disk   disk
	broken error // why nothing can be written any more
}

// disk is what writing needs of an *os.File; a test puts a failing one in its place.
type disk interface {
	io.WriteCloser
	Sync() error
}

// openFile opens or makes the file and reads it.
func openFile(path string) (*file, []entry, error) {
	opened, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fault.Wrap(err, "testpay", "the ledger of the card company cannot be opened")
	}
	entries, err := read(opened)
	if err != nil {
		if closing := opened.Close(); closing != nil {
			return nil, nil, fault.Wrap(closing, "testpay", "the ledger of the card company cannot be closed, after: %v", err)
		}
		return nil, nil, err
	}
	return &file{disk: opened}, entries, nil
}

// read returns the entries of the whole lines, and leaves the file to be written
// on behind them. What follows the last whole line was cut short by a crash, before
// it was answered.
func read(opened *os.File) ([]entry, error) {
	content, err := io.ReadAll(opened)
	if err != nil {
		return nil, fault.Wrap(err, "testpay", "the ledger of the card company cannot be read")
	}
	entries, whole, err := parse(content)
	if err != nil {
		return nil, err
	}
	if err := opened.Truncate(whole); err != nil {
		return nil, fault.Wrap(err, "testpay", "the ledger of the card company cannot be cut to its last whole line")
	}
	if _, err := opened.Seek(whole, io.SeekStart); err != nil {
		return nil, fault.Wrap(err, "testpay", "the ledger of the card company cannot be written on")
	}
	return entries, nil
}

// parse reads the whole lines, and returns how many bytes they take.
func parse(content []byte) (entries []entry, whole int64, err error) {
	for line := range bytes.Lines(content) {
		if line[len(line)-1] != '\n' {
			break
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || !e.sound() {
			return nil, 0, &fault.Error{
				Kind: fault.Corrupt, Op: "testpay", Cause: err,
				Message: "the ledger of the card company has a line that it did not write: " + fault.Quote(string(line)),
			}
		}
		entries = append(entries, e)
		whole += int64(len(line))
	}
	return entries, whole, nil
}

// append writes an entry down and has it on disk when it returns. After one that
// failed the end of the file is not known, so nothing is written any more.
func (f *file) append(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fault.Wrap(err, "testpay", "the transaction %s cannot be written down", e.ID)
	}
	if f.broken == nil {
		_, f.broken = f.disk.Write(append(line, '\n'))
	}
	if f.broken == nil {
		f.broken = f.disk.Sync()
	}
	if f.broken != nil {
		return &fault.Error{Kind: fault.Unavailable, Op: "testpay", Message: "the card company cannot write its ledger", Cause: f.broken}
	}
	return nil
}

func (f *file) close() error {
	return fault.Wrap(f.disk.Close(), "testpay", "the ledger of the card company cannot be closed")
}
