// Package config says what a process can be told before it starts, and reads it:
// defaults, then a YAML file, then the environment, then flags, each of which
// overrides those before it.
//
// Everything about a setting stands at its field in Config: key, meaning and
// limits. The flags, the names of the environment and the commented sample are
// made from that, so none of them can go stale. The package must never open an
// engine, and never print or log a secret.
//
// Start reading at Config, then Load.
package config

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/sourcing"
)

// Config is everything that a process can be told. Load gives a checked one.
type Config struct {
	Data       string             `koanf:"data" doc:"The data directory: all that the process keeps is in it, so moving it moves the product. One process at a time uses it."`
	Listen     string             `koanf:"listen" doc:"Address and port of the pages and of the API. Port 0 lets the system choose."`
	Roles      []Role             `koanf:"roles" doc:"The sites that this process runs: store, and warehouse:NAME for each warehouse."`
	Store      Store              `koanf:"store"`
	Shop       Shop               `koanf:"shop"`
	Warehouses Warehouses         `koanf:"warehouses"`
	Quota      Quota              `koanf:"quota"`
	Sourcing   Sourcing           `koanf:"sourcing"`
	Checkout   Checkout           `koanf:"checkout"`
	Payment    Payment            `koanf:"payment"`
	Feeds      Feeds              `koanf:"feeds"`
	NATS       NATS               `koanf:"nats"`
	Log        Log                `koanf:"log"`
	Peers      []Peer             `koanf:"peers" doc:"The public keys of the sites of other processes, each as NAME=ed25519:..., which crossdock links keys prints there; no other key is taken for them, and no other site is heard. Empty: the first key that comes in a name is kept, and only that is taken from then on."`
	Districts  []catalog.District `koanf:"districts" doc:"The delivery areas: code, name, the warehouses that serve it, the primary one first, and the place of its center, in degrees. They are added to those that the store has; one with the same code is changed. A store without any delivers everywhere, from the warehouses of its process. In the file only."`
}

// Store is what concerns the store as a site.
type Store struct {
	Name id.Site `koanf:"name" doc:"The name of the store among the sites. It stands in every ledger: choose it once."`
}

// Shop is what customers see.
type Shop struct {
	Name     string         `koanf:"name" doc:"The name of the shop on its pages, up to 60 characters."`
	Currency money.Currency `koanf:"currency" doc:"The currency of all prices, as a code such as GBP or EUR."`
}

// Warehouses is how the warehouses of this process share out their stock, and
// what the store of this process knows of warehouses wherever they run.
type Warehouses struct {
	Stores       []id.Site           `koanf:"stores" doc:"The stores that the warehouses of this process grant stock to and work for. Empty: the one of store.name."`
	Safety       int64               `koanf:"safety" doc:"Units of each product that a warehouse keeps back and never grants to a store."`
	SharePercent int                 `koanf:"share_percent" doc:"The part of the stock above the safety units that is granted to the stores, 1 to 100."`
	Profiles     []catalog.Warehouse `koanf:"profiles" doc:"What the store goes by when it chooses warehouses and promises a day: code and name; place, in degrees; cut_off, the time of the day in UTC until which orders leave that day; workdays; handling, in working days; capacity, in parcels a day; safety, units of each product that are not promised; and the costs per_box, per_unit and per_km, in the shop's currency. What is left out puts no limit and costs nothing. They are added to those that the store has; one with the same code is changed. In the file only."`
}

// Quota is how a store asks for more stock to sell.
type Quota struct {
	AskWait time.Duration `koanf:"ask_wait" doc:"How long an order that would be short waits for more quota, such as 300ms; 0s never waits."`
}

// Sourcing is how the store chooses the warehouses of an order.
type Sourcing struct {
	Strategy sourcing.Strategy `koanf:"strategy" doc:"How warehouses are chosen: primary-first, fewest-parcels, nearest, fastest or cheapest."`
	Rules    []sourcing.Rule   `koanf:"rules" doc:"What decides between warehouses that the strategy finds equally good, in order: district-order, distance, parcels, arrival, cost, stock or load. Empty: the order of the district."`
}

// Policy is the same as the store takes it.
func (s Sourcing) Policy() sourcing.Policy {
	return sourcing.Policy{Strategy: s.Strategy, Rules: s.Rules}
}

// Checkout is what concerns customers who are about to order.
type Checkout struct {
	Hold       time.Duration `koanf:"hold" doc:"How long the units of a checkout are kept for it without a sign of life, 1s to 24h."`
	HoldAtMost time.Duration `koanf:"hold_at_most" doc:"How long the units of a checkout are kept at most, however often there is a sign of life: checkout.hold to 72h. 0s: three times checkout.hold."`
}

// Payment is how customers may pay, besides on delivery.
type Payment struct {
	BankTransfer bool          `koanf:"bank_transfer" doc:"Whether customers may pay by bank transfer, true or false. The order waits for the money."`
	TestCards    bool          `koanf:"test_cards" doc:"Whether a simulated card company takes test cards, true or false, for trying things out: no money moves. The demo has it on."`
	UnpaidFor    time.Duration `koanf:"unpaid_for" doc:"How long an order waits for its bank transfer before it is called off, 1m to 2160h."`
	UnpaidAtMost int           `koanf:"unpaid_at_most" doc:"How many orders of one customer may wait for their bank transfers at a time, up to 1000000; the next one is refused. Guests are told apart by their e-mail address, else by their phone. 0: any number."`
}

// Feeds is how long sites keep what they have said to each other.
type Feeds struct {
	Keep time.Duration `koanf:"keep" doc:"How long a message between sites is kept after its reader has acknowledged it, 1m to 8760h: a site restored from a backup that is older than this cannot read on. 0s keeps all of them for ever."`
}

// NATS is how the sites of several processes reach each other.
type NATS struct {
	Listen    string `koanf:"listen" doc:"Address and port where the embedded server takes links of other processes; empty keeps it inside the process."`
	URL       string `koanf:"url" doc:"A NATS server or cluster to use in place of the embedded one, such as nats://host:4222."`
	Token     Secret `koanf:"token" doc:"The token that links must show. Prefer token_file."`
	TokenFile string `koanf:"token_file" doc:"A file whose first line is the token."`
}

// Log is how the process tells what it does, on standard error.
type Log struct {
	Level  string `koanf:"level" oneof:"debug,info,warn,error" doc:"The least level that is logged: debug, info, warn or error."`
	Format string `koanf:"format" oneof:"auto,text,json" doc:"text, json, or auto: colored text on a terminal, else JSON."`
}

// Default returns the configuration of a process that is told nothing. Data is
// empty where the environment names no home directory.
func Default(environ []string) Config {
	return Config{
		Data:       defaultData(environ),
		Listen:     "127.0.0.1:8080",
		Roles:      []Role{"store", "warehouse:wh1", "warehouse:wh2"},
		Store:      Store{Name: "store"},
		Shop:       Shop{Name: "The Crossdock Shop", Currency: "GBP"},
		Warehouses: Warehouses{Stores: []id.Site{}, SharePercent: 100, Profiles: []catalog.Warehouse{}},
		Quota:      Quota{AskWait: 300 * time.Millisecond},
		Sourcing:   Sourcing{Strategy: sourcing.StrategyPrimary, Rules: []sourcing.Rule{}},
		Checkout:   Checkout{Hold: 10 * time.Minute},
		Payment:    Payment{BankTransfer: true, UnpaidFor: 7 * 24 * time.Hour, UnpaidAtMost: 5},
		Feeds:      Feeds{Keep: 7 * 24 * time.Hour},
		Log:        Log{Level: "info", Format: "auto"},
		Peers:      []Peer{},
		Districts:  []catalog.District{},
	}
}

// DemoData is the default data directory of the demo: in the working directory,
// so that it is easy to find and to throw away.
const DemoData = "crossdock-data"

// DemoDefault is Default for the demo: it keeps its data beside what one works on,
// and takes test cards.
func DemoDefault(environ []string) Config {
	c := Default(environ)
	c.Data, c.Payment.TestCards = DemoData, true
	return c
}

// defaultData follows the XDG Base Directory Specification.
func defaultData(environ []string) string {
	if dir := lookup(environ, "XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "crossdock")
	}
	if home := homeOf(environ); home != "" {
		return filepath.Join(home, ".local", "share", "crossdock")
	}
	return ""
}

// homeOf returns the home directory that the environment names, or "".
func homeOf(environ []string) string {
	return cmp.Or(lookup(environ, "HOME"), lookup(environ, "USERPROFILE"))
}

// expandHome reads a leading ~/ as a shell does, which does not see the file.
func expandHome(path string, environ []string) string {
	rest, found := strings.CutPrefix(path, "~/")
	home := homeOf(environ)
	if !found || home == "" {
		return path
	}
	return filepath.Join(home, rest)
}

// lookup returns the value of a variable; of several, the last counts.
func lookup(environ []string, name string) string {
	value := ""
	for _, entry := range environ {
		if key, text, found := strings.Cut(entry, "="); found && key == name {
			value = text
		}
	}
	return value
}

// HasStore reports whether this process runs the store.
func (c Config) HasStore() bool { return slices.Contains(c.Roles, roleStore) }

// LocalWarehouses returns the warehouses that this process runs, in order of Roles.
func (c Config) LocalWarehouses() []id.Site {
	var sites []id.Site
	for _, role := range c.Roles {
		if site, ok := role.Warehouse(); ok {
			sites = append(sites, site)
		}
	}
	return sites
}

// StoresServed returns the stores that the warehouses of this process work for.
func (c Config) StoresServed() []id.Site {
	if len(c.Warehouses.Stores) == 0 {
		return []id.Site{c.Store.Name}
	}
	return c.Warehouses.Stores
}

// AllWarehouses returns the warehouses that this process runs, then those that
// districts name besides.
func (c Config) AllWarehouses() []id.Site {
	sites := c.LocalWarehouses()
	for _, district := range c.Districts {
		for _, site := range district.Warehouses {
			if !slices.Contains(sites, site) {
				sites = append(sites, site)
			}
		}
	}
	return sites
}
