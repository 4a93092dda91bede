package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"crossdock/core/catalog"
	"crossdock/site/store"
)

// Products implements store.Queries.
func (s *Store) Products(_ context.Context, q store.ProductQuery) (store.ProductPage, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	wanted := words(q.Search)
	var found []catalog.Product
	for _, p := range s.state.products.all() {
		if (q.Type == "" || p.Type == q.Type) && (q.Category == "" || p.Category == q.Category) && matches(p, wanted) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, sortOf(q.Sort))
	page := store.ProductPage{Total: len(found)}
	for _, p := range cut(found, q.Offset, q.Limit) {
		row := store.ProductRow{Product: p}
		for _, units := range s.state.ledger.held(p.SKU) {
			row.Held += units
		}
		page.Products = append(page.Products, row)
	}
	return page, nil
}

// words splits text at everything that is neither a letter nor a number.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// matches reports whether each wanted word begins a word of the product.
func matches(p catalog.Product, wanted []string) bool {
	if len(wanted) == 0 {
		return true
	}
	has := words(strings.Join([]string{p.Name, p.Description, string(p.SKU), p.Type, p.Category}, " "))
	for _, word := range wanted {
		if !slices.ContainsFunc(has, func(own string) bool { return strings.HasPrefix(own, word) }) {
			return false
		}
	}
	return true
}

// sortOf compares products; those that are alike in it stay in order of SKU.
func sortOf(by store.Sort) func(a, b catalog.Product) int {
	switch by {
	case store.ByPrice:
		return func(a, b catalog.Product) int { return cmp.Compare(a.Price.Minor, b.Price.Minor) }
	case store.ByPriceDown:
		return func(a, b catalog.Product) int { return cmp.Compare(b.Price.Minor, a.Price.Minor) }
	default:
		return func(a, b catalog.Product) int { return strings.Compare(lowerASCII(a.Name), lowerASCII(b.Name)) }
	}
}

func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}

// cut returns the page of rows that begins at offset.
func cut[T any](rows []T, offset, limit int) []T {
	rows = rows[min(max(offset, 0), len(rows)):]
	return rows[:min(max(limit, 0), len(rows))]
}
