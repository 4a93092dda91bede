package sqldb

import (
	"context"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/stock"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/store"
)

// NameKey is the form of a user's name in which it is unique.
func NameKey(name string) string { return strings.ToLower(name) }

func user(row storedb.User) store.User {
	return store.User{
		ID: id.User{UUID: uuid(row.ID)}, Name: row.Name, PasswordHash: row.PasswordHash, District: id.District(row.District),
		Email: row.Email, Phone: row.Phone, Role: row.Role, RegisteredAt: moment(row.RegisteredAt),
	}
}

func readProducts(ctx context.Context, q *storedb.Queries) ([]catalog.Product, error) {
	rows, err := q.Products(ctx)
	products := make([]catalog.Product, len(rows))
	for i, row := range rows {
		products[i] = catalog.Product{
			SKU: id.SKU(row.Sku), Name: row.Name, Description: row.Description, Type: row.Type, Category: row.Category,
			Price:  money.Of(row.Price, money.Currency(row.Currency)),
			Policy: catalog.Policy(row.Policy), Cap: row.Cap, ReleaseOn: day(row.ReleaseOn),
		}
	}
	return products, err
}

func readDistricts(ctx context.Context, q *storedb.Queries) ([]catalog.District, error) {
	rows, err := q.Districts(ctx)
	if err != nil {
		return nil, err
	}
	served, err := q.DistrictWarehouses(ctx)
	districts := make([]catalog.District, len(rows))
	for i, row := range rows {
		districts[i] = catalog.District{
			Code: id.District(row.Code), Name: row.Name, Place: catalog.Place{Latitude: row.Latitude, Longitude: row.Longitude},
		}
		for len(served) > 0 && served[0].District == row.Code {
			districts[i].Warehouses = append(districts[i].Warehouses, id.Site(served[0].Warehouse))
			served = served[1:]
		}
	}
	return districts, err
}

func readLevels(ctx context.Context, q *storedb.Queries) ([]stock.Level, error) {
	rows, err := q.Levels(ctx)
	levels := make([]stock.Level, len(rows))
	for i, row := range rows {
		levels[i] = level(row)
	}
	return levels, err
}

func level(row storedb.Level) stock.Level {
	return stock.Level{
		Warehouse: id.Site(row.Warehouse), SKU: id.SKU(row.Sku), OnHand: row.OnHand, Available: row.Available,
		Quota: row.Quota, Allocated: row.Allocated, Picked: row.Picked, Version: row.Version, Elsewhere: row.Elsewhere,
	}
}
