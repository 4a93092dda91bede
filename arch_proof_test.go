package crossdock_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// comment is a package comment that passes.
const comment = `// Package x is here for the proof. It must never do anything, and there is nothing to read in it
// beyond this comment, which is as long as the rule wants it to be.
`

// TestRulesFire breaks each rule in a tree that is in order otherwise. A case
// without a want is in order; the others are found once, with these words.
func TestRulesFire(t *testing.T) {
	cases := []struct {
		name  string
		files map[string]string // without the package comment, which is put first
		want  string            // the rule, and what the finding says
	}{
		// imports between the layers
		{"core upward", imports("core/order", "crossdock/site/store"), "imports: core/order may not import site/store"},
		{"core sideways", imports("core/order", "crossdock/core/cart"), ""},
		{"fault is the bottom", imports("core/fault", "crossdock/core/id"), "imports: core/fault may not import core/id"},
		{"id below the rest", imports("core/id", "crossdock/core/money"), "imports: core/id may not import core/money"},
		{"money below the rest", imports("core/money", "crossdock/core/id"), "imports: core/money may not import core/id"},
		{"dist knows no commerce", imports("dist/feed", "crossdock/core/order"), "imports: dist/feed may not import core/order"},
		{"machinery knows no site", imports("site/outbox", "crossdock/site/store"), "imports: site/outbox may not import site/store"},
		{"books know no site", imports("site/books", "crossdock/site/warehouse"), "imports: site/books may not import site/warehouse"},
		{"writer knows no site", imports("site/writer", "crossdock/site/audit"), "imports: site/writer may not import site/audit"},
		{"store and warehouse", imports("site/store", "crossdock/site/warehouse"), "imports: site/store may not import site/warehouse"},
		{"warehouse and store", imports("site/warehouse", "crossdock/site/store"), "imports: site/warehouse may not import site/store"},
		{"store and audit", imports("site/store", "crossdock/site/audit"), "imports: site/store may not import site/audit"},
		{"warehouse and intake", imports("site/warehouse", "crossdock/site/intake"), "imports: site/warehouse may not import site/intake"},
		{"audit sees all sites", imports("site/audit", "crossdock/site/warehouse"), ""},
		{"audit and web", imports("site/audit", "crossdock/web/page"), "imports: site/audit may not import web/page"},
		{"intake and node", imports("site/intake/sample", "crossdock/node"), "imports: site/intake/sample may not import node"},
		{"site and engine", imports("site/store", "crossdock/engine/sqlite"), "imports: site/store may not import engine/sqlite"},
		{"engine and engine", imports("engine/memory", "crossdock/engine/sqlite"), "imports: engine/memory may not import engine/sqlite"},
		{"engine and its SQL", imports("engine/sqlite", "crossdock/engine/sqldb", "database/sql"), ""},
		{"engine and node", imports("engine/natsbus", "crossdock/node"), "imports: engine/natsbus may not import node"},
		{"api and order", imports("api", "crossdock/core/order"), "imports: api may not import core/order"},
		{"web and engine", imports("web/shop", "crossdock/engine/sqlite"), "imports: web/shop may not import engine/sqlite"},
		{"web and node", imports("web/page", "crossdock/node"), "imports: web/page may not import node"},
		{"node and engine", imports("node", "crossdock/engine/sqlite"), ""},
		{"node and cmd", imports("node", "crossdock/cmd/crossdock"), "imports: node may not import cmd/crossdock"},
		{"config and site", imports("node/config", "crossdock/site/store"), "imports: node/config may not import site/store"},
		{"cmd and engine", imports("cmd/crossdock", "crossdock/engine/sqlite"), "imports: cmd/crossdock may not import engine/sqlite"},
		{"cmd and store", imports("cmd/crossdock", "crossdock/site/store"), "imports: cmd/crossdock may not import site/store"},
		{"sim and web", imports("sim", "crossdock/web/shop"), "imports: sim may not import web/shop"},
		{"docs and engine", imports("docs/guide", "crossdock/engine/sqlite"), "imports: docs/guide may not import engine/sqlite"},
		{"examples and site", imports("examples/one", "crossdock/site/store"), "imports: examples/one may not import site/store"},
		{"tools and core", imports("tools/testreport", "crossdock/core/id"), "imports: tools/testreport may not import core/id"},
		{"root and core", imports(".", "crossdock/core/id"), "imports: . may not import core/id"},
		{"no layer", imports("internal/util"), "layer: package internal/util belongs to no layer"},

		// imports of tests
		{"core's tests", tests("core/order", "crossdock/engine/memory"), "imports: core/order may not import engine/memory in tests"},
		{"core's test libraries", tests("core/order", "pgregory.net/rapid", "math/rand/v2", "os"), ""},
		{"site's tests on an engine", tests("site/store", "crossdock/engine/sqlite", "crossdock/site/warehouse"), ""},
		{"site's tests and web", tests("site/store", "crossdock/web/shop"), "imports: site/store may not import web/shop in tests"},
		{"engine's tests and its suite", tests("engine/sqlite", "crossdock/engine/storetest"), ""},
		{"engine's tests and another", tests("engine/memory", "crossdock/engine/sqlite"), "imports: engine/memory may not import engine/sqlite in tests"},
		{"the switch over every bus", tests("engine/linkswitch", "crossdock/engine/natsbus"), ""},
		{"the switch over a database", tests("engine/linkswitch", "crossdock/engine/sqlite"), "imports: engine/linkswitch may not import engine/sqlite in tests"},
		{"a cycle through tests", map[string]string{
			"core/stock/a.go": "package stock", "core/stock/a_test.go": `package stock; import "crossdock/core/order"; var _ = order.X`,
			"core/order/a.go": `package order; import "crossdock/core/stock"; const X = stock.Y`,
		}, ""},
		{"dist's tests", tests("dist/feed", "crossdock/core/order"), "imports: dist/feed may not import core/order in tests"},
		{"api's tests", tests("api", "crossdock/web/rest"), "imports: api may not import web/rest in tests"},
		{"web's tests", tests("web/shop", "crossdock/sim"), "imports: web/shop may not import sim in tests"},
		{"tools' tests", tests("tools/testreport", "crossdock/core/id"), "imports: tools/testreport may not import core/id in tests"},
		{"the root's tests", tests(".", "crossdock/core/id"), "imports: . may not import core/id in tests"},
		{"a process's tests", tests("node", "crossdock/engine/sqlite", "crossdock/web/shop"), ""},
		{"a suite in the product", imports("node", "crossdock/engine/storetest"), "imports: node may not import engine/storetest"},
		{"a suite takes test libraries", imports("engine/storetest", "testing", "github.com/google/go-cmp/cmp"), ""},

		// imports from the standard library
		{"cgo", imports("engine/sqlite", "C"), "imports: engine/sqlite may not import C"},
		{"unsafe in tests", tests("engine/sqlite", "unsafe"), "imports: engine/sqlite may not import unsafe"},
		{"context in core", imports("core/order", "context"), "imports: core/order may not import context"},
		{"os in core", imports("core/order", "os"), "imports: core/order may not import os"},
		{"net in core", imports("core/order", "net/url"), "imports: core/order may not import net/url"},
		{"SQL in core", imports("core/order", "database/sql"), "imports: core/order may not import database/sql"},
		{"log in core", imports("core/order", "log/slog"), "imports: core/order may not import log/slog"},
		{"random in core", imports("core/order", "math/rand/v2"), "imports: core/order may not import math/rand/v2"},
		{"secrets in core", imports("core/id", "crypto/rand"), "imports: core/id may not import crypto/rand"},
		{"locks in dist", imports("dist/feed", "sync/atomic"), "imports: dist/feed may not import sync/atomic"},
		{"SQL in site", imports("site/store", "database/sql"), "imports: site/store may not import database/sql"},
		{"HTTP in site", imports("site/outbox", "net/http"), "imports: site/outbox may not import net/http"},
		{"SQL in web", imports("web/auth", "database/sql"), "imports: web/auth may not import database/sql"},

		// imports of others
		{"third party in core", imports("core/id", "github.com/google/uuid"), "imports: core/id may not import github.com/google/uuid"},
		{"NATS elsewhere", imports("node", "github.com/nats-io/nats.go"), "imports: node may not import github.com/nats-io/nats.go"},
		{"NATS at home", imports("engine/natsbus", "github.com/nats-io/nats.go"), ""},
		{"SQLite elsewhere", imports("engine/sqldb", "modernc.org/sqlite"), "imports: engine/sqldb may not import modernc.org/sqlite"},
		{"SQLite's other face", imports("site/audit", "zombiezen.com/go/sqlite/sqlitex"), "imports: site/audit may not import zombiezen.com"},
		{"cobra elsewhere", imports("node", "github.com/spf13/cobra"), "imports: node may not import github.com/spf13/cobra"},
		{"koanf elsewhere", imports("cmd/crossdock", "github.com/knadh/koanf/v2"), "imports: cmd/crossdock may not import github.com/knadh"},
		{"huma elsewhere", imports("web/shop", "github.com/danielgtaylor/huma/v2"), "imports: web/shop may not import github.com/danielgtaylor"},
		{"sessions elsewhere", imports("web/shop", "github.com/alexedwards/scs/v2"), "imports: web/shop may not import github.com/alexedwards"},
		{"templ elsewhere", imports("site/store", "github.com/a-h/templ"), "imports: site/store may not import github.com/a-h/templ"},
		{"templ in web", imports("web/shop", "github.com/a-h/templ"), ""},
		{"a browser in the product", imports("web/shop", "github.com/chromedp/chromedp"), "imports: web/shop may not import github.com/chromedp"},
		{"a browser in tests", tests("web/shop", "github.com/chromedp/chromedp"), ""},
		{"a stranger", imports("web/shop", "example.com/handy"), "imports: web/shop may not import example.com/handy"},
		{"like a friend's name", imports("node", "github.com/google/uuidx"), "imports: node may not import github.com/google/uuidx"},

		// purity
		{"the clock", code("core/order", `import "time"; func f() time.Time { return time.Now() }`), "pure: time.Now"},
		{"the clock by another name", code("core/order", `import clock "time"; var _ = clock.Sleep`), "pure: time.Sleep"},
		{"the clock in tests", map[string]string{"core/order/a.go": "package order", "core/order/a_test.go": `package order; import "time"; var _ = time.Now`}, ""},
		{"the clock outside", code("site/store", `import "time"; func f() time.Time { return time.Now() }`), ""},
		{"durations", code("core/order", `import "time"; const limit = 3 * time.Second`), ""},
		{"a goroutine", code("dist/feed", `func f() { go f() }`), "pure: a go statement"},

		// package variables
		{"a table", code("core/order", `var names = [...]string{"a"}; var byName = map[string]int{"a": 1}`), ""},
		{"a table made by a function", code("core/order", `func f() []int { return []int{1} }; var x = f()`), ""},
		{"an error", code("core/order", `import "errors"; var errNone = errors.New("none")`), ""},
		{"an assertion", code("core/order", `type t struct{}; var _ error = (*t)(nil); func (*t) Error() string { return "" }`), ""},
		{"embedded files", code("web/page", "import \"embed\"\n//go:embed static\nvar files embed.FS"), ""},
		{"a compiled table", code("web/page", `import "regexp"; var word = regexp.MustCompile("a")`), ""},
		{"computed in core", code("core/order", `import "strings"; var x = strings.ToUpper("a")`), "variables: variable x is neither"},
		{"without a value", code("site/store", `import "sync"; var lock sync.Mutex`), "variables: variable lock begins without"},
		{"a pointer", code("web/page", `type t struct{}; var shared = &t{}`), "variables: variable shared is made"},
		{"an empty map", code("web/page", `var cache = make(map[string]int)`), "variables: variable cache is made"},
		{"assigned", code("web/page", `var x = 1; func f() { x = 2 }`), "variables: variable x is changed"},
		{"counted", code("web/page", `var x = 1; func f() { x++ }`), "variables: variable x is changed"},
		{"an entry assigned", code("core/order", `var x = map[string]int{"a": 1}; func f() { x["b"] = 2 }`), "variables: variable x is changed"},
		{"an entry deleted", code("core/order", `var x = map[string]int{"a": 1}; func f() { delete(x, "a") }`), "variables: variable x is changed"},
		{"its address", code("core/order", `var x = [...]int{1}; func f() *int { return &x[0] }`), "variables: variable x is changed"},
		{"overwritten in part", code("core/order", `var x = [...]int{1, 2}; func f() { copy(x[1:], []int{3}) }`), "variables: variable x is changed"},
		{"filled by range", code("web/page", `var x = 1; func f() { for x = range 3 { } }`), "variables: variable x is changed"},
		{"shadowed", code("web/page", `var x = 1; func f() { x := 1; x = 2; _ = x }`), ""},
		{"a table, read by range", code("core/order", `var x = []int{1}; func f() { for range x { } }`), ""},
		{
			"assigned from outside", map[string]string{
				"web/page/a.go": "package page; var Limit = 1", "web/shop/a.go": `package shop; import "crossdock/web/page"; func f() { page.Limit = 2 }`,
			}, "variables: variable Limit is changed",
		},
		{
			"assigned by a test", map[string]string{
				"web/page/a.go": "package page; var limit = 1", "web/page/a_test.go": `package page; func f() { limit = 2 }`,
			}, "variables: variable limit is changed",
		},
		{
			"assigned by an external test", map[string]string{
				"web/page/a.go": "package page; var Limit = 1", "web/page/a_test.go": `package page_test; import "crossdock/web/page"; func f() { page.Limit = 2 }`,
			}, "variables: variable Limit is changed",
		},

		// shape
		{"init", code("web/page", `func init() {}`), "init: an init function"},
		{"init in tests", map[string]string{"web/page/a.go": "package page", "web/page/a_test.go": `package page; func init() {}`}, "init: an init function"},
		{"a method called init", code("web/page", `type t int; func (t) init() {}`), ""},
		{"seven methods", code("site/store", `type port interface { A(); B(); C(); D(); E(); F(); G() }`), ""},
		{"eight methods", code("site/store", `type port interface { A(); B(); C(); D(); E(); F(); G(); H() }`), "interface: an interface of 8 methods"},
		{"eight by embedding", map[string]string{
			"site/books/a.go": `package books; type Port interface { A(); B(); C(); D() }`,
			"site/store/a.go": `package store; import "crossdock/site/books"; type port interface { books.Port; E(); F(); G(); H() }`,
		}, "interface: an interface of 8 methods"},
		{"a function of 80 lines", code("web/page", "func f() {\n"+strings.Repeat("\tf()\n", 78)+"}"), ""},
		{"a function of 81 lines", code("web/page", "func f() {\n"+strings.Repeat("\tf()\n", 79)+"}"), "function: f has 81 lines"},
		{"a long test", map[string]string{"web/page/a.go": "package page", "web/page/a_test.go": "package page\nfunc f() {\n" + strings.Repeat("\tf()\n", 700) + "}"}, ""},
		{"a long file", code("web/page", strings.Repeat("// so it goes\n", 600)), "file: the file has"},
		{"a long generated file", map[string]string{
			"web/page/a.go": "package page", "web/page/a_templ.go": "// Code generated by templ - DO NOT EDIT.\n\npackage page\nfunc g() {\n" + strings.Repeat("\tg()\n", 700) + "}",
		}, ""},
		{"broken Go", code("web/page", "func {"), "parse: "},
		{"replace", map[string]string{"go.mod": "module crossdock\nreplace example.com/a => ../a"}, "go.mod: replace example.com/a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { expect(t, c.files, c.want, comment) })
	}
}

// TestCommentRule wants prose before every package, of code or of tests alone.
func TestCommentRule(t *testing.T) {
	cases := []struct{ name, comment, file, want string }{
		{"none", "", "web/page/a.go", "comment: package web/page has 0 characters"},
		{"short", "// Package page is short. Very.\n", "web/page/a.go", "comment: package web/page has 29 characters"},
		{"one sentence", "// Package page" + strings.Repeat(" goes on", 20) + ".\n", "web/page/a.go", "and 1 sentences"},
		{"of a command", "", "cmd/crossdock/main.go", "comment: package cmd/crossdock has"},
		{"of a suite", "", "engine/storetest/a.go", "comment: package engine/storetest has"},
		{"of tests alone", "", "docs/a_test.go", "comment: package docs has"},
		{"enough", comment, "docs/a_test.go", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { expect(t, map[string]string{c.file: "package x"}, c.want, c.comment) })
	}
}

// TestExceptions lifts a rule where an exception says so, and reports one that
// lifts nothing.
func TestExceptions(t *testing.T) {
	files := fstest.MapFS{"web/page/a.go": {Data: []byte(comment + "package page\nfunc init() {}")}}
	tr, err := readTree(files)
	if err != nil {
		t.Fatal(err)
	}
	r := theRules
	r.exceptions = []exception{{file: "web/page/a.go", rule: "init", why: "the proof"}}
	if found := check(tr, r); len(found) != 0 {
		t.Errorf("an excepted rule fired: %v", found)
	}
	r.exceptions = append(r.exceptions, exception{file: "web/page/b.go", rule: "init", why: "the proof"})
	if found := check(tr, r); len(found) != 1 || found[0].rule != "exceptions" {
		t.Errorf("found %v, want the exception that lifts nothing", found)
	}
}

// TestEveryProhibitionHasAReason keeps the tables honest.
func TestEveryProhibitionHasAReason(t *testing.T) {
	var reasons []string
	for _, l := range append(append([]layer{}, layers...), testLayers...) {
		reasons = append(reasons, l.who+"\x00"+l.why)
	}
	for _, b := range bans {
		reasons = append(reasons, strings.Join(b.who, " ")+"\x00"+b.why)
	}
	for _, o := range outsiders {
		reasons = append(reasons, o.prefix+"\x00"+o.why)
	}
	for _, e := range exceptions {
		reasons = append(reasons, e.file+"\x00"+e.why)
	}
	for _, reason := range reasons {
		if who, why, _ := strings.Cut(reason, "\x00"); len(why) < 10 {
			t.Errorf("the rule for %s gives no reason", who)
		}
	}
	for _, l := range layers {
		if _, found := closest(testLayers, strings.TrimSuffix(l.who, "/...")); !found {
			t.Errorf("no rule for the tests of %s", l.who)
		}
	}
}

// expect checks a tree of files, each with the comment put first.
func expect(t *testing.T, files map[string]string, want, comment string) {
	t.Helper()
	root := fstest.MapFS{}
	for name, source := range files {
		if strings.HasSuffix(name, ".go") && (!strings.HasSuffix(name, "_test.go") || len(files) == 1) && !strings.Contains(source, "Code generated") {
			source = comment + source
		}
		root[name] = &fstest.MapFile{Data: []byte(source)}
	}
	tr, err := readTree(root)
	if err != nil {
		t.Fatal(err)
	}
	found := check(tr, theRules)
	if want == "" {
		if len(found) != 0 {
			t.Fatalf("found %v in order", found)
		}
		return
	}
	if len(found) != 1 || !strings.Contains(found[0].rule+": "+found[0].what, want) {
		t.Fatalf("found %v, want one %q", found, want)
	}
	if found[0].why == "" {
		t.Errorf("no reason with %v", found[0])
	}
}

// code returns one file in a folder.
func code(dir, body string) map[string]string {
	return map[string]string{dir + "/a.go": "package x\n" + body}
}

// imports returns a file in a folder that imports these packages.
func imports(dir string, names ...string) map[string]string {
	return map[string]string{strings.TrimPrefix(dir+"/a.go", "./"): source(names)}
}

// tests returns the same as a test of the folder.
func tests(dir string, names ...string) map[string]string {
	return map[string]string{strings.TrimPrefix(dir+"/a_test.go", "./"): source(names)}
}

func source(names []string) string {
	text := "package x\n"
	for _, name := range names {
		text += "import _ \"" + name + "\"\n"
	}
	return text
}
