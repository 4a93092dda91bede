package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node/config"
)

// KeyReport is what the keys of a data directory look like, by which the sites there
// sign and know others.
type KeyReport struct {
	Own    []id.Site // the sites that live there
	Known  []id.Site // those elsewhere whose keys are known
	Unmet  []id.Site // those elsewhere that are spoken with and have shown no key yet
	Wrong  []KeyTrouble
	Pinned bool // the configuration names the keys of others, and nobody else is heard
}

// KeyTrouble is something that is wrong with keys, and what to do about it.
type KeyTrouble struct {
	Others bool // it is about how others are known; else about a key of a site there
	Text   string
	Do     string
}

// CheckKeys looks at the keys of a data directory, whether or not a process uses it:
// that each site there has its key, which nobody but its owner can read, and that
// those which they speak with are known by theirs. It changes nothing.
func CheckKeys(ctx context.Context, data string, peers []config.Peer) (KeyReport, error) {
	r := KeyReport{Pinned: len(peers) > 0}
	names, err := databases(data)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return r, err
	}
	var spoken []id.Site
	for _, name := range names {
		head, err := headOf(ctx, name)
		if err != nil {
			return r, err
		}
		r.Own = append(r.Own, head.Site)
		for _, c := range head.Written {
			spoken = append(spoken, id.Site(c.Destination))
		}
		for _, c := range head.Read {
			spoken = append(spoken, id.Site(c.Origin))
		}
	}
	dir := filepath.Join(data, keysDir)
	if len(r.Own) > 0 {
		r.private(dir, "the directory of the keys", 0o700)
	}
	for _, site := range r.Own {
		r.checkOwn(filepath.Join(dir, string(site)+keySuffix), site)
	}
	r.checkOthers(dir, peers, spoken)
	return r, nil
}

func (r *KeyReport) wrong(others bool, do, text string, args ...any) {
	r.Wrong = append(r.Wrong, KeyTrouble{others, fmt.Sprintf(text, args...), do})
}

// private reports whether something is there, and says so where others than its owner
// may do anything with it.
func (r *KeyReport) private(name, what string, mode fs.FileMode) bool {
	info, err := os.Stat(name)
	if err != nil {
		return false
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		r.wrong(false, fmt.Sprintf("chmod %o %s; who may have read a key speaks in the site's name: then set the site up with a new one", mode, name),
			"%s is open to other users (%04o): %s", what, info.Mode().Perm(), name)
	}
	return true
}

func (r *KeyReport) checkOwn(name string, site id.Site) {
	if !r.private(name, "the key of "+string(site), 0o600) {
		r.wrong(false, "put it back from a backup: a new one, which the next start makes, is refused by every site that knows the old one",
			"%s has no key: there is no %s", site, name)
		return
	}
	if _, err := readKey(name); err != nil {
		r.wrong(false, "put it back from a backup, and see that the user of the process may read it", "the key of %s cannot be used: %s", site, publicMessage(err))
	}
}

// checkOthers holds those who are spoken with against those who are known.
func (r *KeyReport) checkOthers(dir string, peers []config.Peer, spoken []id.Site) {
	known := &keyring{dir: dir}
	name := known.knownSites()
	if err := known.readKnown(); err != nil {
		r.wrong(true, "correct the line, or take it out: the site is met anew then", "%s", publicMessage(err))
	}
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o022 != 0 {
		r.wrong(true, "chmod 600 "+name+", and hold its lines against \"crossdock links keys\" of the others",
			"other users may write %s (%04o), and have another key believed", name, info.Mode().Perm())
	}
	keys := known.known
	if r.Pinned {
		keys = map[id.Site]string{}
		for _, peer := range peers {
			keys[peer.Site()] = peer.Key()
		}
	}
	slices.Sort(spoken)
	for _, site := range slices.Compact(spoken) {
		switch key := keys[site]; {
		case slices.Contains(r.Own, site):
		case key != "":
			r.Known = append(r.Known, site)
			if met := known.known[site]; r.Pinned && met != "" && met != key {
				r.wrong(true, "run \"crossdock links keys\" where "+string(site)+" runs, and correct the one that is wrong",
					"peers in the configuration has another key of %s than it has shown before: %s has that", site, name)
			}
		case r.Pinned:
			r.wrong(true, "add the line that \"crossdock links keys\" prints where "+string(site)+" runs", "peers in the configuration does not name %s, which is spoken with: it is not heard", site)
		default:
			r.Unmet = append(r.Unmet, site)
		}
	}
}

func publicMessage(err error) string {
	var known *fault.Error
	if !errors.As(err, &known) {
		return err.Error()
	}
	message, _ := fault.Public(err)
	return message
}
