package crossdock_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module begins the import path of every package of ours.
const module = "crossdock"

type rules struct {
	layers, testLayers               []layer
	support                          []string
	bans                             []ban
	pure                             []string // packages without I/O, clock and goroutines
	outsiders                        []outsider
	testLibs                         []string
	maxMethods, maxFunction, maxFile int
	minComment                       int // characters of a package comment
	exceptions                       []exception
}

type layer struct {
	who string
	may []string
	why string
}

type ban struct {
	who, never []string
	tests      bool // holds for tests too
	why        string
}

type outsider struct {
	prefix string
	homes  []string
	why    string
}

// exception lifts one rule for one file, or for one name in it.
type exception struct{ file, rule, name, why string }

// violation is one place that breaks a rule. The name is what exceptions go by.
type violation struct {
	rule, file, name string
	where, what, why string
}

// tree is the parsed module.
type tree struct {
	fset     *token.FileSet
	packages map[string]*pkg // by path under the root
	goMod    string
	broken   []violation // files that do not parse
}

// pkg is one folder: the package with its own tests, and its external tests.
type pkg struct {
	path  string
	files []*file
	info  *types.Info    // of all files
	types *types.Package // nil until checked
	busy  bool           // being checked: an import that comes back here is a cycle of tests
}

type file struct {
	name            string
	ast             *ast.File
	test, generated bool
}

// readTree parses every Go file under root, generated ones and those of other
// platforms too, and resolves the names in it as far as this module goes.
func readTree(root fs.FS) (*tree, error) {
	tr := &tree{fset: token.NewFileSet(), packages: map[string]*pkg{}}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch {
		case entry.IsDir() && name != "." && (strings.ContainsAny(base[:1], "._") || base == "testdata" || base == "node_modules"):
			return fs.SkipDir
		case name == "go.mod", strings.HasSuffix(name, ".go") && !entry.IsDir():
			source, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			tr.add(name, string(source))
		}
		return nil
	})
	for _, p := range tr.sorted() {
		tr.resolve(p)
	}
	return tr, err
}

func (tr *tree) add(name, source string) {
	if name == "go.mod" {
		tr.goMod = source
		return
	}
	parsed, err := parser.ParseFile(tr.fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		tr.broken = append(tr.broken, violation{
			rule: "parse", file: name, where: name, what: err.Error(), why: "what cannot be read cannot be checked",
		})
		return
	}
	dir := path.Dir(name)
	p := tr.packages[dir]
	if p == nil {
		p = &pkg{path: dir}
		tr.packages[dir] = p
	}
	p.files = append(p.files, &file{name, parsed, strings.HasSuffix(name, "_test.go"), ast.IsGenerated(parsed)})
}

func (tr *tree) sorted() []*pkg {
	var all []*pkg
	for _, p := range tr.packages {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *pkg) int { return strings.Compare(a.path, b.path) })
	return all
}

// resolve finds what the names in p mean. Packages of others are not loaded, so
// the type checker finds faults; they are not ours to report, and names resolve
// in spite of them.
func (tr *tree) resolve(p *pkg) {
	if p.types != nil || p.busy {
		return
	}
	p.busy = true
	defer func() { p.busy = false }()
	p.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer{tr}, Error: func(error) {}, FakeImportC: true}
	var inside, outside []*ast.File
	for _, f := range p.files {
		if f.test && strings.HasSuffix(f.ast.Name.Name, "_test") {
			outside = append(outside, f.ast)
		} else {
			inside = append(inside, f.ast)
		}
	}
	p.types, _ = config.Check(path.Join(module, p.path), tr.fset, inside, p.info)
	config.Check(path.Join(module, p.path)+"_test", tr.fset, outside, p.info)
}

// importer gives the type checker the packages of this module alone.
type importer struct{ *tree }

func (i importer) Import(name string) (*types.Package, error) {
	inside, ours := under(name)
	if p := i.packages[inside]; ours && p != nil {
		i.resolve(p)
		if p.types != nil {
			return p.types, nil
		}
	}
	return nil, errors.New("not loaded")
}

// under returns the path under the root of an import path of this module.
func under(name string) (string, bool) {
	if name == module {
		return ".", true
	}
	return strings.CutPrefix(name, module+"/")
}

// check returns the violations of r in the tree, less the exceptions, plus the
// exceptions that were not needed.
func check(tr *tree, r rules) []violation {
	c := &checker{tree: tr, rules: r, found: slices.Clone(tr.broken)}
	c.goModule()
	for _, p := range tr.sorted() {
		c.comment(p)
		c.imports(p)
		c.shape(p)
		c.variables(p)
		c.assignments(p)
		if matchAny(r.pure, p.path) {
			c.purity(p)
		}
	}
	return c.lessExceptions()
}

type checker struct {
	*tree
	rules
	found []violation
}

func (c *checker) report(rule string, f *file, at token.Pos, name, why, format string, args ...any) {
	c.found = append(c.found, violation{
		rule: rule, file: f.name, name: name, where: c.fset.Position(at).String(),
		what: fmt.Sprintf(format, args...), why: why,
	})
}

func (c *checker) lessExceptions() []violation {
	used := make([]bool, len(c.exceptions))
	var left []violation
	for _, v := range c.found {
		index := slices.IndexFunc(c.exceptions, func(e exception) bool {
			return e.rule == v.rule && e.file == v.file && (e.name == "" || e.name == v.name)
		})
		if index >= 0 {
			used[index] = true
			continue
		}
		left = append(left, v)
	}
	for i, e := range c.exceptions {
		if !used[i] {
			left = append(left, violation{
				rule: "exceptions", file: e.file, name: e.name, where: e.file,
				what: fmt.Sprintf("the exception from rule %q is not needed", e.rule), why: "a list that only grows is not read",
			})
		}
	}
	return left
}

func (c *checker) goModule() {
	for line := range strings.Lines(c.goMod) {
		if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word == "replace" {
			c.found = append(c.found, violation{
				rule: "go.mod", file: "go.mod", where: "go.mod", what: strings.TrimSpace(line),
				why: "a module with a replace directive cannot be installed or imported by others",
			})
		}
	}
}

// comment wants a package comment of some substance, in the code, or in the
// tests where there are only tests.
func (c *checker) comment(p *pkg) {
	onlyTests := !slices.ContainsFunc(p.files, func(f *file) bool { return !f.test })
	var text string
	for _, f := range p.files {
		if f.test == onlyTests && !f.generated {
			text += f.ast.Doc.Text()
		}
	}
	sentences := 0
	for _, word := range strings.Fields(text) {
		if strings.ContainsAny(word[len(word)-1:], ".!?") {
			sentences++
		}
	}
	if len(text) < c.minComment || sentences < 2 {
		c.report("comment", p.files[0], p.files[0].ast.Package, p.path,
			"a package opens with prose: what it is for, what it must never do, where to start reading",
			"package %s has %d characters and %d sentences of comment; want %d and 2", p.path, len(text), sentences, c.minComment)
	}
}

func (c *checker) imports(p *pkg) {
	home, planned := closest(c.layers, p.path)
	if !planned {
		c.report("layer", p.files[0], p.files[0].ast.Package, p.path,
			"the layers are chosen, not grown: add the package to the table with what it may import",
			"package %s belongs to no layer", p.path)
		return
	}
	extra, _ := closest(c.testLayers, p.path)
	for _, f := range p.files {
		helper := f.test || slices.Contains(c.support, p.path)
		for _, spec := range f.ast.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue // the parser has reported it
			}
			if what, why := c.refuse(p, f.test, helper, name, home, extra); why != "" {
				c.report("imports", f, spec.Pos(), name, why, "%s", what)
			}
		}
	}
}

// refuse says why p may not import name, or returns an empty why.
func (c *checker) refuse(p *pkg, test, helper bool, name string, home, extra layer) (what, why string) {
	inside, ours := under(name)
	what = fmt.Sprintf("%s may not import %s", p.path, inside)
	for _, b := range c.bans {
		if matchAny(b.who, p.path) && matchAny(b.never, inside) && (b.tests || !helper) {
			return what, b.why
		}
	}
	if !ours {
		return what, c.refuseOutsider(p, helper, name)
	}
	if inside == p.path {
		return what, ""
	}
	if slices.Contains(c.support, inside) && !helper {
		return what, "a support package exists for tests, and takes test libraries with it"
	}
	if matchAny(home.may, inside) {
		return what, ""
	}
	if helper && matchAny(extra.may, inside) {
		return what, ""
	}
	if test {
		return what + " in tests", extra.why
	}
	return what, home.why
}

func (c *checker) refuseOutsider(p *pkg, helper bool, name string) (why string) {
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	within := func(prefix string) bool {
		prefix = strings.TrimSuffix(prefix, "/")
		return name == prefix || strings.HasPrefix(name, prefix+"/")
	}
	if slices.ContainsFunc(c.testLibs, within) {
		if helper {
			return ""
		}
		return "test libraries stay out of the product"
	}
	for _, o := range c.outsiders {
		if within(o.prefix) {
			if matchAny(o.homes, p.path) {
				return ""
			}
			return o.why + ": " + strings.Join(o.homes, ", ")
		}
	}
	return "modules of others are chosen one by one: add it to the table with the package that is its home"
}

// shape looks at sizes and at init functions.
func (c *checker) shape(p *pkg) {
	for _, f := range p.files {
		if f.generated {
			continue
		}
		if lines := c.fset.File(f.ast.Pos()).LineCount(); !f.test && lines > c.maxFile {
			c.report("file", f, f.ast.Package, "", "one file is one idea", "the file has %d lines; want at most %d", lines, c.maxFile)
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				c.function(f, n)
			case *ast.InterfaceType:
				c.port(p, f, n)
			}
			return true
		})
	}
}

func (c *checker) function(f *file, fn *ast.FuncDecl) {
	if fn.Name.Name == "init" && fn.Recv == nil {
		c.report("init", f, fn.Pos(), "init", "what happens at import is found by nobody: constructors do it, called by node", "an init function")
	}
	lines := c.fset.Position(fn.End()).Line - c.fset.Position(fn.Pos()).Line + 1
	if !f.test && lines > c.maxFunction {
		c.report("function", f, fn.Pos(), fn.Name.Name, "one function does one thing",
			"%s has %d lines; want at most %d", fn.Name.Name, lines, c.maxFunction)
	}
}

func (c *checker) port(p *pkg, f *file, node *ast.InterfaceType) {
	named, ok := p.info.Types[node].Type.(*types.Interface)
	if ok && named.NumMethods() > c.maxMethods {
		c.report("interface", f, node.Pos(), "", "a port is what one caller needs",
			"an interface of %d methods; want at most %d", named.NumMethods(), c.maxMethods)
	}
}

// purity finds what a decision must not do itself. Its imports are in the bans.
func (c *checker) purity(p *pkg) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}
	for _, f := range p.files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				c.report("pure", f, n.Pos(), "go", "the order of effects is the caller's business", "a go statement")
			case *ast.SelectorExpr:
				if packageOf(p, n) == "time" && slices.Contains(clock, n.Sel.Name) {
					c.report("pure", f, n.Pos(), "time."+n.Sel.Name, "time enters by argument, so that a replay decides the same", "time.%s", n.Sel.Name)
				}
			}
			return true
		})
	}
}

// packageOf returns the import path that a selector such as time.Now reads from.
func packageOf(p *pkg, selector *ast.SelectorExpr) string {
	if name, ok := selector.X.(*ast.Ident); ok {
		if imported, ok := p.info.Uses[name].(*types.PkgName); ok {
			return imported.Imported().Path()
		}
	}
	return ""
}

const noState = "no mutable package variables: state belongs to a value that a constructor made, and two of them must not meet"

// variables looks at how package variables begin.
func (c *checker) variables(p *pkg) {
	pure := matchAny(c.pure, p.path)
	for _, f := range p.files {
		if f.test || f.generated {
			continue
		}
		for _, decl := range f.ast.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				spec := spec.(*ast.ValueSpec)
				if embedded(group.Doc) || embedded(spec.Doc) {
					continue
				}
				c.variable(p, f, spec, pure)
			}
		}
	}
}

func (c *checker) variable(p *pkg, f *file, spec *ast.ValueSpec, pure bool) {
	for i, name := range spec.Names {
		switch {
		case name.Name == "_":
		case len(spec.Values) == 0:
			c.report("variables", f, name.Pos(), name.Name, noState, "variable %s begins without a value", name.Name)
		case i < len(spec.Values) && mutable(spec.Values[i]):
			c.report("variables", f, name.Pos(), name.Name, noState, "variable %s is made to be changed", name.Name)
		case pure && (i >= len(spec.Values) || !constant(p, spec.Values[i])):
			c.report("variables", f, name.Pos(), name.Name, noState, "variable %s is neither an error nor a table", name.Name)
		}
	}
}

// embedded reports whether a comment holds a go:embed directive.
func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// mutable reports whether a value is a pointer, a channel or an empty container.
func mutable(value ast.Expr) bool {
	switch value := ast.Unparen(value).(type) {
	case *ast.UnaryExpr:
		return value.Op == token.AND
	case *ast.CallExpr:
		name, ok := value.Fun.(*ast.Ident)
		return ok && (name.Name == "new" || name.Name == "make")
	}
	return false
}

// constant reports whether a value is a table, an error, or made by a function
// of the same package, which is pure as well.
func constant(p *pkg, value ast.Expr) bool {
	switch value := ast.Unparen(value).(type) {
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		switch function := value.Fun.(type) {
		case *ast.Ident:
			made, ok := p.info.Uses[function].(*types.Func)
			return ok && made.Pkg() == p.types
		case *ast.SelectorExpr:
			from := packageOf(p, function)
			return from == "errors" && function.Sel.Name == "New" || from == module+"/core/fault"
		}
	}
	return false
}

// assignments finds places, in tests too, that change a package variable of
// this module after it began.
func (c *checker) assignments(p *pkg) {
	for _, f := range p.files {
		if f.generated {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, target := range targets(n) {
				if v := c.packageVariable(p, target); v != nil {
					c.report("variables", f, target.Pos(), v.Name(), noState, "variable %s is changed, or its address taken", v.Name())
				}
			}
			return true
		})
	}
}

// targets returns what a node may change.
func targets(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		name, ok := n.Fun.(*ast.Ident)
		if ok && (name.Name == "delete" || name.Name == "clear" || name.Name == "copy") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// packageVariable returns the variable that an expression such as a.b[c] is part
// of, if it is a package variable of this module, else nil.
func (c *checker) packageVariable(p *pkg, e ast.Expr) *types.Var {
	var name *ast.Ident
	for name == nil {
		switch part := e.(type) {
		case *ast.Ident:
			name = part
		case *ast.SelectorExpr:
			e = part.X
			if packageOf(p, part) != "" {
				name = part.Sel
			}
		case *ast.SliceExpr:
			e = part.X
		case *ast.IndexExpr:
			e = part.X
		case *ast.StarExpr:
			e = part.X
		case *ast.ParenExpr:
			e = part.X
		default:
			return nil
		}
	}
	v, ok := p.info.Uses[name].(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// closest returns the layer whose pattern fits a package most exactly.
func closest(layers []layer, name string) (best layer, found bool) {
	for _, l := range layers {
		if !match(l.who, name) {
			continue
		}
		if !found || !strings.HasSuffix(l.who, "...") || strings.HasSuffix(best.who, "...") && len(l.who) > len(best.who) {
			best, found = l, true
		}
	}
	return best, found
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, name) })
}

func match(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == parent || strings.HasPrefix(name, parent+"/")
	}
	return name == pattern
}
