package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/sqlite"
	"crossdock/site/audit"
)

// backupJob is a backup to be made of the sites of one data directory.
type backupJob struct {
	data    string
	files   []string // the databases, the store's first
	program string   // version
	at      time.Time
	running bool // a process has the sites open, and has a key for each of them
}

// Backup copies the sites of this process while they run, verifies the copies, and
// removes the older backups that request.Keep leaves none of. Its errors are those
// of api.Client.Backup; on an error nothing is left that looks like a backup.
func (n *Node) Backup(ctx context.Context, request api.BackupRequest) (api.Backup, error) {
	if !n.backing.TryLock() {
		return api.Backup{}, fault.New(fault.Busy, "a backup is being made already")
	}
	defer n.backing.Unlock()
	job := backupJob{data: n.dir.path, program: n.options.Version, at: time.Now().UTC(), running: true}
	for _, r := range n.roles {
		job.files = append(job.files, r.file)
	}
	return job.run(ctx, request)
}

// BackupFiles makes a backup of a directory that no process uses. One in use:
// fault.Conflict. One whose databases are not all there: fault.Corrupt.
func BackupFiles(ctx context.Context, data, program string, request api.BackupRequest) (made api.Backup, err error) {
	files, err := databases(data)
	if err != nil {
		return api.Backup{}, err
	}
	held, err := openDataDir(data)
	if err != nil {
		return api.Backup{}, err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if err := held.complete(); err != nil {
		return api.Backup{}, err
	}
	return backupJob{data: data, files: files, program: program, at: time.Now().UTC()}.run(ctx, request)
}

func (j backupJob) run(ctx context.Context, request api.BackupRequest) (api.Backup, error) {
	if request.Keep < 0 {
		return api.Backup{}, fault.At("keep", fault.Invalid, "fewer than no backups cannot be kept")
	}
	if request.Keep > 0 && request.Directory != "" {
		return api.Backup{}, fault.At("keep", fault.Invalid, "only backups in the data directory are removed: leave keep out, or the directory")
	}
	dir, err := j.place(request.Directory)
	if err != nil {
		return api.Backup{}, err
	}
	b := &builder{backupJob: j, made: api.Backup{
		Format: manifestFormat, Program: j.program, At: j.at, Directory: dir,
		Sites: []api.BackupSite{}, Files: []api.BackupFile{}, Findings: []api.Finding{}, Notes: []string{},
	}}
	if err := b.build(ctx); err != nil {
		return api.Backup{}, errors.Join(err, b.clear())
	}
	if request.Directory != "" {
		return b.made, nil
	}
	ahead, err := fromTheFuture(dir)
	b.made.Notes = append(b.made.Notes, ahead...)
	// Where the books are wrong, the older ones may be what is needed next.
	if err == nil && request.Keep > 0 && len(b.made.Findings) == 0 {
		b.made.Removed, err = removeOld(dir, request.Keep)
	}
	return b.made, err
}

// place says where the backup goes.
func (j backupJob) place(wanted string) (string, error) {
	data, err := filepath.Abs(j.data) // who asks may be in another directory
	if err != nil {
		return "", err
	}
	if wanted == "" {
		return filepath.Join(backupsOf(data), j.at.Format(backupTime)), nil
	}
	if !filepath.IsAbs(wanted) {
		return "", fault.At("directory", fault.Invalid, "%s is not an absolute path", fault.Quote(wanted))
	}
	wanted = filepath.Clean(wanted)
	if partOf(data, wanted) || partOf(resolved(data), resolved(wanted)) {
		return "", fault.At("directory", fault.Invalid, "%s is part of the data directory: choose another, or one in its backups", wanted)
	}
	return wanted, nil
}

// partOf reports whether a path is the data directory's own, and no place for a backup.
func partOf(data, path string) bool {
	backups := backupsOf(data)
	return within(data, path) && (path == backups || !within(backups, path))
}

// resolved is a path without links, as far as it is there.
func resolved(path string) string {
	target, err := filepath.EvalSymlinks(path)
	if err == nil || filepath.Dir(path) == path {
		return target
	}
	return filepath.Join(resolved(filepath.Dir(path)), filepath.Base(path))
}

// within reports whether a path is a directory or lies below it.
func within(dir, path string) bool {
	under, err := filepath.Rel(dir, path)
	return err == nil && under != ".." && !strings.HasPrefix(under, "../")
}

// builder is a backup that is being made.
type builder struct {
	backupJob
	made    api.Backup
	unkeyed []id.Site // see manifest
	newDir  bool      // made by it, not found empty
	written []string  // files, to be removed where it fails
}

func (b *builder) build(ctx context.Context) error {
	if err := b.makeDir(); err != nil {
		return err
	}
	if err := b.copySites(ctx); err != nil {
		return err
	}
	if err := b.copyRest(); err != nil {
		return err
	}
	if err := b.checkKeys(); err != nil {
		return err
	}
	for i := range b.made.Sites {
		if err := b.verify(ctx, &b.made.Sites[i]); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Message: "the backup was given up", Cause: err}
	}
	return b.finish()
}

func (b *builder) makeDir() error {
	empty, there, err := emptyOrAbsent(b.made.Directory)
	if err == nil && !empty { // its files would be taken for this one's where it fails
		err = fault.At("directory", fault.Exists, "the directory %s is not empty: a backup goes into one of its own", b.made.Directory)
	}
	if err != nil || there {
		return err
	}
	if err := os.Mkdir(b.made.Directory, 0o700); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fault.At("directory", fault.Invalid, "there is no directory %s to make the backup in", filepath.Dir(b.made.Directory))
		}
		return unwritten(b.made.Directory, err)
	}
	b.newDir = true
	return nil
}

// path names a file to be written; it goes again where the backup fails.
func (b *builder) path(name string) string {
	path := filepath.Join(b.made.Directory, name)
	b.written = append(b.written, path)
	return path
}

// verify checks the copy of a database: every page of it, and the site's books.
// Damage is an error, and nobody is left with a backup that holds it; books that
// are wrong are kept, and said.
func (b *builder) verify(ctx context.Context, site *api.BackupSite) error {
	file := filepath.Join(b.made.Directory, site.File)
	if err := sqlite.CheckIntegrity(ctx, file); err != nil {
		return fault.Wrap(err, "", "the copy of the database of %s is not whole, so there is no backup", site.Site)
	}
	if site.Schema == sqlite.SchemaVersion(audit.Role(site.Role)) {
		report, err := auditAlone(ctx, file)
		if err != nil {
			return err
		}
		for _, f := range report.Findings {
			b.made.Findings = append(b.made.Findings, api.Finding(f))
		}
	} else {
		b.made.Notes = append(b.made.Notes, unaudited(*site))
	}
	var err error
	site.BackupFile, err = look(file)
	return err
}

func unaudited(site api.BackupSite) string {
	return "the books of " + string(site.Site) + " were not audited: its tables are of an older version, and are brought up to date when it is restored"
}

// finish makes a backup of what has been copied.
func (b *builder) finish() error {
	b.path(manifestName + ".new")
	b.path(manifestName)
	return writeManifest(manifest{b.made, b.unkeyed})
}

// clear removes what was written, the manifest first.
func (b *builder) clear() error {
	var failed error
	for _, path := range slices.Backward(b.written) {
		for _, file := range []string{path, path + "-journal", path + "-wal", path + "-shm"} {
			if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
				failed = errors.Join(failed, unwritten(file, err))
			}
		}
	}
	if b.newDir {
		failed = errors.Join(failed, unwritten(b.made.Directory, os.Remove(b.made.Directory)))
	}
	return failed
}
