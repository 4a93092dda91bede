package node_test

import (
	"testing"

	"crossdock/api"
	"crossdock/node"
)

// TestImportAhead replays a sale that has to wait for a supplier, and its
// cancellation: what waits is called off too, and nothing is left to ship.
func TestImportAhead(t *testing.T) {
	n, client := mugShop(t, 1, 1)
	importFile(t, n, "products", node.ImportOptions{Currency: "EUR"}, []byte("StockCode,Description,UnitPrice,Policy\nMUG1,Mug,4.50,backorder\n"))
	request := api.PurchaseRequest{ID: "PO-1", Lines: []api.ExpectedLine{{SKU: "MUG1", Quantity: 5, Due: "2030-05-06"}}}
	if _, err := client.AnnouncePurchase(t.Context(), "", "wh1", request); err != nil {
		t.Fatal(err)
	}
	proved(t, n)
	const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
	sold := importFile(t, n, "orders", node.ImportOptions{}, []byte(header+"1,MUG1,Mug,4,2026-03-02,4.50,7,North\n"))
	if sold.Backordered != 1 || sold.Accepted != 0 {
		t.Errorf("%+v", sold.Summary)
	}
	back := importFile(t, n, "orders", node.ImportOptions{}, []byte(header+"C2,MUG1,Mug,-4,2026-03-03,4.50,7,North\n"))
	if back.Voided != 1 {
		t.Errorf("%+v", back.Summary)
	}
	proved(t, n)
	page, err := client.Orders(t.Context(), api.OrderQuery{})
	if err != nil || len(page.Orders) != 1 || page.Orders[0].Status != "voided" {
		t.Errorf("%+v, %v", page.Orders, err)
	}
}
