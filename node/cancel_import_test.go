package node_test

import (
	"fmt"
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/node"
)

// TestImportCancellations finds the order of a cancellation however many its
// customer has placed since, and also where no warehouse was asked for it yet: as its
// number is done then, importing it again would not find more.
func TestImportCancellations(t *testing.T) {
	n := start(t, t.TempDir(), node.Options{})
	importFile(t, n, "products", node.ImportOptions{Stock: 1000}, []byte("StockCode,Description,UnitPrice,Policy,ReleaseOn\n"+
		"X1,Thing,1.00,,\nX2,Other,1.00,,\nP1,Later,1.00,preorder,2090-01-01\nP2,Later too,1.00,preorder,2090-01-01\n"))
	proved(t, n)
	var file strings.Builder
	file.WriteString("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")
	file.WriteString("1,X1,Thing,5,2010-01-01 08:00:00,1.00,7,France\n")
	for i := range 220 {
		fmt.Fprintf(&file, "2%03d,X2,Other,1,2010-02-01 08:00:00,1.00,7,France\n", i)
	}
	file.WriteString("3,P1,Later,2,2010-02-02 08:00:00,1.00,8,France\n3,P2,Later too,4,2010-02-02 08:00:00,1.00,8,France\n")
	file.WriteString("4,X1,Thing,2,2010-02-03 08:00:00,1.00,7,France\n")
	file.WriteString("C4,X1,Thing,-7,2010-03-01 08:00:00,1.00,7,France\n")
	file.WriteString("C5,P1,Later,-2,2010-03-01 08:00:00,1.00,8,France\nC5,P2,Later too,-1,2010-03-01 08:00:00,1.00,8,France\n")
	file.WriteString("C6,P2,Later too,-9,2010-03-02 08:00:00,1.00,8,France\n")
	summary := importFile(t, n, "orders", node.ImportOptions{}, []byte(file.String()))
	if summary.Unmatched != 0 || summary.Voided != 3 || summary.Refused != 0 {
		t.Errorf("%+v", summary.Summary)
	}
	if beyond := summary.ByCause["cancellation-beyond-order"].Count; beyond != 1 {
		t.Errorf("%d cancellations of more than was ordered, want C6", beyond)
	}
	proved(t, n)
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	for _, reference := range []string{"1", "3", "4"} {
		page, err := client.Orders(t.Context(), api.OrderQuery{Reference: reference})
		if err != nil || len(page.Orders) != 1 || page.Orders[0].Status != "voided" {
			t.Errorf("order %s: %+v, %v", reference, page.Orders, err)
		}
	}
}
