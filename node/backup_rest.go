package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// remainder is what a backup takes as it is, while it is looked for.
type remainder struct {
	root  string // the data directory, without links
	names []string
	notes []string
}

// restOf lists the files of a data directory that a backup takes as they are, in
// order. Links are followed as the process follows them: to the directory itself,
// to files, and to the keys. What another link leads to is told to be left out.
func restOf(data string) (names, notes []string, err error) {
	root, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil, nil, unread(data, err)
	}
	r := &remainder{root: root}
	if err := r.folder("."); err != nil {
		return nil, nil, unread(data, err)
	}
	return r.names, r.notes, nil
}

func (r *remainder) folder(name string) error {
	entries, err := os.ReadDir(filepath.Join(r.root, name))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		under := filepath.Join(name, entry.Name())
		if ofTheProcess(under) {
			continue
		}
		switch {
		case entry.Type()&fs.ModeSymlink != 0:
			err = r.link(under)
		case entry.IsDir():
			err = r.folder(under)
		case entry.Type().IsRegular():
			r.names = append(r.names, filepath.ToSlash(under))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// link follows a link. One that leads back to what a backup leaves out, such as the
// newest of the backups, leads it nowhere.
func (r *remainder) link(name string) error {
	target, err := filepath.EvalSymlinks(filepath.Join(r.root, name))
	if errors.Is(err, fs.ErrNotExist) {
		r.leaveOut(name, "nothing")
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if under, err := filepath.Rel(r.root, target); err == nil && filepath.IsLocal(under) && ofTheProcess(under) {
		r.leaveOut(name, "what is not in it either")
		return nil
	}
	switch {
	case info.Mode().IsRegular():
		r.names = append(r.names, filepath.ToSlash(name))
	case info.IsDir() && name == keysDir:
		return r.folder(name)
	case info.IsDir():
		r.leaveOut(name, "a directory")
	}
	return nil
}

func (r *remainder) leaveOut(name, to string) {
	r.notes = append(r.notes, name+" is a link to "+to+", and is not in it")
}
