package sqlite

import (
	"strings"
	"time"

	"zombiezen.com/go/sqlite"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/order"
)

// rowsPerStatement is how many rows one statement writes where there are that
// many: the cost of starting a statement is then paid once.
var rowsPerStatement = [...]int{64, 8, 1}

// bulk writes rows into one table. For each row: row, then a value for each
// column in their order, then done. How many rows are to come is said first.
//
// A value that cannot be bound makes the next step fail, so that only done
// returns an error.
//
// Every statement says OR ROLLBACK: what breaks a rule ends the transaction, as
// it would have to end in any case, and SQLite need not be able to undo the one
// statement alone, for which it would copy each page that the statement changes.
type bulk struct {
	statements []*statement // by number of rows, the largest first
	now        *statement   // the one being bound
	bound      int          // rows bound into it
	column     int          // bound last, over all rows of the statement
	left       int          // rows to come
}

// statement knows what is bound to it: binding lasts from one step to the next,
// and much is the same in every row of a column.
type statement struct {
	*sqlite.Stmt
	rows  int
	bound []value // by parameter, from 1
}

// value is what is bound to a parameter, as far as it is worth knowing.
type value struct {
	kind kind
	text string
	int  int64
}

type kind uint8

const (
	other kind = iota // is bound anew each time
	text
	integer
)

func prepare(conn *sqlite.Conn, query string, rows int) (*statement, error) {
	stmt, err := conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	return &statement{stmt, rows, make([]value, stmt.BindParamCount()+1)}, nil
}

// prepareBulk takes a statement that writes one row, with one list of values.
func prepareBulk(conn *sqlite.Conn, query string) (*bulk, error) {
	begin := strings.Index(query, "(?")
	end := begin + strings.Index(query[begin:], ")") + 1
	b := &bulk{}
	for _, rows := range rowsPerStatement {
		values := strings.TrimSuffix(strings.Repeat(query[begin:end]+", ", rows), ", ")
		stmt, err := prepare(conn, query[:begin]+values+query[end:], rows)
		if err != nil {
			return nil, err
		}
		b.statements = append(b.statements, stmt)
	}
	return b, nil
}

// expect says that so many rows follow.
func (b *bulk) expect(rows int) { b.left, b.bound, b.now = rows, 0, nil }

// row begins a row.
func (b *bulk) row() *bulk {
	if b.bound == 0 {
		b.column = 0
		for _, b.now = range b.statements {
			if b.now.rows <= b.left {
				break
			}
		}
	}
	return b
}

// only begins a row of a statement that is always for one.
func (b *bulk) only() *bulk {
	b.expect(1)
	return b.row()
}

// done ends a row, and writes once the statement has all of its rows.
func (b *bulk) done() error {
	b.left--
	b.bound++
	if b.bound < b.now.rows {
		return nil
	}
	b.bound = 0
	err := run(b.now.Stmt)
	if err != nil {
		clear(b.now.bound) // one of them may be what could not be bound
	}
	return err
}

// run carries a statement out that returns no rows, and makes it ready for the
// next time. After a failure Step has done so itself.
func run(stmt *sqlite.Stmt) error {
	if _, err := stmt.Step(); err != nil {
		return err
	}
	return stmt.Reset()
}

// next steps to the next parameter and returns what is bound to it.
func (b *bulk) next() *value {
	b.column++
	return &b.now.bound[b.column]
}

func (b *bulk) text(s string) *bulk {
	if bound := b.next(); bound.kind != text || bound.text != s {
		b.now.BindText(b.column, s)
		*bound = value{kind: text, text: s}
	}
	return b
}

func (b *bulk) int(n int64) *bulk {
	if bound := b.next(); bound.kind != integer || bound.int != n {
		b.now.BindInt64(b.column, n)
		*bound = value{kind: integer, int: n}
	}
	return b
}

func (b *bulk) bytes(value []byte) *bulk {
	b.next().kind = other
	b.now.BindBytes(b.column, value)
	return b
}

// uuid binds an identifier; the zero one is NULL.
func (b *bulk) uuid(value id.UUID) *bulk {
	b.next().kind = other
	if value.IsZero() {
		b.now.BindNull(b.column)
	} else {
		b.now.BindBytes(b.column, value[:])
	}
	return b
}

func (b *bulk) time(value time.Time) *bulk { return b.int(value.UnixMicro()) }

// timeOrNull binds a time; the zero one is NULL.
func (b *bulk) timeOrNull(value time.Time) *bulk {
	if !value.IsZero() {
		return b.time(value)
	}
	b.next().kind = other
	b.now.BindNull(b.column)
	return b
}

func (b *bulk) bool(value bool) *bulk {
	if value {
		return b.int(1)
	}
	return b.int(0)
}

func (b *bulk) date(value date.Date) *bulk { return b.int(int64(value)) }

func (b *bulk) promise(value order.Promise) *bulk { return b.date(value.From).date(value.To) }

func (b *bulk) float(value float64) *bulk {
	b.next().kind = other
	b.now.BindFloat(b.column, value)
	return b
}

// textOrNull binds a text; the empty one is NULL.
func (b *bulk) textOrNull(value string) *bulk {
	if value != "" {
		return b.text(value)
	}
	b.next().kind = other
	b.now.BindNull(b.column)
	return b
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

// single prepares a statement for one row at a time. One that replaces rows is
// best so: it then writes to a place without looking at it first, and needs no
// copy of the page for the case that a later row fails.
func (p *preparer) single(query string) *bulk {
	if p.err != nil {
		return nil
	}
	var one *statement
	one, p.err = prepare(p.conn, query, 1)
	return &bulk{statements: []*statement{one}}
}

func (p *preparer) stmt(text string) *sqlite.Stmt {
	if p.err != nil {
		return nil
	}
	var s *sqlite.Stmt
	s, p.err = p.conn.Prepare(text)
	return s
}
