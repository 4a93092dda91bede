package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

// BackupReport is what a look at a backup has found. It can be restored from when
// Problems is empty.
type BackupReport struct {
	api.Backup
	Whole    bool     `json:"whole"`
	Problems []string `json:"problems"` // files that are not as they were written, keys that are not there
}

// Right reports whether it is whole, and its books are right.
func (r BackupReport) Right() bool { return r.Whole && len(r.Findings) == 0 }

// VerifyBackup looks at every file of a backup: that it is as it was written, that
// the databases are whole, that the books of each site are right by themselves, and
// that its key is there.
// It changes nothing. A directory that is no backup is fault.NotFound, a manifest
// that is damaged fault.Corrupt, one of a newer version fault.Newer.
func VerifyBackup(ctx context.Context, dir string) (BackupReport, error) {
	made, err := readManifest(dir)
	if err != nil {
		return BackupReport{}, err
	}
	report := BackupReport{Backup: made.Backup, Problems: []string{}}
	report.Findings = []api.Finding{}
	for _, file := range made.Files {
		if err := checkFile(dir, file); err != nil && !report.add(err) {
			return BackupReport{}, err
		}
	}
	for _, site := range made.Sites {
		if err := report.look(ctx, dir, site); err != nil && !report.add(err) {
			return BackupReport{}, err
		}
	}
	for _, site := range made.lost() {
		report.Problems = append(report.Problems, fmt.Sprintf("the key of %s is not in it: there is no %s, by which the other sites know %s", site, filepath.Join(dir, keyFile(site)), site))
	}
	report.Whole = len(report.Problems) == 0
	return report, nil
}

// add takes a problem of the backup down. Other errors are not its own.
func (r *BackupReport) add(err error) bool {
	if !fault.Is(err, fault.Corrupt) {
		return false
	}
	message, _ := fault.Public(err)
	r.Problems = append(r.Problems, message)
	return true
}

func (r *BackupReport) look(ctx context.Context, dir string, site api.BackupSite) error {
	if err := checkFile(dir, site.BackupFile); err != nil {
		return err
	}
	name := filepath.Join(dir, site.File)
	if err := checkDatabase(ctx, name, site); err != nil {
		return err
	}
	if site.Schema != sqlite.SchemaVersion(audit.Role(site.Role)) {
		return nil // the notes of the backup say so
	}
	found, err := auditAlone(ctx, name)
	if err != nil {
		return err
	}
	for _, f := range found.Findings {
		r.Findings = append(r.Findings, api.Finding(f))
	}
	return nil
}

// checkFile holds a file against the manifest: fault.Corrupt where it is another
// one. A log beside a database would be read with it, and is none of the backup's.
func checkFile(dir string, want api.BackupFile) error {
	name := filepath.Join(dir, want.File)
	for _, beside := range []string{"-wal", "-journal"} {
		if _, err := os.Lstat(name + beside); err == nil {
			return fault.New(fault.Corrupt, "%s does not belong to the backup", name+beside)
		}
	}
	found, err := look(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Corrupt, "%s is missing", name)
	}
	if err != nil {
		return err
	}
	return sameFile(name, want, found)
}

func sameFile(name string, want, found api.BackupFile) error {
	if found.Size != want.Size {
		return fault.New(fault.Corrupt, "%s has %d bytes, and had %d when it was written", name, found.Size, want.Size)
	}
	if found.SHA256 != want.SHA256 {
		return fault.New(fault.Corrupt, "%s is not as it was written: its SHA-256 is another one", name)
	}
	return nil
}

// checkDatabase sees to it that a database is whole, and the one that the manifest
// names.
func checkDatabase(ctx context.Context, name string, want api.BackupSite) error {
	site, role, err := sqlite.SiteOf(ctx, name)
	switch {
	case fault.Is(err, fault.Invalid):
		return &fault.Error{Kind: fault.Corrupt, Message: name + " is not the database of a site", Cause: err}
	case err != nil:
		return err
	case site != want.Site || string(role) != want.Role:
		return fault.New(fault.Corrupt, "%s is the database of the %s %s, not of the %s %s", name, role, site, want.Role, want.Site)
	default:
		return sqlite.CheckIntegrity(ctx, name)
	}
}
