package node_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"crossdock/node"
)

// TestAuditNamesTheRow changes one movement behind Crossdock's back.
func TestAuditNamesTheRow(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	place(t, client, 3, "north")
	proved(t, n)
	db, err := sql.Open("sqlite", filepath.Join(n.Data(), "db", "wh1.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"DROP TRIGGER movements_stay", // what keeps an honest mistake out
		"UPDATE movements SET quantity = quantity + 1 WHERE seq = 2",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	report, err := client.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	named := false
	for _, finding := range report.Findings {
		named = named || finding.Invariant == 1 && finding.Site == "wh1" && finding.Row == "movement 2"
	}
	if report.Right() || !named {
		t.Errorf("the changed row is not named: %+v", report.Findings)
	}
}

// TestAuditOfFiles audits a stopped process's directory.
func TestAuditOfFiles(t *testing.T) {
	dir := t.TempDir()
	n, err := node.Open(t.Context(), settings(dir), node.Options{Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := node.AuditFiles(t.Context(), dir)
	if err != nil || !report.Right() || len(report.Sites) != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	if _, err := node.AuditFiles(t.Context(), t.TempDir()); err == nil {
		t.Error("an empty directory was audited")
	}
}
