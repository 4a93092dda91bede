package shop

import (
	"cmp"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"crossdock/core/fault"
	"crossdock/site/store"
	"crossdock/web/page"
)

// productsPerPage divides by two, three and four, the columns of the catalog.
const productsPerPage = 24

func showLanding(v *visit) error {
	v.open = true
	shelves, err := v.Store.Shelves(v.ctx())
	if err != nil {
		return err
	}
	warehouses, err := v.warehouses()
	if err != nil {
		return err
	}
	view := page.Landing{Types: types(shelves)}
	for _, kind := range view.Types {
		view.Products += kind.Count
	}
	for _, warehouse := range warehouses {
		view.Sites = append(view.Sites, v.place(warehouse))
	}
	if view.Featured, err = v.featured(view.Types); err != nil {
		return err
	}
	return v.showIn(http.StatusOK, view.Page)
}

// featured picks a product of each of the largest types, the same at each visit.
// They come from anywhere in the alphabet: neighbors in it are alike.
func (v *visit) featured(types []page.Facet) ([]page.Card, error) {
	const most, choice = 8, 12
	largest := slices.SortedStableFunc(slices.Values(types), func(a, b page.Facet) int { return cmp.Compare(b.Count, a.Count) })
	var picked []store.ProductRow
	for _, kind := range largest[:min(most, len(largest))] {
		begin := anywhere(kind.Name, kind.Count-choice+1)
		found, err := v.Store.Products(v.ctx(), store.ProductQuery{Type: kind.Name, Sort: store.ByName, Offset: begin, Limit: choice})
		if err != nil {
			return nil, err
		}
		if len(found.Products) == 0 {
			continue // the last of its type has just gone
		}
		picked = append(picked, found.Products[freshest(found.Products, picked)])
	}
	return v.cards(picked)
}

// anywhere picks a number below n, the same for the same name; 0 where there is none.
func anywhere(name string, n int) int {
	hash := fnv.New32a()
	hash.Write([]byte(name)) // a hash takes everything
	return int(hash.Sum32() % uint32(max(n, 1)))
}

// freshest returns the index of the first product that is in stock and whose name
// begins unlike those that are picked already, or else of the first in stock.
func freshest(rows, picked []store.ProductRow) int {
	held := func(row store.ProductRow) bool { return row.Held > 0 }
	unlike := func(row store.ProductRow) bool {
		return held(row) && !slices.ContainsFunc(picked, func(other store.ProductRow) bool {
			return firstWord(row.Name) == firstWord(other.Name)
		})
	}
	if i := slices.IndexFunc(rows, unlike); i >= 0 {
		return i
	}
	return max(slices.IndexFunc(rows, held), 0)
}

func firstWord(name string) string {
	word, _, _ := strings.Cut(name, " ")
	return word
}

func showCatalog(v *visit) error {
	v.open = true
	filter, err := v.filter()
	if err != nil {
		return err
	}
	asked := filter.Page
	found, err := v.search(&filter)
	if err != nil {
		return err
	}
	if filter.Page != asked { // there are not so many: the address shall say so too
		v.redirect(string(filter.URL()))
		return nil
	}
	shelves, err := v.Store.Shelves(v.ctx())
	if err != nil {
		return err
	}
	cards, err := v.cards(found.Products)
	if err != nil {
		return err
	}
	view := page.Catalog{
		Filter: filter, Types: types(shelves), Products: cards,
		Total: found.Total, Pages: pages(found.Total, productsPerPage),
	}
	if v.wantsPart() {
		return v.show(http.StatusOK, view.Results())
	}
	return v.showIn(http.StatusOK, view.Page)
}

// filter reads the address. What cannot be meant is 400.
func (v *visit) filter() (filter page.CatalogFilter, err error) {
	const most = 100
	for _, field := range []struct {
		name string
		to   *string
	}{{"type", &filter.Type}, {"category", &filter.Category}, {"q", &filter.Query}, {"sort", &filter.Sort}} {
		if *field.to, err = v.query(field.name, most); err != nil {
			return filter, err
		}
	}
	switch filter.Sort {
	case "", page.SortName, page.SortCheapest, page.SortDearest, page.SortAvailable:
	default:
		return filter, statusError{http.StatusBadRequest, "products cannot be sorted by " + fault.Quote(filter.Sort)}
	}
	filter.Query = strings.TrimSpace(filter.Query)
	filter.Page, err = v.pageNumber()
	return filter, err
}

// search asks for the page that the filter names, or for the last one where there
// are not so many.
func (v *visit) search(filter *page.CatalogFilter) (store.ProductPage, error) {
	if filter.Query != "" && !strings.ContainsFunc(filter.Query, isWord) {
		return store.ProductPage{}, nil // there is no word in it that a product could have
	}
	query := store.ProductQuery{
		Type: filter.Type, Category: filter.Category, Search: filter.Query, Sort: store.ByName,
		Offset: (filter.Page - 1) * productsPerPage, Limit: productsPerPage,
	}
	switch filter.Sort {
	case page.SortCheapest:
		query.Sort = store.ByPrice
	case page.SortDearest:
		query.Sort = store.ByPriceDown
	case page.SortAvailable:
		return v.searchByStock(query, filter)
	}
	found, err := v.Store.Products(v.ctx(), query)
	if err != nil || len(found.Products) > 0 || found.Total == 0 {
		return found, err
	}
	filter.Page = pages(found.Total, productsPerPage)
	query.Offset = (filter.Page - 1) * productsPerPage
	return v.Store.Products(v.ctx(), query)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// searchByStock sorts all that is found by what can be promised of it, most first.
func (v *visit) searchByStock(query store.ProductQuery, filter *page.CatalogFilter) (store.ProductPage, error) {
	const step = 1000
	all := store.ProductPage{}
	for query.Offset, query.Limit = 0, step; ; query.Offset += step {
		found, err := v.Store.Products(v.ctx(), query)
		if err != nil {
			return all, err
		}
		all.Products = append(all.Products, found.Products...)
		if len(found.Products) < step {
			break
		}
	}
	all.Total = len(all.Products)
	slices.SortStableFunc(all.Products, func(a, b store.ProductRow) int { return cmp.Compare(b.Held, a.Held) })
	filter.Page = min(filter.Page, max(pages(all.Total, productsPerPage), 1))
	begin := (filter.Page - 1) * productsPerPage
	all.Products = all.Products[begin:min(begin+productsPerPage, all.Total)]
	return all, nil
}
