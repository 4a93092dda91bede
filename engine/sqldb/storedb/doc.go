// Package storedb is the SQL that reads a store's own tables: catalog, levels,
// users, orders and their history. All but this file is generated from query
// and schema; change those, never the result. Start reading at query/store.sql.
package storedb
