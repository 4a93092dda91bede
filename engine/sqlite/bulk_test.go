package sqlite

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	zombiezen "zombiezen.com/go/sqlite"
)

// TestBulk writes rows whose values come again, change, and become NULL from row
// to row and from one statement to the next: each row is as it was given.
func TestBulk(t *testing.T) {
	conn, err := zombiezen.OpenConn(":memory:", zombiezen.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := execute(conn, "CREATE TABLE things (name TEXT, note TEXT, units INTEGER CHECK (units < 9), bytes BLOB, share REAL) STRICT"); err != nil {
		t.Fatal(err)
	}
	things, err := prepareBulk(conn, "INSERT OR ROLLBACK INTO things (name, note, units, bytes, share) VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	type thing struct {
		name, note, bytes string
		units             int64
		share             float64
	}
	random := rand.New(rand.NewPCG(1, 2))
	var want []thing
	for range 40 {
		rows := random.IntN(3 * rowsPerStatement[0])
		things.expect(rows)
		for range rows {
			one := thing{
				[]string{"", "a", "b"}[random.IntN(3)], []string{"", "x"}[random.IntN(2)], []string{"", "12"}[random.IntN(2)],
				random.Int64N(3), float64(random.IntN(2)) / 2,
			}
			want = append(want, one)
			if err := things.row().text(one.name).textOrNull(one.note).int(one.units).bytes([]byte(one.bytes)).float(one.share).done(); err != nil {
				t.Fatal(err)
			}
		}
		things.expect(1) // what a rule refuses is not taken for bound the next time
		if err := things.row().text("a").textOrNull("x").int(9).bytes(nil).float(0).done(); err == nil {
			t.Fatal("a rule was broken")
		}
	}
	read, err := conn.Prepare("SELECT name, coalesce(note, ''), units, CAST(bytes AS TEXT), share FROM things ORDER BY rowid")
	if err != nil {
		t.Fatal(err)
	}
	var got []thing
	for {
		row, err := read.Step()
		if err != nil {
			t.Fatal(err)
		}
		if !row {
			break
		}
		got = append(got, thing{read.ColumnText(0), read.ColumnText(1), read.ColumnText(3), read.ColumnInt64(2), read.ColumnFloat(4)})
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(thing{})); diff != "" {
		t.Error(diff)
	}
}
