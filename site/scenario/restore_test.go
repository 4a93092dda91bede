package scenario

import (
	"bytes"

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

// backup SITE: keeps what is committed there now.
func (w *world) backup(words []string) error {
	name := id.Site(words[0])
	if h := w.warehouses[name]; h != nil {
		w.backups[name] = h.db.Clone()
	} else {
		w.backups[name] = w.shops[name].storeDB.Clone()
	}
	return nil
}

// restore SITE: it begins again from its backup, in a new epoch.
func (w *world) restore(words []string) error {
	name := id.Site(words[0])
	w.epoch++
	switch kept := w.backups[name].(type) {
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
