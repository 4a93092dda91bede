package sqlite

import (
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"crossdock/core/id"
)

// rowsPerStatement is how many rows one statement writes where there are that
// many: the cost of starting a statement is then paid once.
const rowsPerStatement = 32

// bulk writes rows into one table. For each row: row, then a value for each
// column in their order, then done. How many rows are to come is said first.
//
// A value that cannot be bound makes the next step fail, so that only done
// returns an error.
type bulk struct {
	one, many *sqlite.Stmt
	now       *sqlite.Stmt // the one being bound
	rows      int          // bound into many
	column    int          // bound last, over all rows of the statement
	left      int          // rows to come
}

// prepareBulk takes a statement that writes one row, with one list of values.
func prepareBulk(conn *sqlite.Conn, text string) (*bulk, error) {
	one, err := conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	begin := strings.Index(text, "(?")
	end := begin + strings.Index(text[begin:], ")") + 1
	values := strings.TrimSuffix(strings.Repeat(text[begin:end]+", ", rowsPerStatement), ", ")
	many, err := conn.Prepare(text[:begin] + values + text[end:])
	return &bulk{one: one, many: many}, err
}

// expect says that so many rows follow.
func (b *bulk) expect(rows int) { b.left, b.rows, b.now = rows, 0, nil }

// row begins a row.
func (b *bulk) row() *bulk {
	if b.rows == 0 {
		b.column = 0
		b.now = b.one
		if b.left >= rowsPerStatement {
			b.now = b.many
		}
	}
	return b
}

// done ends a row, and writes once the statement has all of its rows.
func (b *bulk) done() error {
	b.left--
	b.rows++
	if b.now == b.many && b.rows < rowsPerStatement {
		return nil
	}
	b.rows = 0
	return run(b.now)
}

// run carries a statement out that returns no rows, and makes it ready for the
// next time. After a failure Step has done so itself.
func run(stmt *sqlite.Stmt) error {
	if _, err := stmt.Step(); err != nil {
		return err
	}
	return stmt.Reset()
}

func (b *bulk) text(value string) *bulk {
	b.column++
	b.now.BindText(b.column, value)
	return b
}

func (b *bulk) int(value int64) *bulk {
	b.column++
	b.now.BindInt64(b.column, value)
	return b
}

func (b *bulk) bytes(value []byte) *bulk {
	b.column++
	b.now.BindBytes(b.column, value)
	return b
}

// uuid binds an identifier; the zero one is NULL.
func (b *bulk) uuid(value id.UUID) *bulk {
	b.column++
	if value.IsZero() {
		b.now.BindNull(b.column)
	} else {
		b.now.BindBytes(b.column, value[:])
	}
	return b
}

func (b *bulk) time(value time.Time) *bulk { return b.int(value.UnixMicro()) }

func (b *bulk) bool(value bool) *bulk {
	if value {
		return b.int(1)
	}
	return b.int(0)
}

// preparer prepares statements until one cannot be.
type preparer struct {
	conn *sqlite.Conn
	err  error
}

func (p *preparer) bulk(text string) *bulk {
	if p.err != nil {
		return nil
	}
	var b *bulk
	b, p.err = prepareBulk(p.conn, text)
	return b
}

func (p *preparer) stmt(text string) *sqlite.Stmt {
	if p.err != nil {
		return nil
	}
	var s *sqlite.Stmt
	s, p.err = p.conn.Prepare(text)
	return s
}
