package page

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"crossdock/core/money"
)

// Catalog is one page of products under a filter. Page draws it whole; Results,
// the part below the search box, answers a live search.
type Catalog struct {
	Filter   CatalogFilter
	Types    []Facet // all types with their categories, whatever the filter is
	Products []Card  // of this page
	Total    int     // products that the filter lets through, over all pages
	Pages    int     // how many pages they fill; 0 or 1 shows no pager
}

// CatalogFilter is what the address asks for; empty fields ask for nothing.
type CatalogFilter struct {
	Type     string
	Category string
	Query    string
	Sort     string // one of the Sort constants; empty is SortName
	Page     int    // from 1; 0 is 1
}

// The orders in which the catalog can be shown: the values of "sort".
const (
	SortName      = "name"
	SortCheapest  = "price"
	SortDearest   = "price-desc"
	SortAvailable = "available"
)

// Facet is a type or a category, with how many products it holds.
type Facet struct {
	Name       string
	Count      int
	Categories []Facet // of a type; nil in a category
}

// Card is a product as lists show it.
type Card struct {
	SKU          string
	Name         string
	Type         string
	Category     string
	Price        money.Amount
	Availability Availability
}

// Availability sums up what can be promised of a product, all warehouses
// together.
type Availability struct {
	Units int64 // that can be ordered now
	Sites int   // warehouses that have any
	Stale bool  // some warehouse with units has not been heard from for long
	Ahead Ahead // what may be ordered beyond Units, to be shipped later
}

// Few is the number of units from which on a product counts as running low.
const Few = 10

func (a Availability) badge() badge {
	switch {
	case a.Ahead.Preorder && a.orderable():
		return badge{a.Ahead.sentence(), "note"}
	case a.Units > Few:
		return badge{"In stock", "good"}
	case a.Units > 0:
		return badge{"Only " + number(a.Units) + " left", "warn"}
	case a.Ahead.Units > 0:
		return badge{a.Ahead.sentence(), "warn"}
	}
	return badge{"Sold out", "quiet"}
}

func (a Availability) orderable() bool { return a.Units > 0 || a.Ahead.Units > 0 }

// beyond says what can be ordered of a product besides what is there.
func (a Availability) beyond() string {
	if a.Ahead.Units <= 0 || a.Units <= 0 {
		return ""
	}
	more := counted(a.Ahead.Units, "more unit", "more units") + " can be ordered ahead: "
	if a.Ahead.Preorder {
		return more + "nothing is shipped before the release."
	}
	return more + "what is ordered beyond the stock " + a.Ahead.shipping() + "."
}

// detail says where the units are: "at 2 warehouses", with a word on old news.
func (a Availability) detail() string {
	if a.Units <= 0 {
		return ""
	}
	text := "at " + counted(int64(a.Sites), "warehouse", "warehouses")
	switch {
	case a.Stale && a.Sites == 1:
		text += ", now out of reach"
	case a.Stale:
		text += ", not all within reach"
	}
	return text
}

// URL is the address of the catalog under this filter, without what is default.
func (f CatalogFilter) URL() templ.SafeURL {
	query := url.Values{}
	for name, value := range map[string]string{"type": f.Type, "category": f.Category, "q": f.Query} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Sort != "" && f.Sort != SortName {
		query.Set("sort", f.Sort)
	}
	if f.Page > 1 {
		query.Set("page", strconv.Itoa(f.Page))
	}
	if len(query) == 0 {
		return urlCatalog
	}
	return urlCatalog + "?" + templ.SafeURL(query.Encode())
}

// within narrows the filter to a type and a category, from the first page.
func (f CatalogFilter) within(kind, category string) CatalogFilter {
	return CatalogFilter{Type: kind, Category: category, Query: f.Query, Sort: f.Sort}
}

func (f CatalogFilter) at(page int) templ.SafeURL {
	f.Page = page
	return f.URL()
}

// known reports whether there is such a type, and such a category in it.
func (v Catalog) known() bool {
	if v.Filter.Type == "" {
		return v.Filter.Category == "" || v.Total > 0
	}
	named := func(name string) func(Facet) bool { return func(f Facet) bool { return f.Name == name } }
	i := slices.IndexFunc(v.Types, named(v.Filter.Type))
	return i >= 0 && (v.Filter.Category == "" || slices.ContainsFunc(v.Types[i].Categories, named(v.Filter.Category)))
}

// title names what is shown: "Baking", "Kitchen", "Catalog".
func (v Catalog) title() string {
	switch {
	case !v.known():
		return "There is no such shelf"
	case v.Filter.Category != "":
		return capital(v.Filter.Category)
	case v.Filter.Type != "":
		return capital(v.Filter.Type)
	}
	return "Catalog"
}

func sortOptions() []Option {
	return []Option{
		{Value: SortName, Label: "By name"},
		{Value: SortCheapest, Label: "Lowest price first"},
		{Value: SortDearest, Label: "Highest price first"},
		{Value: SortAvailable, Label: "Most in stock first"},
	}
}

func hueClass(hue int) string { return "hue-" + strconv.Itoa(hue) }
