// Package warehousedb is the SQL that reads a warehouse's own tables: products,
// levels, fulfillments and their history. All but this file is generated from
// query and schema; change those, never the result. Start reading at
// query/warehouse.sql.
package warehousedb
