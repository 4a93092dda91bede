package sqlite

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"unicode"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/store"
)

// Products returns a page of the catalog, with what can be sold of each.
func (s *Store) Products(ctx context.Context, q store.ProductQuery) (store.ProductPage, error) {
	page, err := s.file.products(ctx, q)
	return page, translate(err)
}

func (f *file) products(ctx context.Context, q store.ProductQuery) (page store.ProductPage, err error) {
	where, args := productConditions(q)
	count, err := f.prepared(ctx, "SELECT count(*) FROM products "+where)
	if err != nil {
		return page, err
	}
	if err = count.QueryRowContext(ctx, args...).Scan(&page.Total); err != nil || q.Limit < 1 {
		return page, err
	}
	cut, err := f.prepared(ctx, productPage(where, sortOf(q.Sort), len(args)))
	if err != nil {
		return page, err
	}
	rows, err := cut.QueryContext(ctx, append(args, q.Limit, max(0, q.Offset))...)
	if err != nil {
		return page, err
	}
	page.Products, err = scanProducts(rows)
	return page, err
}

// prepared compiles a statement the first time that it is asked for: to compile that of
// a page takes longer than to run it. There are few texts, and they are kept.
func (f *file) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if kept, there := f.statements.Load(text); there {
		return kept.(*sql.Stmt), nil
	}
	statement, err := f.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if kept, there := f.statements.LoadOrStore(text, statement); there { // somebody else was faster
		return kept.(*sql.Stmt), statement.Close()
	}
	return statement, nil
}

// productConditions returns the WHERE clause of a query, and its arguments.
func productConditions(q store.ProductQuery) (where string, args []any) {
	var conditions []string
	add := func(condition, arg string) {
		args = append(args, arg)
		conditions = append(conditions, condition+" $"+strconv.Itoa(len(args)))
	}
	if q.Type != "" {
		add("type =", q.Type)
	}
	if q.Category != "" {
		add("category =", q.Category)
	}
	if words := searchWords(q.Search); words != "" {
		add("number IN (SELECT rowid FROM product_search WHERE product_search MATCH", words)
		conditions[len(conditions)-1] += ")"
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return "WHERE " + strings.Join(conditions, " AND "), args
}

// searchWords turns what a person has typed into a query for each of its words
// as a beginning. Nothing of FTS5's own syntax comes through: a word is letters
// and numbers.
func searchWords(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	for i, word := range words {
		words[i] = `"` + word + `"*`
	}
	return strings.Join(words, " AND ")
}

func sortOf(sort store.Sort) string {
	switch sort {
	case store.ByPrice:
		return "price, sku"
	case store.ByPriceDown:
		return "price DESC, sku"
	default:
		return "name COLLATE NOCASE, sku"
	}
}

// productPage cuts the page out first, so that only its rows are added up.
func productPage(where, order string, args int) string {
	return `
		SELECT   sku, name, description, type, category, price, currency, policy, cap, release_on,
		         coalesce((SELECT sum(units) FROM balances WHERE balances.sku = page.sku AND account = 'held'), 0)
		FROM     (SELECT   *
		          FROM     products
		          ` + where + `
		          ORDER BY ` + order + `
		          LIMIT    CAST($` + strconv.Itoa(args+1) + ` AS INTEGER) OFFSET $` + strconv.Itoa(args+2) + `) AS page
		ORDER BY ` + order
}

func scanProducts(rows *sql.Rows) (products []store.ProductRow, err error) {
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		var sku, currency, policy string
		var p catalog.Product
		var price, release, held int64
		err := rows.Scan(&sku, &p.Name, &p.Description, &p.Type, &p.Category, &price, &currency, &policy, &p.Cap, &release, &held)
		if err != nil {
			return nil, err
		}
		p.SKU, p.Price = id.SKU(sku), money.Of(price, money.Currency(currency))
		p.Policy, p.ReleaseOn = catalog.Policy(policy), date.Date(release)
		products = append(products, store.ProductRow{Product: p, Held: held})
	}
	return products, rows.Err()
}
