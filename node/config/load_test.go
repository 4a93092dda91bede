package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/sourcing"
)

var home = []string{"HOME=/home/ada"}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "crossdock.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func flags(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	set.String("config", "", "is no setting")
	AddFlags(set, Default(home))
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return set
}

func load(t *testing.T, text string, environ []string, args ...string) Config {
	t.Helper()
	c, err := Load(Source{File: file(t, text), Environ: append(environ, home...), Flags: flags(t, args...)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEachSourceOverridesThoseBefore(t *testing.T) {
	const text = "listen: :1\nquota:\n  ask_wait: 1s\nroles: [store, warehouse:a]\nwarehouses:\n  safety: 1\n"
	cases := []struct {
		name    string
		text    string
		environ []string
		args    []string
		want    string // listen, ask_wait, roles, safety
	}{
		{"default", "", nil, nil, "127.0.0.1:8080 300ms [store warehouse:wh1 warehouse:wh2] 0"},
		{"file", text, nil, nil, ":1 1s [store warehouse:a] 1"},
		{
			"environment over file", text,
			[]string{"CROSSDOCK_LISTEN=:2", "CROSSDOCK_QUOTA_ASK_WAIT=2s", "CROSSDOCK_ROLES=store, warehouse:b", "CROSSDOCK_WAREHOUSES_SAFETY=2"},
			nil, ":2 2s [store warehouse:b] 2",
		},
		{
			"flag over environment", text,
			[]string{"CROSSDOCK_LISTEN=:2", "CROSSDOCK_QUOTA_ASK_WAIT=2s", "CROSSDOCK_ROLES=store,warehouse:b", "CROSSDOCK_WAREHOUSES_SAFETY=2"},
			[]string{"--listen=:3", "--quota-ask-wait=3s", "--roles=store,warehouse:c", "--warehouses-safety=3"},
			":3 3s [store warehouse:c] 3",
		},
		{"an empty variable sets nothing", text, []string{"CROSSDOCK_LISTEN="}, nil, ":1 1s [store warehouse:a] 1"},
		{"a flag at its default wins too", text, nil, []string{"--listen=127.0.0.1:8080"}, "127.0.0.1:8080 1s [store warehouse:a] 1"},
		{"fewer roles replace more", "roles: [store, warehouse:z]", nil, nil, "127.0.0.1:8080 300ms [store warehouse:z] 0"},
		{"sections without keys", "store:\nquota:\n  ask_wait:\nwarehouses: {}\n", nil, nil, "127.0.0.1:8080 300ms [store warehouse:wh1 warehouse:wh2] 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := load(t, c.text, c.environ, c.args...)
			text := fmt.Sprint(got.Listen, " ", got.Quota.AskWait, " ", got.Roles, " ", got.Warehouses.Safety)
			if text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func TestDefaultData(t *testing.T) {
	cases := []struct {
		name    string
		environ []string
		demo    bool
		want    string
	}{
		{"home", []string{"HOME=/home/ada"}, false, "/home/ada/.local/share/crossdock"},
		{"XDG", []string{"HOME=/home/ada", "XDG_DATA_HOME=/d"}, false, "/d/crossdock"},
		{"relative XDG is not valid", []string{"HOME=/home/ada", "XDG_DATA_HOME=d"}, false, "/home/ada/.local/share/crossdock"},
		{"demo", []string{"HOME=/home/ada"}, true, "crossdock-data"},
		{"tilde", []string{"HOME=/home/ada", "CROSSDOCK_DATA=~/shop"}, false, "/home/ada/shop"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Load(Source{Environ: c.environ, Demo: c.demo})
			if err != nil {
				t.Fatal(err)
			}
			if got.Data != c.want {
				t.Errorf("got %s, want %s", got.Data, c.want)
			}
		})
	}
	if _, err := Load(Source{}); err == nil || !strings.Contains(err.Error(), "data: name a directory") {
		t.Errorf("without a home: %v", err)
	}
}

func TestDistricts(t *testing.T) {
	got := load(t, "districts:\n- code: north\n  name: The North\n  warehouses: [wh2, wh9]\n", nil)
	want := []catalog.District{{Code: "north", Name: "The North", Warehouses: []id.Site{"wh2", "wh9"}}}
	if diff := cmp.Diff(want, got.Districts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]id.Site{"wh1", "wh2", "wh9"}, got.AllWarehouses()); diff != "" {
		t.Error(diff)
	}
}

func TestProfiles(t *testing.T) {
	got := load(t, `
warehouses:
  stores: [store, shop2]
  profiles:
  - code: wh9
    cut_off: 09:30
    workdays: "mon, sat"
    per_box: 2
    per_unit: 0.000001
    per_km: "0.25"
districts:
- {code: north, name: North, warehouses: [wh9], place: {latitude: -33.9, longitude: 18}}
`, nil)
	want := []catalog.Warehouse{{
		Code: "wh9", CutOff: 9*time.Hour + 30*time.Minute, Workdays: 1<<time.Monday | 1<<time.Saturday,
		PerBox: 2_000_000, PerUnit: 1, PerKm: 250_000,
	}}
	if diff := cmp.Diff(want, got.Warehouses.Profiles); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(catalog.Place{Latitude: -33.9, Longitude: 18}, got.Districts[0].Place); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]id.Site{"store", "shop2"}, got.StoresServed()); diff != "" {
		t.Error(diff)
	}
}

func TestPeers(t *testing.T) {
	key := KeyPrefix + strings.Repeat("A", 43)
	want := []Peer{Peer("wh1=" + key), Peer("wh2=" + key)}
	for name, c := range map[string]Config{
		"file":        load(t, "peers:\n- wh1="+key+"\n- wh2="+key+"\n", nil),
		"environment": load(t, "", []string{"CROSSDOCK_PEERS=wh1=" + key + ", wh2=" + key}),
		"flag":        load(t, "", nil, "--peers", "wh1="+key+",wh2="+key),
	} {
		if diff := cmp.Diff(want, c.Peers); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, peers := range map[string]string{
		"no key": "wh1", "no name": "=" + key, "no prefix": "wh1=" + strings.Repeat("A", 43), "too short": "wh1=" + key[:50], "too long": "wh1=" + key + "AAAA",
		"bits that are left over": "wh1=" + key[:50] + "B", "padded": "wh1=" + key + "=", "a name that is none": "../wh1=" + key, "twice": "wh1=" + key + ", wh1=" + key,
	} {
		c := Default(home)
		for peer := range strings.SplitSeq(peers, ", ") {
			c.Peers = append(c.Peers, Peer(peer))
		}
		if err := c.Check(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "peers: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStoresServed(t *testing.T) {
	for name, want := range map[string][]id.Site{
		"": {"shop"}, "shop": {"shop"}, "other, shop": {"other", "shop"},
	} {
		got := load(t, "store:\n  name: shop\n", []string{"CROSSDOCK_WAREHOUSES_STORES=" + name})
		if diff := cmp.Diff(want, got.StoresServed()); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
	}
}

// TestShopping is how customers order and pay, from each source.
func TestShopping(t *testing.T) {
	c := load(t, "payment:\n  test_cards: true\n  unpaid_for: 48h\n  unpaid_at_most: 3\ncheckout:\n  hold: 1h\n",
		[]string{"CROSSDOCK_SOURCING_STRATEGY=cheapest", "CROSSDOCK_SOURCING_RULES=cost, load"},
		"--payment-bank-transfer=false", "--checkout-hold=5m", "--checkout-hold-at-most=30m")
	got := fmt.Sprint(c.Payment, c.Checkout, c.Sourcing)
	if want := "{false true 48h0m0s 3} {5m0s 30m0s} {cheapest [cost load]}"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if policy := c.Sourcing.Policy(); policy.Check() != nil || policy.Strategy != sourcing.StrategyCheapest || len(policy.Rules) != 2 {
		t.Errorf("the policy is %+v", policy)
	}
	demo, err := Load(Source{Environ: home, Demo: true})
	if err != nil || !demo.Payment.TestCards || Default(home).Payment.TestCards {
		t.Errorf("test cards are for the demo: %+v, %v", demo.Payment, err)
	}
}

// TestNamesAreTold: a strategy or a rule that the documentation does not speak of
// is forgotten.
func TestNamesAreTold(t *testing.T) {
	docOf := func(path string) string {
		s, found := find(settings(Config{}), path)
		if !found {
			t.Fatalf("there is no setting %s", path)
		}
		return s.doc
	}
	for _, strategy := range sourcing.Strategies() {
		if !strings.Contains(docOf("sourcing.strategy"), string(strategy)) {
			t.Errorf("the doc of sourcing.strategy does not name %s", strategy)
		}
	}
	for _, rule := range sourcing.Rules() {
		if !strings.Contains(docOf("sourcing.rules"), string(rule)) {
			t.Errorf("the doc of sourcing.rules does not name %s", rule)
		}
	}
	for _, field := range profileFields {
		if !strings.Contains(docOf("warehouses.profiles"), field.key) {
			t.Errorf("the doc of warehouses.profiles does not name %s", field.key)
		}
	}
}

func TestWrongInput(t *testing.T) {
	cases := []struct {
		name, text, want string
	}{
		{"unknown key", "shop:\n  name: A\n  curency: EUR\n", ":3: shop.curency: there is no such setting; did you mean shop.currency?"},
		{"unknown key at the top", "# c\nlisen: :1\n", ":2: lisen: there is no such setting; did you mean listen?"},
		{"wrong section", "store:\n  currency: EUR\n", ":2: store.currency: there is no such setting; did you mean shop.currency?"},
		{"the key of the top", "shop:\n  lisen: a\nlisen: b\n", ":3: lisen: there is no such setting"},
		{"unknown section", "quotas:\n  ask_wait: 1s\n", ":1: quotas: there is no such setting; did you mean quota?"},
		{"nothing near", "zzzzzz: 1\n", ":1: zzzzzz: there is no such setting"},
		{"section as value", "shop: 7\n", ":1: shop: want settings below it"},
		{"not YAML", "a: [", "is not valid YAML"},
		{"number", "warehouses:\n  safety: many\n", `:2: warehouses.safety: "many" is no whole number`},
		{"fraction", "warehouses:\n  safety: 1.5\n", `:2: warehouses.safety: "1.5" is no whole number`},
		{"duration", "quota:\n  ask_wait: 300\n", `:2: quota.ask_wait: "300" is no duration`},
		{"text", "shop:\n  name: 7\n", ":2: shop.name: 7 is not text"},
		{"choice", "log:\n  level: loud\n", `:2: log.level: "loud" is none of debug, info, warn, error`},
		{"list", "roles: {a: b}\n", "roles: "},
		{"role", "roles: [store, warehous:wh1]\n", `roles: "warehous:wh1" is no role`},
		{"site name", "roles: [store, warehouse:WH1]\n", `"WH1" is no site name`},
		{"role twice", "roles: [store, warehouse:a, warehouse:a]\n", "roles: warehouse:a is there twice"},
		{"no role", "roles: []\n", "roles: a process needs a role"},
		{"warehouse alone", "roles: [warehouse:wh1]\n", "roles: without the store among the roles, set nats.url"},
		{"store alone", "roles: [store]\n", "roles: without a warehouse among the roles"},
		{"one name twice", "roles: [store, warehouse:store]\n", "the warehouse store has the name of the store"},
		{"no port", "listen: localhost\n", `listen: "localhost" is no address`},
		{"port", "listen: localhost:65536\n", `listen: "65536" is no port`},
		{"currency", "shop:\n  currency: XXX\n", `shop.currency: "XXX" is not a known currency`},
		{"empty name", "shop:\n  name: ' '\n", "shop.name: the name is empty"},
		{"share", "warehouses:\n  share_percent: 0\n", "warehouses.share_percent: 0 is not between 1 and 100"},
		{"safety", "warehouses:\n  safety: -1\n", "warehouses.safety: -1 is not between 0 and"},
		{"wait", "quota:\n  ask_wait: 2m\n", "quota.ask_wait: 2m0s is not between"},
		{"open links", "nats:\n  listen: :4222\n", "nats.listen: :4222 can be reached from other machines"},
		{"two servers", "nats:\n  listen: 127.0.0.1:0\n  url: nats://a\n", "nats.listen: the embedded server does not run"},
		{"url", "nats:\n  url: host:4222\n", `nats.url: "host:4222" is no address of a NATS server`},
		{"two tokens", "nats:\n  token: a\n  token_file: b\n", "nats.token and nats.token_file are both set"},
		{"no token file", "nats:\n  token_file: missing\n", "nats.token_file: the secret cannot be read"},
		{"district key", "districts:\n- cod: a\n", `districts: district 1: there is no "cod"`},
		{"districts", "districts: north\n", "districts: want a list"},
		{"district twice", "districts:\n- {code: a, name: A, warehouses: [wh1]}\n- {code: a, name: B, warehouses: [wh1]}\n", "the code a is there twice"},
		{"district in parts", "districts: [north]\n", "districts: district 1: want a group of code, name, warehouses and place"},
		{"half a place", "districts:\n- {code: a, name: A, warehouses: [wh1], place: {lat: 3}}\n", `district 1: place: there is no "lat": known are latitude and longitude`},
		{"no place", "districts:\n- {code: a, name: A, warehouses: [wh1], place: {latitude: north}}\n", `"north" is no number of degrees`},
		{"beyond the pole", "districts:\n- {code: a, name: A, warehouses: [wh1], place: {latitude: 91}}\n", "the latitude 91 is not between -90 and 90"},
		{"strategy", "sourcing:\n  strategy: best\n", `sourcing.strategy: "best" is no strategy: want primary-first, fewest-parcels, nearest, fastest or cheapest`},
		{"rule", "sourcing:\n  rules: [cost, mood]\n", `sourcing.rules: "mood" is no rule: want district-order, distance, parcels, arrival, cost, stock or load`},
		{"rule twice", "sourcing:\n  rules: [cost, cost]\n", "sourcing.rules: the rule cost is there twice"},
		{"hold", "checkout:\n  hold: 0s\n", "checkout.hold: 0s is not between 1s and 24h0m0s"},
		{"hold at most", "checkout:\n  hold_at_most: 5m\n", "checkout.hold_at_most: 5m0s is not between 10m0s and 72h0m0s"},
		{"unpaid", "payment:\n  unpaid_for: 2161h\n", "payment.unpaid_for: 2161h0m0s is not between 1m0s and 2160h0m0s"},
		{"feeds kept for too short", "feeds:\n  keep: 1s\n", "feeds.keep: 1s is not between 1m0s and 8760h0m0s"},
		{"feeds kept for too long", "feeds:\n  keep: 8761h\n", "feeds.keep: 8761h0m0s is not between 1m0s and 8760h0m0s"},
		{"unpaid orders", "payment:\n  unpaid_at_most: -1\n", "payment.unpaid_at_most: -1 is not between 0 and 1000000"},
		{"neither", "payment:\n  test_cards: maybe\n", `:2: payment.test_cards: "maybe" is neither true nor false`},
		{"store twice", "warehouses:\n  stores: [store, store]\n", "warehouses.stores: store is there twice"},
		{"store of no name", "warehouses:\n  stores: [store, The Store]\n", `warehouses.stores: "The Store" is no site name`},
		{"a warehouse as a store", "warehouses:\n  stores: [store, wh1]\n", "warehouses.stores: wh1 is a warehouse of this process"},
		{"its own store forgotten", "warehouses:\n  stores: [shop2]\n", "warehouses.stores: the store of this process, store, is missing"},
		{"profiles", "warehouses:\n  profiles: wh1\n", "warehouses.profiles: want a list of groups of code, name, place"},
		{"profile key", "warehouses:\n  profiles:\n  - {code: wh1, cutoff: 3}\n", `:2: warehouses.profiles: profile 1: there is no "cutoff"`},
		{"profile twice", "warehouses:\n  profiles:\n  - code: wh1\n  - code: wh1\n", "warehouses.profiles: the code wh1 is there twice"},
		{"profile of the store", "warehouses:\n  profiles:\n  - code: store\n", "warehouses.profiles: store is the store, not a warehouse"},
		{"profile of no name", "warehouses:\n  profiles:\n  - name: The Warehouse\n", `warehouses.profiles: "" is no site name`},
		{"cut-off", "warehouses:\n  profiles:\n  - {code: wh1, cut_off: 3pm}\n", `cut_off: "3pm" is no time of the day`},
		{"cut-off tomorrow", "warehouses:\n  profiles:\n  - {code: wh1, cut_off: '24:00'}\n", `cut_off: "24:00" is no time of the day`},
		{"workday", "warehouses:\n  profiles:\n  - {code: wh1, workdays: [mon, holiday]}\n", `workdays: "holiday" is no day of the week`},
		{"handling", "warehouses:\n  profiles:\n  - {code: wh1, handling: soon}\n", `handling: "soon" is no whole number`},
		{"handling of years", "warehouses:\n  profiles:\n  - {code: wh1, handling: 366}\n", "the handling of wh1 is not between 0 and 365"},
		{"capacity below zero", "warehouses:\n  profiles:\n  - {code: wh1, capacity: -1}\n", "the capacity of wh1 is not between 0 and"},
		{"no cost", "warehouses:\n  profiles:\n  - {code: wh1, per_box: free}\n", `per_box: "free" is no cost`},
		{"cost below zero", "warehouses:\n  profiles:\n  - {code: wh1, per_box: -1}\n", `per_box: "-1" is no cost`},
		{"cost too fine", "warehouses:\n  profiles:\n  - {code: wh1, per_km: '0.0000001'}\n", `per_km: "0.0000001" is no cost`},
		{"cost too high", "warehouses:\n  profiles:\n  - {code: wh1, per_box: 1000001}\n", "the per_box of wh1 is not between 0 and"},
		{"district of no warehouse", "districts:\n- {code: a, name: A}\n", "the district a has no warehouse"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Load(Source{File: file(t, c.text), Environ: home})
			if err == nil {
				t.Fatalf("no error, got %+v", got)
			}
			if message, _ := fault.Public(err); !fault.Is(err, fault.Invalid) || !strings.Contains(message, c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestEachProblemIsTold(t *testing.T) {
	_, err := Load(Source{
		File:    file(t, "lisen: :1\nlog:\n  level: x\n"),
		Environ: append([]string{"CROSSDOCK_WAREHOUSES_SAFETY=x"}, home...),
		Flags:   flags(t, "--log-format=x"),
	})
	for _, part := range []string{"4 places", "lisen", "log.level", "CROSSDOCK_WAREHOUSES_SAFETY: ", "--log-format: "} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("no %q in %v", part, err)
		}
	}
}

func TestMissingFile(t *testing.T) {
	_, err := Load(Source{File: "missing.yaml", Environ: home})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestSecrets(t *testing.T) {
	secret := file(t, "s3cret\nand a second line\n")
	fromFile := load(t, "", []string{"CROSSDOCK_NATS_TOKEN_FILE=" + secret})
	fromFlag := load(t, "", nil, "--nats-token-file="+secret)
	plain := load(t, "nats:\n  token: s3cret\n", nil)
	for _, c := range []Config{fromFile, fromFlag, plain} {
		if string(c.NATS.Token) != "s3cret" {
			t.Errorf("the token is %q", string(c.NATS.Token))
		}
		encoded, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprintf("%v %+v %#v %s", c, c, c, encoded)
		if strings.Contains(shown, "s3cret") {
			t.Errorf("the secret is shown: %s", shown)
		}
	}
	if flags(t).Lookup("nats-token") != nil {
		t.Error("a secret has a flag, which every user of the machine could read")
	}
	if _, err := ReadSecret(file(t, "\nx")); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty first line: %v", err)
	}
}

func TestUnknownVariables(t *testing.T) {
	got := UnknownVariables([]string{"CROSSDOCK_LISEN=1", "CROSSDOCK_LISTEN=1", "CROSSDOCK_SERVER=1", "PATH=1"}, "CROSSDOCK_SERVER")
	if diff := cmp.Diff([]string{"CROSSDOCK_LISEN"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	c := load(t, "", nil, "--quota-ask-wait=1m", "--warehouses-share-percent=1", "--listen=[::1]:0")
	if kept := load(t, "", nil, "--feeds-keep=0s"); kept.Feeds.Keep != 0 {
		t.Errorf("feeds.keep is %s", kept.Feeds.Keep)
	}
	if c.Quota.AskWait != time.Minute || c.Warehouses.SharePercent != 1 || c.Listen != "[::1]:0" {
		t.Errorf("got %+v", c)
	}
}

func TestLinksWithinTheMachineNeedNoToken(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "localhost:4222", "[::1]:4222"} {
		if got := load(t, "", []string{"CROSSDOCK_NATS_LISTEN=" + address}); got.NATS.Listen != address {
			t.Errorf("got %s, want %s", got.NATS.Listen, address)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(string(SampleFile()))
	f.Add("roles: [store]\nshop: {name: 7}\ndistricts: [{code: a}]")
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Source{File: name, Environ: home})
		if err == nil && c.Check() != nil {
			t.Errorf("%q was taken and is wrong: %v", text, c.Check())
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v is not told as invalid", text, err)
		}
	})
}
