// Package intake reads the files of other shop systems and turns them into what
// a shop does: products to list, opening stock to receive, orders to place and
// to take back.
//
// It must never write to a database, and it must never drop anything in
// silence: each data line and each invoice of a file ends in exactly one
// disposition, and everything worth telling stands under a Cause with its line
// numbers. A file is read completely before anything is done with it. What
// breaks the form of the file (columns, separator, encoding, quotes, numbers,
// dates) is one fault.Invalid that names the lines, and nothing has changed.
// What is well formed but dirty (no customer, a price of zero, postage among
// the goods) is decided line by line.
//
// The form is that of the Online Retail data set, columns in any order, further
// columns ignored:
//
//	orders    InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
//	products  StockCode, Description, UnitPrice, and if there: InvoiceDate, Type, Category, Details
//	stock     StockCode, Warehouse, Quantity
//
// # How products are derived
//
// Stock codes are trimmed and upper-cased, so 85123a and 85123A are one
// product. A code that IsGoods denies (no digit in it, or in a table of charges)
// is no product. The name is the most frequent description among the lines with
// a price (lines without one carry remarks such as "damaged"), the first seen
// on a tie, made readable by Readable; without any it is the code. The price is
// the most frequent one above zero, the latest on a tie; a code that never has
// one is left out. Type and category come from the columns of these names, else
// from the words of the name by the table in kinds.go.
//
// # How orders are derived
//
// Invoices are taken in order of time, then sales before cancellations, then by
// number. A number that begins with C is a cancellation. Lines of one invoice
// with the same SKU become one, with the sum of the units and the first price.
//
// Start reading at Orders, then Replay, then Match.
package intake

// Limits of a file.
const (
	MaxBytes    = 64 << 20  // of the whole file
	MaxField    = 10_000    // bytes in one field
	MaxQuantity = 1_000_000 // units on one line, either sign
	MaxNumber   = 64        // characters of an invoice number or a customer
)
