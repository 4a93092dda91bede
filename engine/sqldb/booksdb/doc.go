// Package booksdb is the SQL that reads what every site has: ledger, balances,
// feeds, cursors and parked messages. All but this file is generated from query
// and schema; change those, never the result. Start reading at query/books.sql.
package booksdb
