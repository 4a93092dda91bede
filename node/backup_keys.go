package node

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
)

// keyFile names the key of a site, in a data directory and in a backup.
func keyFile(site id.Site) string { return keysDir + "/" + string(site) + keySuffix }

// lost lists the sites of a backup whose keys should be in it and are not. A site
// that comes back without its key makes a new one, which the others refuse.
func (m manifest) lost() (sites []id.Site) {
	for _, site := range m.Sites {
		of := func(f api.BackupFile) bool { return f.File == keyFile(site.Site) }
		if !slices.ContainsFunc(m.Files, of) && !slices.Contains(m.Unkeyed, site.Site) {
			sites = append(sites, site.Site)
		}
	}
	return sites
}

// checkKeys refuses a backup without the keys of its sites, which would look like all
// there is. A site that was restored as a database by itself has none before its
// first start, which is told.
func (b *builder) checkKeys() error {
	for _, site := range (manifest{Backup: b.made}).lost() {
		began, err := hasStarted(filepath.Join(b.data, "db", string(site)+".db"))
		if err != nil {
			return err
		}
		if b.running || began {
			return fault.New(fault.Corrupt,
				"the key of %s is gone, so there is no backup: put %s back from an older one. A new one, which the next start makes, is refused by every site that knows the old one",
				site, filepath.Join(b.data, keyFile(site)))
		}
		b.unkeyed = append(b.unkeyed, site)
		b.made.Notes = append(b.made.Notes,
			"the key of "+string(site)+" is not in it: there is none in "+b.data+", where "+string(site)+" was restored as a database by itself and has not started yet")
	}
	return nil
}

// hasStarted reports whether a process has had a database open since it was restored.
// From then on its head says that it has a log, by the byte at 18
// (https://www.sqlite.org/fileformat2.html); that of a copy says that it has none.
func hasStarted(database string) (began bool, err error) {
	file, err := os.Open(database)
	if err != nil {
		return false, unread(database, err)
	}
	defer func() { err = errors.Join(err, unread(database, file.Close())) }()
	const at, withLog = 18, 2
	var format [1]byte
	_, err = file.ReadAt(format[:], at)
	return format[0] == withLog, unread(database, err)
}

// checkKeys refuses to bring a site back that would have to make a new key, where the
// backup should have the old one. A key that is there already is the site's.
func (r *restorer) checkKeys() error {
	for _, site := range r.backup.lost() {
		key := filepath.Join(r.dir.path, keyFile(site))
		_, err := os.Stat(key)
		if err == nil || !slices.ContainsFunc(r.sources, func(s source) bool { return s.site == site }) {
			continue
		}
		return fault.New(fault.Corrupt,
			"the key of %s is not in the backup %s: bring the database back by itself, with --database %s --site %s, and put the key from elsewhere into %s before the first start",
			site, r.options.Backup, filepath.Join(r.options.Backup, string(site)+".db"), site, key)
	}
	return nil
}
