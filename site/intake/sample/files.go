package sample

import (
	"bytes"
	"encoding/csv"
	"strconv"
)

// OrdersCSV is the file for the import of orders.
func (s Set) OrdersCSV() []byte {
	rows := [][]string{{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}}
	for _, line := range s.Orders {
		rows = append(rows, []string{
			line.Invoice, line.Code, line.Description, strconv.FormatInt(line.Quantity, 10), line.Date,
			line.Price.Decimal(), line.Customer, line.District,
		})
	}
	return write(rows)
}

// StockCSV is the file for the import of stock.
func (s Set) StockCSV() []byte {
	rows := [][]string{{"StockCode", "Warehouse", "Quantity"}}
	for _, stock := range s.Stock {
		rows = append(rows, []string{string(stock.SKU), string(stock.Warehouse), strconv.FormatInt(stock.Units, 10)})
	}
	return write(rows)
}

// ProductsCSV is the file for the import of products, with nothing left to be
// derived.
func (s Set) ProductsCSV() []byte {
	rows := [][]string{{"StockCode", "Description", "UnitPrice", "Type", "Category", "Details"}}
	for _, p := range s.Products {
		rows = append(rows, []string{string(p.SKU), p.Name, p.Price.Decimal(), p.Type, p.Category, p.Description})
	}
	return write(rows)
}

func write(rows [][]string) []byte {
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	if err := writer.WriteAll(rows); err != nil {
		panic("sample: a buffer refused a write: " + err.Error()) // memory does not fail
	}
	return out.Bytes()
}
