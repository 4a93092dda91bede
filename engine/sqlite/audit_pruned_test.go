package sqlite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossdock/site/audit"
)

// prune takes the first messages to a site out of a file, as a site does.
const prune = "INSERT INTO pruned SELECT destination, epoch, seq, hash, at FROM outbox WHERE seq = 2; DELETE FROM outbox WHERE seq <= 2"

func copied(t *testing.T, from string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestAuditOfAPrunedFeed goes on from the last message that is out, and counts them.
func TestAuditOfAPrunedFeed(t *testing.T) {
	dir := copied(t, sold(t))
	byHand(t, filepath.Join(dir, "store.db"), strings.Split(prune, "; ")...)
	report := auditOf(t, dir)
	if !report.Right() || len(report.NotChecked) > 0 || report.Sites[0].Pruned != 2 || report.Sites[1].Pruned != 0 {
		t.Errorf("%+v", report)
	}
}

func TestAuditFindsWhatPruningCannotHaveDone(t *testing.T) {
	whole := sold(t)
	for name, c := range map[string]struct {
		file, statements, row, says string
	}{
		"a message that was pruned is there": {"store.db", "INSERT INTO pruned SELECT destination, epoch, seq, hash, at FROM outbox WHERE seq = 2", "message 1 to wh1", "all up to message 2 was pruned"},
		"one is missing behind":              {"store.db", prune + "; DELETE FROM outbox WHERE seq = 3", "message 4 to wh1", "follows on message 2"},
		"another hash":                       {"store.db", prune + "; UPDATE pruned SET hash = zeroblob(32)", "message 3 to wh1", "was changed"},
		"another number":                     {"store.db", prune + "; UPDATE pruned SET seq = 1", "message 3 to wh1", "follows on message 1"},
		"the row is gone":                    {"store.db", prune + "; DROP TRIGGER pruned_lasts; DELETE FROM pruned", "message 3 to wh1", "follows on message 0"},
		"a reader that is behind":            {"wh1.db", "UPDATE cursors SET seq = 1", "cursor of wh1 for store", "message 1 is read, and those up to 2 were pruned"},
		"a reader that has read nothing":     {"wh1.db", "DELETE FROM cursors", "cursor of wh1 for store", "message 0 is read, and those up to 2 were pruned"},
		"a reader of another history":        {"wh1.db", "UPDATE cursors SET seq = 2", "cursor of wh1 for store", "the last that was pruned, is another one"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copied(t, whole)
			if c.file == "wh1.db" {
				byHand(t, filepath.Join(dir, "store.db"), strings.Split(prune, "; ")...)
			}
			tamper(t, filepath.Join(dir, c.file), c.statements)
			report := auditOf(t, dir)
			if !slices.ContainsFunc(report.Findings, func(f audit.Finding) bool {
				return f.Invariant == 5 && f.Row == c.row && strings.Contains(f.Text, c.says)
			}) {
				t.Errorf("not found: %s %q; instead %+v", c.row, c.says, report.Findings)
			}
		})
	}
}

// TestAuditExplainsWhatWasSkipped finds an order that a warehouse has skipped, and
// the units that went with it, and names the message at both.
func TestAuditExplainsWhatWasSkipped(t *testing.T) {
	dir := copied(t, sold(t))
	byHand(t, filepath.Join(dir, "store.db"),
		"CREATE TABLE kept AS SELECT * FROM outbox WHERE kind = 'fulfillment.requested.v1' ORDER BY seq DESC LIMIT 1")
	byHand(t, filepath.Join(dir, "wh1.db"),
		"ATTACH '"+filepath.Join(dir, "store.db")+"' AS shop",
		`INSERT INTO parked (origin, epoch, seq, at, key, kind, body, hash, reason, parked_at, resolution, resolved_at, resolved_by, resolved_why)
		 SELECT 'store', epoch, seq, at, key, kind, body, hash, 'no', 1, 'skipped', 2, 'Ann', 'a test order' FROM shop.kept`)
	tamper(t, filepath.Join(dir, "wh1.db"), "DELETE FROM fulfillment_lines WHERE fulfillment_id IN (SELECT id FROM fulfillments WHERE number = 3); "+
		"DELETE FROM fulfillments WHERE number = 3; "+
		"UPDATE account_units SET units = units + 1 WHERE number IN (SELECT number FROM accounts WHERE account = 'quota')")
	var order, units bool
	const because = ", skipped at wh1 by Ann: a test order"
	for _, f := range auditOf(t, dir).Findings {
		order = order || f.Invariant == 5 && strings.Contains(f.Text, "nothing about it is under way; not applied was message ") && strings.HasSuffix(f.Text, because)
		units = units || f.Invariant == 2 && strings.Contains(f.Text, "; the difference is what was not applied: message ") && strings.HasSuffix(f.Text, because)
	}
	if !order || !units {
		t.Errorf("the skipped message is named for the order %t, for its units %t: %+v", order, units, auditOf(t, dir).Findings)
	}
}
