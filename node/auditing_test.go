package node_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditOfLostMessages audits running sites of which one has lost messages that
// the other has read: no waiting makes that right, and the answer names the link.
func TestAuditOfLostMessages(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	place(t, client, 3, "north")
	proved(t, n)
	db, err := sql.Open("sqlite", filepath.Join(n.Data(), "db", "wh1.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"DROP TRIGGER outbox_lasts", "DELETE FROM outbox WHERE seq > 1"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	report, err := client.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		if finding.Invariant == 5 && finding.Row == "cursor of store for wh1" && strings.Contains(finding.Text, "reads another history") {
			return
		}
	}
	t.Errorf("the link is not named: %+v", report.Findings)
}
