package scenario

import (
	"bytes"
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/memory"
)

// open seals nothing: it only marks what it was given.
type open struct{}

func (open) Seal(_ id.Fulfillment, plain []byte) []byte { return append([]byte("sealed:"), plain...) }

func (open) Open(_ id.Fulfillment, sealed []byte) ([]byte, error) {
	plain, is := bytes.CutPrefix(sealed, []byte("sealed:"))
	if !is {
		return nil, fault.New(fault.Denied, "this was not sealed here")
	}
	return plain, nil
}

// backup SITE [NAME]: keeps what is committed there now.
func (w *world) backup(words []string) error {
	name, kept := id.Site(words[0]), strings.Join(words, " ")
	if h := w.warehouses[name]; h != nil {
		w.backups[kept] = h.db.Clone()
	} else {
		w.backups[kept] = w.shops[name].storeDB.Clone()
	}
	return nil
}

// restore SITE [NAME]: it begins again from its backup, in a new epoch.
func (w *world) restore(words []string) error {
	name := id.Site(words[0])
	w.epoch++
	switch kept := w.backups[strings.Join(words, " ")].(type) {
	case *memory.Warehouse:
		h := w.warehouses[name]
		h.site.Close()
		h.db = kept.Clone()
		h.db.Restore(w.epoch)
		return w.beginHouse(h)
	case *memory.Store:
		s := w.shops[name]
		s.store.Close()
		s.storeDB = kept.Clone()
		s.storeDB.Restore(w.epoch)
		return w.begin(s)
	default:
		return fault.New(fault.NotFound, "there is no backup of %s", name)
	}
}
