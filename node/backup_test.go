package node_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node"
)

// verified looks at a backup that must be whole and right.
func verified(t *testing.T, dir string) node.BackupReport {
	t.Helper()
	report, err := node.VerifyBackup(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Right() {
		t.Errorf("the backup %s: %v, %+v", dir, report.Problems, report.Findings)
	}
	return report
}

// restore puts a backup into a directory.
func restore(t *testing.T, from, data string, sites ...id.Site) node.Restored {
	t.Helper()
	restored, err := node.Restore(t.Context(), node.RestoreOptions{Backup: from, Data: data, Sites: sites, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if len(restored.Findings) > 0 {
		t.Errorf("restored with findings: %+v", restored.Findings)
	}
	return restored
}

// right audits a directory that no process uses.
func right(t *testing.T, data string) {
	t.Helper()
	report, err := node.AuditFiles(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		t.Errorf("%s: %+v", data, finding)
	}
}

// listing is every file under a directory.
func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err == nil {
			names = append(names, strings.TrimPrefix(name, dir))
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

// TestBackupUnderLoad backs a process up while eight customers order. Each order
// that was answered before the backup began is in it, the sites in it agree with
// each other, and what is restored from it starts and goes on.
func TestBackupUnderLoad(t *testing.T) {
	n, client := mugShop(t, 100_000, 100_000)
	ctx, stop := context.WithCancel(t.Context())
	var answered atomic.Int64
	var customers sync.WaitGroup
	for i := range 8 {
		customers.Go(func() {
			for ctx.Err() == nil {
				if _, err := client.PlaceOrder(context.Background(), "", mugs(1, []id.District{"north", "south"}[i%2])); err != nil {
					t.Error(err)
					return
				}
				answered.Add(1)
			}
		})
	}
	var made []api.Backup
	var before []int64
	for range 5 {
		least := answered.Load() + 50
		eventually(t, time.Minute, "orders are placed", func() bool { return answered.Load() >= least })
		before = append(before, answered.Load())
		backup, err := client.Backup(t.Context(), api.BackupRequest{})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, backup)
	}
	stop()
	customers.Wait()
	for i, backup := range made {
		report := verified(t, backup.Directory)
		if orders := report.Sites[0].Orders; report.Sites[0].Role != "store" || orders < before[i] || orders > answered.Load() {
			t.Errorf("backup %d has %d orders; %d were answered before it, %d in all", i, orders, before[i], answered.Load())
		}
	}
	var data string
	var restored node.Restored
	for _, backup := range made {
		if len(backup.Notes) > 0 {
			t.Errorf("notes: %v", backup.Notes)
		}
		data = filepath.Join(t.TempDir(), "restored")
		restored = restore(t, backup.Directory, data)
		right(t, data)
	}
	cfg := settings(data)
	cfg.Shop.Currency = "EUR"
	again := startWith(t, cfg, node.Options{})
	proved(t, again)
	page, err := clientOf(t, again).Orders(t.Context(), api.OrderQuery{Limit: 1})
	if err != nil || page.Orders[0].Number != restored.Sites[0].Orders {
		t.Errorf("the last order is %+v, of %d; %v", page.Orders, restored.Sites[0].Orders, err)
	}
	place(t, clientOf(t, again), 1, "north")
	proved(t, again)
	proved(t, n)
}

// stopped is a data directory of a shop that has sold a little, with a backup of it.
func stopped(t *testing.T) (data string, made api.Backup) {
	t.Helper()
	cfg := settings(t.TempDir())
	cfg.Shop.Currency = "EUR"
	cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1", "wh2"}}}
	n, err := node.Open(t.Context(), cfg, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := serve(t, n)
	importFile(t, n, "products", node.ImportOptions{Currency: "EUR"}, []byte(mug))
	importFile(t, n, "stock", node.ImportOptions{}, []byte("StockCode,Warehouse,Quantity\nMUG1,wh1,50\nMUG1,wh2,50\n"))
	for range 3 {
		place(t, client, 2, "north")
	}
	proved(t, n)
	// What a later version keeps beside the databases must come back with them.
	if err := os.MkdirAll(filepath.Join(n.Data(), "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"signing.pem", "keys/store.key", "keys/wh1.key", "keys/wh2.key", "keys/known_sites"} {
		if _, err := os.Stat(filepath.Join(n.Data(), name)); err == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(n.Data(), name), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made, err = client.Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(t.TempDir(), "backup")})
	if err := errors.Join(err, n.Close()); err != nil {
		t.Fatal(err)
	}
	return n.Data(), made
}

// TestStrayLogInABackup: a log that lies beside a copy would be read with it.
func TestStrayLogInABackup(t *testing.T) {
	_, made := stopped(t)
	if err := os.WriteFile(filepath.Join(made.Directory, "store.db-wal"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := node.VerifyBackup(t.Context(), made.Directory)
	if err != nil || report.Whole || !strings.Contains(strings.Join(report.Problems, ""), "store.db-wal does not belong to the backup") {
		t.Errorf("%+v, %v", report.Problems, err)
	}
}

// TestBackupRefuses the places where no backup may go, and makes nothing there.
func TestBackupRefuses(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, n.Data())
	for name, test := range map[string]struct {
		request api.BackupRequest
		kind    fault.Kind
		says    string
	}{
		"relative":           {api.BackupRequest{Directory: "here"}, fault.Invalid, "is not an absolute path"},
		"not empty":          {api.BackupRequest{Directory: full}, fault.Exists, "is not empty"},
		"a file":             {api.BackupRequest{Directory: filepath.Join(full, "mine")}, fault.Invalid, "is not a directory"},
		"no parent":          {api.BackupRequest{Directory: filepath.Join(full, "none", "b")}, fault.Invalid, "there is no directory"},
		"the data directory": {api.BackupRequest{Directory: n.Data()}, fault.Invalid, "is part of the data directory"},
		"the databases":      {api.BackupRequest{Directory: filepath.Join(n.Data(), "db", "b")}, fault.Invalid, "is part of the data directory"},
		"all backups":        {api.BackupRequest{Directory: filepath.Join(n.Data(), "db", "..", "backups")}, fault.Invalid, "is part of the data directory"},
		"keep elsewhere":     {api.BackupRequest{Directory: filepath.Join(full, "b"), Keep: 2}, fault.Invalid, "only backups in the data directory"},
		"keep fewer than no": {api.BackupRequest{Keep: -1}, fault.Invalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Backup(t.Context(), test.request)
			if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
		})
	}
	if diff := cmp.Diff(before, listing(t, n.Data())); diff != "" {
		t.Error(diff)
	}
	if left := listing(t, full); len(left) != 2 {
		t.Errorf("%v", left)
	}
}

// impatient is a context that ends when it has been looked at so many times.
type impatient struct {
	context.Context
	looks atomic.Int64
	end   context.CancelFunc
}

func (c *impatient) look() {
	if c.looks.Add(-1) < 0 {
		c.end()
	}
}

func (c *impatient) Err() error            { c.look(); return c.Context.Err() }
func (c *impatient) Done() <-chan struct{} { c.look(); return c.Context.Done() }

// TestInterruptedBackup is given up when nobody waits for it any more, at whatever
// point, and leaves nothing.
func TestInterruptedBackup(t *testing.T) {
	n, _ := mugShop(t, 5, 5)
	dir := filepath.Join(t.TempDir(), "backup")
	interrupted := 0
	for looks := int64(0); ; looks += 5 {
		ctx, end := context.WithCancel(t.Context())
		patience := &impatient{Context: ctx, end: end}
		patience.looks.Store(looks)
		made, err := n.Backup(patience, api.BackupRequest{Directory: dir})
		end()
		if err == nil {
			verified(t, made.Directory)
			break
		}
		interrupted++
		if !fault.Is(err, fault.Unavailable) && !errors.Is(err, context.Canceled) {
			t.Errorf("after %d looks: %v", looks, err)
		}
		if left := listing(t, dir); len(left) > 0 {
			t.Fatalf("after %d looks is left: %v", looks, left)
		}
	}
	if interrupted < 5 {
		t.Errorf("interrupted %d times only", interrupted)
	}
	t.Logf("interrupted %d times", interrupted)
}

// TestBackupOnAFullDisk says so, and leaves nothing that looks like a backup. A small
// disk of its own takes root; cmd/crossdock has the like for everybody.
func TestBackupOnAFullDisk(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	if _, err := client.Backup(t.Context(), api.BackupRequest{}); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		return
	}
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=500k"); err != nil {
		t.Logf("no small disk can be had here: %v", err)
		return
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	_, err := client.Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(disk, "b")})
	if message, _ := fault.Public(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(message, "the disk is full") {
		t.Errorf("%v", err)
	}
	if left := listing(t, disk); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	proved(t, n)
}

// TestKeepRemovesTheOldest of the backups in the data directory, and what was never
// finished there; what is something else stays.
func TestKeepRemovesTheOldest(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	backups := filepath.Join(n.Data(), "backups")
	for _, other := range []string{"replaced-2020-01-01T00-00-00.000Z", "mine", "2020-01-01T00-00-00.000Z", "2020-01-02T00-00-00.000Z"} {
		if err := os.Mkdir(filepath.Join(backups, other), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(backups, "2020-01-02T00-00-00.000Z", "manifest.json"), []byte(`{"format": 9}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var made []string
	for i := range 4 {
		backup, err := client.Backup(t.Context(), api.BackupRequest{Keep: 2})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, backup.Directory)
		want := []string{}
		if i == 0 {
			want = append(want, filepath.Join(backups, "2020-01-01T00-00-00.000Z"))
		}
		if i >= 2 {
			want = append(want, made[i-2])
		}
		if diff := cmp.Diff(want, append([]string{}, backup.Removed...)); diff != "" {
			t.Errorf("removed by backup %d: %s", i, diff)
		}
	}
	list, err := client.Backups(t.Context())
	if err != nil || len(list) != 2 || list[0].Directory != made[3] || list[1].Directory != made[2] {
		t.Errorf("%+v, %v", list, err)
	}
	for _, other := range []string{"replaced-2020-01-01T00-00-00.000Z", "mine", "2020-01-02T00-00-00.000Z"} {
		if _, err := os.Stat(filepath.Join(backups, other)); err != nil {
			t.Errorf("%s: %v", other, err)
		}
	}
}

// TestBackupOfTheFuture, made while the clock was ahead: it is told, is not removed,
// and costs no other backup its place, least of all the one just made.
func TestBackupOfTheFuture(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	backups := filepath.Join(n.Data(), "backups")
	first, err := client.Backup(t.Context(), api.BackupRequest{})
	if err != nil || len(first.Notes) > 0 {
		t.Fatalf("%v, %v", first.Notes, err)
	}
	ahead := filepath.Join(backups, "2999-01-01T00-00-00.000Z")
	if err := os.Rename(first.Directory, ahead); err != nil {
		t.Fatal(err)
	}
	var last string
	for i := range 3 {
		made, err := client.Backup(t.Context(), api.BackupRequest{Keep: 1})
		if err != nil || len(made.Notes) != 1 || !strings.HasPrefix(made.Notes[0], ahead+" is of the future") {
			t.Fatalf("backup %d: %v, %v", i, made.Notes, err)
		}
		want := []string{}
		if i > 0 {
			want = append(want, last)
		}
		if diff := cmp.Diff(want, append([]string{}, made.Removed...)); diff != "" {
			t.Errorf("removed by backup %d: %s", i, diff)
		}
		last = made.Directory
		verified(t, last)
	}
	verified(t, ahead)
	elsewhere, err := client.Backup(t.Context(), api.BackupRequest{Directory: filepath.Join(t.TempDir(), "b")})
	if err != nil || len(elsewhere.Notes) > 0 {
		t.Errorf("%v, %v", elsewhere.Notes, err)
	}
}

// spoil changes a movement behind Crossdock's back.
func spoil(t *testing.T, database string) {
	t.Helper()
	db, err := sql.Open("sqlite", database)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"DROP TRIGGER movements_stay", "UPDATE movements SET quantity = quantity + 1 WHERE seq = 1"} {
		if _, err := db.Exec(statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBackupOfWrongBooks is kept, says what is wrong, and takes no older one's place.
func TestBackupOfWrongBooks(t *testing.T) {
	data, _ := stopped(t)
	if _, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{}); err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(data, "db", "wh1.db"))
	made, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{Keep: 1})
	if err != nil || len(made.Findings) == 0 || len(made.Removed) > 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	report, err := node.VerifyBackup(t.Context(), made.Directory)
	if err != nil || !report.Whole || report.Right() {
		t.Errorf("%+v, %v", report, err)
	}
	list, err := node.ListBackups(data)
	if err != nil || len(list) != 2 {
		t.Errorf("%d backups, %v", len(list), err)
	}
}

// TestBackupOfALostSite is refused: it would look like all there is.
func TestBackupOfALostSite(t *testing.T) {
	data, _ := stopped(t)
	if err := os.Remove(filepath.Join(data, "db", "wh1.db")); err != nil {
		t.Fatal(err)
	}
	if _, err := node.BackupFiles(t.Context(), data, "test", api.BackupRequest{}); !fault.Is(err, fault.Corrupt) {
		t.Errorf("%v", err)
	}
}

// TestHalfARestoreDoesNotStart: what is left of a restore that was killed misses its
// databases, and no new ones take their place.
func TestHalfARestoreDoesNotStart(t *testing.T) {
	_, made := stopped(t)
	data := filepath.Join(t.TempDir(), "data")
	restore(t, made.Directory, data)
	if err := os.Rename(filepath.Join(data, "db", "wh2.db"), filepath.Join(data, "db", "wh2.db.restoring")); err != nil {
		t.Fatal(err)
	}
	if n, err := node.Open(t.Context(), settings(data), node.Options{}); !fault.Is(err, fault.Corrupt) {
		t.Errorf("it starts: %v", errors.Join(err, n.Close()))
	}
	restore(t, made.Directory, data, "store", "wh1", "wh2")
	right(t, data)
	if left, err := filepath.Glob(filepath.Join(data, "db", "*.restoring*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestOneBackupAtATime refuses a second one, and goes on with the first.
func TestOneBackupAtATime(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	results := make(chan error, 8)
	for range cap(results) {
		go func() { _, err := client.Backup(t.Context(), api.BackupRequest{}); results <- err }()
	}
	made := 0
	for range cap(results) {
		switch err := <-results; {
		case err == nil:
			made++
		case !fault.Is(err, fault.Busy):
			t.Error(err)
		}
	}
	list, err := n.Backups(t.Context())
	if err != nil || made == 0 || len(list) != made {
		t.Errorf("%d made, %d there, %v", made, len(list), err)
	}
	for _, backup := range list {
		verified(t, backup.Directory)
	}
}
