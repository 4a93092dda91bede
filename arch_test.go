// The rules between the packages of Crossdock, as data. Each one says why it
// exists; arch_check_test.go reads the sources and applies them, and
// arch_proof_test.go breaks every one of them to see it found.
package crossdock_test

import (
	"os"
	"testing"
)

// TestArchitecture fails for each place in the tree that breaks a rule.
func TestArchitecture(t *testing.T) {
	tree, err := readTree(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.packages) == 0 {
		t.Fatal("no packages found")
	}
	for _, v := range check(tree, theRules) {
		t.Errorf("%s\n\t%s\n\twhy: %s", v.where, v.what, v.why)
	}
}

// A pattern names a package by its path under the root, such as "core/id";
// "core/..." stands for core and everything below it, and "." for the root.

// theRules is what TestArchitecture holds the tree to.
var theRules = rules{
	layers:      layers,
	testLayers:  testLayers,
	support:     support,
	bans:        bans,
	pure:        []string{"core/...", "dist/..."},
	outsiders:   outsiders,
	testLibs:    testLibs,
	maxMethods:  7,
	maxFunction: 80,
	maxFile:     600,
	minComment:  120,
	exceptions:  exceptions,
}

// exceptions lifts a rule at one place. One that nothing needs any more fails.
var exceptions = []exception{}

// layers says which packages of this module each package may import. The most
// exact pattern that fits a package holds for it, and each package needs one.
var layers = []layer{
	{
		"core/...",
		[]string{"core/..."},
		"what the business means depends on nothing but itself",
	},
	{
		"core/fault", nil,
		"everything may fail, so the form of errors is at the bottom",
	},
	{
		"core/id",
		[]string{"core/fault"},
		"names are used by every other package of core, so they know none of them",
	},
	{
		"core/money",
		[]string{"core/fault"},
		"sums are used by every other package of core, so they know none of them",
	},
	{
		"dist/...",
		[]string{"dist/..."},
		"how copies agree is the same for any cargo: it knows nothing of commerce",
	},
	{
		"site/outbox", machinery,
		"the machinery that sites share must not know which site it serves",
	},
	{
		"site/books", machinery,
		"the machinery that sites share must not know which site it serves",
	},
	{
		"site/writer", machinery,
		"the machinery that sites share must not know which site it serves",
	},
	{
		"site/store", machinery,
		"sites meet only through messages, and meet engines only through their own ports",
	},
	{
		"site/warehouse", machinery,
		"sites meet only through messages, and meet engines only through their own ports",
	},
	{
		"site/audit",
		[]string{"core/...", "dist/...", "site/..."},
		"the audit looks at all sites, through ports, and is no part of any",
	},
	{
		"site/drift",
		[]string{"core/...", "dist/...", "site/..."},
		"the comparison looks at two sites, through ports and messages, and is no part of either",
	},
	{
		"site/scenario",
		[]string{"core/...", "dist/...", "site/..."},
		"the stories hold the sites together, so they may know all of them",
	},
	{
		"site/intake/...",
		[]string{"core/...", "dist/...", "site/..."},
		"imports go through the same use cases as people's orders, never to a database",
	},
	{
		"engine/...",
		[]string{"core/...", "dist/...", "site/...", "engine/sqldb/..."},
		"an engine fulfills the ports of site, and can be replaced without the other engines noticing",
	},
	{
		"api/...",
		[]string{"core/id", "core/money", "core/fault"},
		"the wire types are the one stable import of other people's programs; what they drag in must be stable too",
	},
	{
		"web/...",
		[]string{"core/...", "site/...", "api/...", "web/..."},
		"the faces call use cases; where state lives and how a process is wired is not theirs to know",
	},
	{
		"node",
		[]string{"core/...", "dist/...", "site/...", "engine/...", "api/...", "web/...", "node/..."},
		"node puts the parts together, so that nobody else has to; it is not told how it was started",
	},
	{
		"node/bench",
		[]string{"core/...", "dist/...", "site/...", "engine/...", "api/...", "node/...", "web/..."},
		"a measurement runs the whole process, and writes what a process would without it",
	},
	{
		"node/config",
		[]string{"core/..."},
		"configuration is read before any part exists",
	},
	{
		"cmd/...",
		[]string{"core/...", "site/intake/...", "site/audit", "api/...", "node/...", "sim/..."},
		"a subcommand talks to a running process or starts one; it does no work of its own",
	},
	{
		"sim/...",
		[]string{"core/...", "dist/...", "site/...", "engine/...", "api/...", "node/...", "sim/..."},
		"the simulator runs the whole system below the faces",
	},
	{
		"docs/...",
		[]string{"core/...", "api/...", "node/...", "cmd/..."},
		"what the manual shows is what its readers may use",
	},
	{
		"examples/...",
		[]string{"core/...", "api/...", "node/..."},
		"what the examples show is what their readers may use",
	},
	{
		"tools/...",
		[]string{"tools/..."},
		"tools build and check the product and must work when it does not compile",
	},
	{
		".", nil,
		"the root holds the map and the rules, not code",
	},
}

var machinery = []string{"core/...", "dist/...", "site/outbox", "site/books", "site/writer"}

// testLayers says what the tests of a package, and the support packages among
// them, may import besides what the layer may.
var testLayers = []layer{
	{"core/...", nil, "a pure decision is tested without anything around it"},
	{"dist/...", nil, "a pure decision is tested without anything around it"},
	{"site/...", []string{"site/...", "engine/..."}, "a use case is tested on real engines, and never through the faces"},
	{
		"engine/...",
		[]string{"engine/storetest", "engine/bustest", "engine/paytest", "engine/memory", "engine/membus", "engine/linkswitch"},
		"an engine is held to the same suite as all others; comparing it with one engine would make that one the rule",
	},
	{
		"engine/linkswitch",
		[]string{"engine/bustest", "engine/membus", "engine/natsbus"},
		"the switch is laid over every bus, and is tested so",
	},
	{"api/...", nil, "the client is tested against the handlers in web/rest, where they are"},
	{"web/...", []string{"dist/...", "engine/...", "node/..."}, "a page may be tested on a running process"},
	{"node/...", []string{"..."}, "a process is tested with everything that can run in it"},
	{"cmd/...", []string{"..."}, "the command line is tested with everything that it can start"},
	{"sim/...", []string{"..."}, "the simulator checks everything"},
	{"docs/...", []string{"..."}, "the manual is tested with everything that it describes"},
	{"examples/...", []string{"..."}, "examples are tested with everything that they show"},
	{"tools/...", nil, "tools work when the product does not compile"},
	{".", nil, "the rules must be readable when the product does not compile"},
}

// bans are the prohibitions with a reason of their own, said before any layer's.
// They hold for code, not for its tests, except where tests is set.
var bans = []ban{
	{
		who: []string{"..."}, never: []string{"C", "unsafe"}, tests: true,
		why: "one binary, without cgo, on every platform; and no memory that the race detector does not see",
	},
	{
		who: []string{"core/...", "dist/..."},
		never: []string{
			"context", "os/...", "io/fs", "net/...", "database/...", "log/...", "sync/...", "runtime/...",
			"math/rand/...", "crypto/rand", "syscall", "plugin", "testing/...",
		},
		why: "decisions are functions of state, command and time: the same input gives the same answer in a test, a replay and a simulation",
	},
	{
		who: []string{"core/...", "dist/...", "site/...", "api/...", "web/...", "cmd/..."}, never: []string{"engine/..."},
		why: "only node, sim and tests import engines: changing the database touches engine and node alone",
	},
	{
		who: []string{"core/...", "dist/...", "site/...", "web/...", "api/...", "cmd/..."}, never: []string{"database/..."},
		why: "SQL stands in engines, next to its scan",
	},
	{
		who: []string{"site/..."}, never: []string{"net/http/..."},
		why: "a use case does not know whether it is called by a page, a program or a replay",
	},
	{
		who: []string{"site/store/..."}, never: []string{"site/warehouse/..."},
		why: "sites meet only through messages of core/event: the link between them may be down",
	},
	{
		who: []string{"site/warehouse/..."}, never: []string{"site/store/..."},
		why: "sites meet only through messages of core/event: the link between them may be down",
	},
	{
		who: []string{"..."}, never: []string{"cmd/..."},
		why: "the command line is the outermost layer: what a program wants of it belongs in node",
	},
}

// support holds the packages that exist for tests and are imported by them alone.
var support = []string{"engine/storetest", "engine/bustest", "engine/paytest", "web/page/pagetest"}

// outsiders are the modules of others, and the packages that may import them.
// A driver or a framework has one home, so that replacing it is one change.
var outsiders = []outsider{
	{"github.com/nats-io/", []string{"engine/natsbus"}, "one home for the messaging system"},
	{"modernc.org/", []string{"engine/sqlite"}, "one home for the database"},
	{"zombiezen.com/go/sqlite", []string{"engine/sqlite"}, "one home for the database"},
	{"github.com/pressly/goose/", []string{"engine/sqldb", "engine/sqlite"}, "migrations are run by the engine that they belong to"},
	{"github.com/google/uuid", []string{"node"}, "identifiers enter by core/id's port, and node owns their source"},
	{"github.com/go-json-experiment/json", []string{"core/event"}, "messages are read by the thousand, and twice as fast by it as by encoding/json"},
	{"github.com/failsafe-go/", []string{"site/outbox"}, "one policy of retries and breakers, that of the links"},
	{"github.com/spf13/cobra", []string{"cmd/crossdock"}, "one home for the command line"},
	{"github.com/spf13/pflag", []string{"cmd/crossdock", "node/config"}, "flags are parsed by the command line and read by the configuration"},
	{"github.com/knadh/koanf/", []string{"node/config"}, "one home for configuration"},
	{"github.com/danielgtaylor/huma/", []string{"web/rest"}, "one home for the REST framework"},
	{"github.com/alexedwards/", []string{"web/auth"}, "one home for sessions and passwords"},
	{"github.com/a-h/templ", []string{"web/..."}, "pages are rendered by web"},
	{"github.com/go-chi/httprate", []string{"web/..."}, "HTTP stands in web"},
	{"github.com/klauspost/compress", []string{"web/...", "node"}, "HTTP stands in web, and node serves it"},
	{"github.com/lmittmann/tint", []string{"cmd/crossdock", "node"}, "logs are set up where a process starts"},
	{"charm.land/lipgloss/", []string{"cmd/crossdock"}, "the terminal belongs to the command line"},
	{"github.com/schollz/progressbar/", []string{"cmd/crossdock"}, "the terminal belongs to the command line"},
	{"golang.org/x/term", []string{"cmd/crossdock"}, "the terminal belongs to the command line"},
	{"golang.org/x/crypto", []string{"web/auth"}, "one home for passwords"},
	{"golang.org/x/sync", []string{"site/...", "engine/...", "web/...", "node", "sim/..."}, "goroutines stand outside core"},
	{"golang.org/x/text", []string{"site/intake/...", "web/...", "cmd/crossdock"}, "text is read by intake and written by the faces"},
	{"github.com/anishathalye/porcupine", []string{"sim/..."}, "histories are judged where they are made"},
	{"golang.org/x/sys", []string{"sim/torture"}, "only the rig does to the machine what takes its system calls"},
	{"github.com/HdrHistogram/", []string{"cmd/crossdock", "sim/..."}, "measuring is not part of the work"},
}

// testLibs are the modules that tests and support packages alone may import.
var testLibs = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak", "github.com/rogpeppe/go-internal",
	"github.com/chromedp/", "golang.org/x/net/html",
}
