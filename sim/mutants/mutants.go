// Package mutants plants bugs in the program, one at a time, and has the simulator
// look for them: a simulator that does not find a bug which is there says nothing by
// finding none.
//
// A bug is a replacement of some text of the sources, laid over them while a program of
// its own is built (see go help build, -overlay): the sources themselves stay as they
// are, and hold no code that is there for this. Each bug must be found within so many
// seeds, of which the program without it finds nothing wrong.
//
// Start reading at Table, then Mutant.Plant and Seek.
package mutants

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"crossdock/core/fault"
)

// Mutant is a bug that can be planted.
type Mutant struct {
	Name    string
	Breaks  string // what is wrong then, in one sentence
	Edits   []Edit
	Restore bool // it shows only where sites come back from backups
}

// Edit replaces a text, which stands once in its file.
type Edit struct {
	File     string // under the root of the repository
	Old, New string
}

// Overlay writes the changed files into a folder, with the list that go build
// -overlay reads, and returns the name of that list.
func (m Mutant) Overlay(root, dir string) (string, error) {
	texts, err := m.texts(root)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for file, text := range texts {
		to := filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", unwritable(err)
		}
		from, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			return "", unwritable(err)
		}
		replace[from] = to
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", unwritable(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, list, 0o600); err != nil {
		return "", unwritable(err)
	}
	return name, nil
}

// texts returns the files as they are with the bug in them.
func (m Mutant) texts(root string) (map[string]string, error) {
	texts := map[string]string{}
	for _, edit := range m.Edits {
		text, read := texts[edit.File]
		if !read {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(edit.File)))
			if err != nil {
				return nil, &fault.Error{Kind: fault.NotFound, Message: "the file of the bug " + m.Name + " cannot be read", Cause: err}
			}
			text = string(data)
		}
		if times := strings.Count(text, edit.Old); times != 1 {
			return nil, fault.New(fault.Conflict, "the bug %s replaces a text that stands %d times in %s, not once: %s",
				m.Name, times, edit.File, fault.Quote(edit.Old))
		}
		texts[edit.File] = strings.Replace(text, edit.Old, edit.New, 1)
	}
	return texts, nil
}

func unwritable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Message: "what is laid over the sources cannot be written", Cause: err}
}
