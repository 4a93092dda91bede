package docs_test

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/site/intake"
	"crossdock/web/httpfault"
)

// block returns what stands in a page between the comments of a name.
func block(t *testing.T, page, name string) (before, inside, after string) {
	t.Helper()
	text := read(t, page)
	begin, end := "<!-- begin: "+name+" -->\n", "<!-- end: "+name+" -->"
	before, rest, begun := strings.Cut(text, begin)
	inside, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s has no block %s", page, name)
	}
	return before + begin, inside, end + after
}

// generated holds a block of a page to what the code says.
func generated(t *testing.T, page, name, want string) {
	t.Helper()
	before, inside, after := block(t, page, name)
	if *update {
		if err := os.WriteFile(filepath.Join(root, page), []byte(before+want+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, inside); diff != "" {
		t.Errorf("%s: the table %s is not what the code says; go test ./docs -update writes it (-code +page):\n%s", page, name, diff)
	}
}

// column returns a column of the table in a block, without its code marks.
func column(t *testing.T, page, name string, n int) []string {
	t.Helper()
	_, inside, _ := block(t, page, name)
	var cells []string
	for i, line := range strings.Split(strings.TrimSpace(inside), "\n") {
		if parts := strings.Split(line, "|"); i > 1 && len(parts) > n+1 {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(parts[n+1]), "`", ""))
		}
	}
	return cells
}

// constant is one of a type's constants with the comment behind it.
type constant struct{ value, comment string }

// constants reads the string constants of a type out of a source file.
func constants(t *testing.T, file, typ string) []constant {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var all []constant
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			value := literal.Value
			if literal.Kind == token.STRING {
				if value, err = strconv.Unquote(literal.Value); err != nil {
					t.Fatal(err)
				}
			}
			all = append(all, constant{value, strings.TrimSpace(spec.Comment.Text())})
		}
		return true
	})
	if len(all) == 0 {
		t.Fatalf("%s has no constants of the type %s", file, typ)
	}
	return all
}

func TestCauses(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("| cause | counts | effect | meaning |\n|---|---|---|---|\n")
	for _, c := range constants(t, "site/intake/cause.go", "Cause") {
		cause := intake.Cause(c.value)
		if cause.Text() == "" || cause.Unit() == "" || cause.Effect() == "" {
			t.Errorf("the cause %s has no meaning", cause)
		}
		fmt.Fprintf(&rows, "| `%s` | each %s | %s | %s |\n", cause, cause.Unit(), cause.Effect(), cause.Text())
	}
	generated(t, "docs/import.md", "causes", rows.String())
}

// TestRefusals breaks each rule, and shows what is said then.
func TestRefusals(t *testing.T) {
	const head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
	order := func(quantity, date, price string) string {
		return head + "1,TEA-1,Tea Pot," + quantity + "," + date + "," + price + ",7,North\n"
	}
	good := order("2", "2026-03-02", "9.50")
	stock := func(file io.Reader) error { _, err := intake.Stock(file, []id.Site{"wh1", "wh2"}); return err }
	orders := func(file io.Reader) error {
		plan, err := intake.Orders(file, money.Currency("GBP"))
		if err != nil {
			return err
		}
		return plan.CheckKnown(func(sku id.SKU) bool { return sku == "TEA-1" })
	}
	marks := func(file io.Reader) error { _, err := intake.Unmarked(file); return err }
	if err := errors.Join(orders(strings.NewReader(good)), marks(strings.NewReader(good))); err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("| rule | message |\n|---|---|\n")
	for _, rule := range []struct {
		text string
		read func(io.Reader) error
		file string
	}{
		{"the file has at most 64 MiB", orders, strings.Repeat("x", intake.MaxBytes+1)},
		{"it is not empty", orders, " \n"},
		{"it is valid UTF-8", orders, head + "1,TEA-1,Th\xe9\n"},
		{"it has no byte-order mark, unless asked for", marks, "\ufeff" + good},
		{"it has no control characters", orders, head + "1,TEA-1,Tea\x00Pot\n"},
		{"values are separated by commas", orders, strings.ReplaceAll(good, ",", ";")},
		{"each column that is needed is there", orders, "InvoiceNo,StockCode\n1,TEA-1\n"},
		{"no column is there twice", orders, "StockCode,StockCode\n"},
		{"each line has as many fields as the first", orders, head + "1,TEA-1\n"},
		{"quotes come in pairs, around whole values", orders, head + "1,TEA-1,15\" tray,2,2026-03-02,9.50,7,North\n"},
		{"a value has at most 10,000 bytes", orders, strings.Replace(good, "Tea Pot", strings.Repeat("x", intake.MaxField+1), 1)},
		{"an invoice number has at most 64 characters", orders, strings.Replace(good, "\n1,", "\n"+strings.Repeat("1", intake.MaxNumber+1)+",", 1)},
		{"a quantity is there", orders, order("", "2026-03-02", "9.50")},
		{"it is a whole number", orders, order("2.5", "2026-03-02", "9.50")},
		{"without separators", orders, order(`"1,000"`, "2026-03-02", "9.50")},
		{"of at most a million units", orders, order("1000001", "2026-03-02", "9.50")},
		{"a date is there, in one of three forms", orders, order("2", "3/2/2026", "9.50")},
		{"a price is there", orders, order("2", "2026-03-02", "")},
		{"it has a point before the decimals", orders, order("2", "2026-03-02", `"9,50"`)},
		{"orders and stock name products that the shop has", orders, strings.ReplaceAll(good, "TEA-1", "TEA-9")},
		{"stock names a warehouse that the shop knows", stock, "StockCode,Warehouse,Quantity\nTEA-1,wh9,5\n"},
	} {
		err := rule.read(strings.NewReader(rule.file))
		if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.TooLarge {
			t.Errorf("%s: %v", rule.text, err)
		}
		message, _ := fault.Public(err)
		fmt.Fprintf(&rows, "| %s | %s |\n", rule.text, message)
	}
	generated(t, "docs/import.md", "refusals", rows.String())
}

// keys are the names of a type's fields in JSON.
func keys(of reflect.Type) []string {
	var all []string
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		all = append(all, name)
	}
	return all
}

func TestSummary(t *testing.T) {
	for name, of := range map[string]reflect.Type{"summary": reflect.TypeFor[intake.Summary](), "found": reflect.TypeFor[intake.Found]()} {
		if diff := gocmp.Diff(keys(of), column(t, "docs/import.md", name, 0)); diff != "" {
			t.Errorf("import.md: the fields of the table %s are not those of %s (-code +page):\n%s", name, of, diff)
		}
	}
	_, table, _ := block(t, "docs/import.md", "summary")
	for _, of := range []reflect.Type{reflect.TypeFor[intake.Short](), reflect.TypeFor[intake.Refusal]()} {
		if want := "`" + strings.Join(keys(of), "`, `") + "`"; !strings.Contains(table, want) {
			t.Errorf("import.md does not say that %s has the fields %s", of, want)
		}
	}
}

func TestProblems(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("| code | status | retry after | what it means |\n|---|---|---|---|\n")
	kinds := constants(t, "core/fault/fault.go", "Kind")
	for i, c := range kinds {
		kind := fault.Kind(i)
		if c.value != strconv.Itoa(i) || fault.ParseKind(kind.String()) != kind {
			t.Fatalf("the kind %s is out of order", kind)
		}
		retry := "–"
		if seconds := httpfault.Of(fault.New(kind, "x")).RetryAfter; seconds > 0 {
			retry = fmt.Sprintf("%d s", seconds)
		}
		fmt.Fprintf(&rows, "| `%s` | %d | %s | %s |\n", kind, httpfault.Status(kind), retry, c.comment)
	}
	if next := fault.Kind(len(kinds)); fault.ParseKind(next.String()) == next {
		t.Fatalf("the kind %s was not found", next)
	}
	generated(t, "docs/api.md", "problems", rows.String())
}

// TestMessages holds the table of messages to those that are released, and to the
// sites that can take them.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "core/event/testdata/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	takers := map[string]string{}
	types := regexp.MustCompile(`func \((\w+)\) Kind\(\) string \{ return "([^"]+)" \}`)
	kindOf := map[string]string{}
	for _, match := range types.FindAllStringSubmatch(read(t, "core/event/event.go")+read(t, "core/event/restored.go"), -1) {
		kindOf[match[1]] = match[2]
	}
	for file, site := range map[string]string{"site/store/apply.go": "store", "site/warehouse/fulfill.go": "warehouse"} {
		for _, match := range regexp.MustCompile(`case event\.(\w+):`).FindAllStringSubmatch(read(t, file), -1) {
			if kind := kindOf[match[1]]; takers[kind] == "" {
				takers[kind] = site
			} else {
				takers[kind] = "both"
			}
		}
	}
	var released []string
	for _, file := range files {
		released = append(released, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	shown, to := column(t, "docs/protocol.md", "messages", 0), column(t, "docs/protocol.md", "messages", 1)
	if diff := gocmp.Diff(released, slices.Sorted(slices.Values(shown))); diff != "" {
		t.Errorf("protocol.md: the messages are not those of core/event (-released +page):\n%s", diff)
	}
	if diff := gocmp.Diff(released, slices.SortedFunc(maps.Keys(takers), cmp.Compare[string])); diff != "" {
		t.Errorf("the messages that a site takes are not those of core/event (-released +taken):\n%s", diff)
	}
	for i, kind := range shown {
		if to[i] != takers[kind] {
			t.Errorf("protocol.md: %s goes to %q, but is taken by %q", kind, to[i], takers[kind])
		}
	}
}

// TestStatusesAreTold: a status that the interface does not speak of is forgotten.
func TestStatusesAreTold(t *testing.T) {
	field, found := reflect.TypeFor[api.Order]().FieldByName("Status")
	if !found {
		t.Fatal("an order has no status")
	}
	for _, status := range order.Statuses() {
		if !strings.Contains(field.Tag.Get("doc"), string(status)) {
			t.Errorf("api.Order: the doc of Status does not name %s", status)
		}
	}
}
