package node

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

const (
	manifestName   = "manifest.json"
	manifestFormat = 1 // a higher one was written by a newer version, and is refused
	maxManifest    = 16 << 20
)

// manifest is what manifest.json holds.
type manifest struct {
	api.Backup
	Unkeyed []id.Site `json:"unkeyed,omitempty"` // sites that had no key yet, before their first start
}

// readManifest reads what a backup says of itself, and believes none of it that
// could lead out of its directory. A directory without a manifest is
// fault.NotFound; one of a newer version fault.Newer.
func readManifest(dir string) (manifest, error) {
	name := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return manifest{}, noBackup(dir)
	case err != nil:
		return manifest{}, &fault.Error{Kind: fault.Unavailable, Message: name + " cannot be read", Cause: err}
	case len(text) > maxManifest:
		return manifest{}, fault.New(fault.Corrupt, "%s is too long for a manifest", name)
	}
	var made manifest
	if err := json.Unmarshal(text, &made); err != nil {
		return manifest{}, &fault.Error{Kind: fault.Corrupt, Message: name + " is damaged", Cause: err}
	}
	made.Directory, made.Removed = dir, nil
	return made, checkManifest(made.Backup)
}

// noBackup says what a directory without a manifest is.
func noBackup(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "there is no directory %s", dir)
	}
	return fault.New(fault.NotFound, "%s is no backup: it has no %s, which is written last, when all else is there", dir, manifestName)
}

func checkManifest(made api.Backup) error {
	if made.Format > manifestFormat {
		return fault.New(fault.Newer, "the backup %s is of form %d; this Crossdock knows forms up to %d: use the version that made it (%s)",
			made.Directory, made.Format, manifestFormat, printableVersion(made.Program))
	}
	if made.Format < 1 || len(made.Sites) == 0 {
		return fault.New(fault.Corrupt, "the manifest of %s names no sites", made.Directory)
	}
	strange := func(file string) error {
		return fault.New(fault.Corrupt, "the manifest of %s names a file %s, which no backup has", made.Directory, fault.Quote(file))
	}
	named := map[string]bool{}
	once := func(file string) error {
		if named[file] {
			return fault.New(fault.Corrupt, "the manifest of %s names %s twice", made.Directory, fault.Quote(file))
		}
		named[file] = true
		return nil
	}
	for _, file := range made.Files {
		if !filepath.IsLocal(file.File) || file.File != filepath.ToSlash(filepath.Clean(file.File)) || ofTheProcess(file.File) {
			return strange(file.File)
		}
		if err := once(file.File); err != nil {
			return err
		}
	}
	for _, site := range made.Sites {
		if err := checkSite(made.Directory, site); err != nil {
			return err
		}
		if site.File != string(site.Site)+".db" {
			return strange(site.File)
		}
		if err := once(site.File); err != nil {
			return err
		}
	}
	return nil
}

func checkSite(dir string, site api.BackupSite) error {
	if _, err := id.ParseSite(string(site.Site)); err != nil {
		return fault.New(fault.Corrupt, "the manifest of %s names a site %s, which there cannot be", dir, fault.Quote(string(site.Site)))
	}
	role := audit.Role(site.Role)
	if role != audit.Store && role != audit.Warehouse {
		return fault.New(fault.Corrupt, "the manifest of %s says that %s is a %s", dir, site.Site, fault.Quote(site.Role))
	}
	if site.Schema < 1 {
		return fault.New(fault.Corrupt, "the manifest of %s says that the tables of %s are of version %d, and the first is 1", dir, site.Site, site.Schema)
	}
	if known := sqlite.SchemaVersion(role); site.Schema > known {
		return fault.New(fault.Newer, "the tables of %s in the backup %s are of version %d; this Crossdock knows versions up to %d", site.Site, dir, site.Schema, known)
	}
	return nil
}

func printableVersion(text string) string {
	if text == "" {
		return "not said"
	}
	return fault.Quote(text)
}

// writeManifest makes a directory a backup, when all else is on disk.
func writeManifest(made manifest) error {
	dir := made.Directory
	made.Directory, made.Removed = "", nil
	text, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	if err := syncTree(dir); err != nil {
		return err
	}
	unnamed := filepath.Join(dir, manifestName+".new")
	if err := writeSynced(unnamed, append(text, '\n')); err != nil {
		return err
	}
	if err := os.Rename(unnamed, filepath.Join(dir, manifestName)); err != nil {
		return unwritten(dir, err)
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

// auditAlone checks what a site's books can show by themselves.
func auditAlone(ctx context.Context, file string) (report audit.Report, err error) {
	source, err := openFile(ctx, file)
	if err != nil {
		return audit.Report{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return audit.Sites(ctx, []audit.Source{source}, time.Now)
}
