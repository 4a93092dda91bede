package node_test

import (
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/core/fault"
)

// TestImportUnderAKey takes each file once under its key; another file, or the same
// one in another way, is refused before anything of it is done.
func TestImportUnderAKey(t *testing.T) {
	n, client := mugShop(t, 5, 5)
	const orders = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
	files := map[string]string{
		"products": "StockCode,Description,UnitPrice\nTRAY1,OAK TRAY,9.50\n",
		"stock":    "StockCode,Warehouse,Quantity\nMUG1,wh1,3\n",
		"orders":   orders + "1,MUG1,Mug,2,2026-03-02,4.50,7,North\n",
	}
	for kind, file := range files {
		options := api.ImportOptions{Key: "file of " + kind}
		for range 2 {
			if _, err := client.Import(t.Context(), kind, options, strings.NewReader(file), nil); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		other := strings.NewReplacer("9.50", "9.60", "wh1,3", "wh1,4", "1,MUG1", "2,MUG1").Replace(file)
		if _, err := client.Import(t.Context(), kind, options, strings.NewReader(other), nil); !fault.Is(err, fault.Mismatch) {
			t.Errorf("another file of %s under the key: %v, want mismatch", kind, err)
		}
	}
	proved(t, n)
	page, err := client.Orders(t.Context(), api.OrderQuery{})
	if err != nil || len(page.Orders) != 1 {
		t.Errorf("%d orders, %v", len(page.Orders), err)
	}
	tray, err := client.Product(t.Context(), "TRAY1")
	if err != nil || tray.Price.Minor != 950 {
		t.Errorf("%+v, %v", tray, err)
	}
	stock, err := client.WarehouseStock(t.Context(), "wh1", api.StockQuery{SKU: "MUG1"})
	if err != nil || len(stock.Levels) != 1 || stock.Levels[0].OnHand != 8 {
		t.Errorf("%+v, %v", stock, err)
	}
}
