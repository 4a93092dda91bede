package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Limits of settings.
const (
	maxSafety  = 1_000_000_000
	maxAskWait = time.Minute
	minHold    = time.Second
	maxHold    = 24 * time.Hour
	maxKept    = 3 * maxHold
	minUnpaid  = time.Minute
	maxUnpaid  = 90 * 24 * time.Hour
	maxOwing   = 1_000_000
	minKept    = time.Minute
	maxFeeds   = 365 * 24 * time.Hour
)

// problems gathers what is wrong, so that all of it is told at once.
type problems []string

func (p *problems) add(key string, err error) {
	if err != nil {
		message, _ := fault.Public(err)
		*p = append(*p, key+": "+message)
	}
}

// err returns all problems as one fault.Invalid; nil without any.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.Sort(p)
	if len(p) == 1 {
		return fault.New(fault.Invalid, "the configuration is wrong: %s", p[0])
	}
	return fault.New(fault.Invalid, "the configuration is wrong in %d places:\n  %s", len(p), strings.Join(p, "\n  "))
}

// Check reports every rule that c breaks, as one fault.Invalid.
func (c Config) Check() error {
	var found problems
	if c.Data == "" {
		found.add("data", fault.New(fault.Invalid, "name a directory: without a home directory there is no default"))
	}
	found.add("listen", checkAddress(c.Listen))
	c.checkRoles(&found)
	_, err := id.ParseSite(string(c.Store.Name))
	found.add("store.name", err)
	found.add("shop.name", catalog.CheckText("name", c.Shop.Name, 1, catalog.MaxLabel))
	_, err = money.ParseCurrency(string(c.Shop.Currency))
	found.add("shop.currency", err)
	found.add("warehouses.safety", within(c.Warehouses.Safety, 0, maxSafety))
	found.add("warehouses.share_percent", within(int64(c.Warehouses.SharePercent), 1, 100))
	c.checkStores(&found)
	c.checkProfiles(&found)
	found.add("quota.ask_wait", lasting(c.Quota.AskWait, 0, maxAskWait))
	found.add("checkout.hold", lasting(c.Checkout.Hold, minHold, maxHold))
	if c.Checkout.HoldAtMost != 0 {
		found.add("checkout.hold_at_most", lasting(c.Checkout.HoldAtMost, c.Checkout.Hold, maxKept))
	}
	found.add("payment.unpaid_for", lasting(c.Payment.UnpaidFor, minUnpaid, maxUnpaid))
	found.add("payment.unpaid_at_most", within(int64(c.Payment.UnpaidAtMost), 0, maxOwing))
	if c.Feeds.Keep != 0 {
		found.add("feeds.keep", lasting(c.Feeds.Keep, minKept, maxFeeds))
	}
	if err := c.Sourcing.Policy().Check(); err != nil {
		_, field := fault.Public(err)
		found.add("sourcing."+field, err)
	}
	c.checkNATS(&found)
	c.checkPeers(&found)
	c.checkDistricts(&found)
	return found.err()
}

func (c Config) checkRoles(found *problems) {
	if len(c.Roles) == 0 {
		found.add("roles", fault.New(fault.Invalid, "a process needs a role: store, or warehouse:NAME"))
		return
	}
	for i, role := range c.Roles {
		found.add("roles", role.check())
		if slices.Contains(c.Roles[:i], role) {
			found.add("roles", fault.New(fault.Invalid, "%s is there twice", role))
		}
		if site, ok := role.Warehouse(); ok && site == c.Store.Name {
			found.add("roles", fault.New(fault.Invalid, "the warehouse %s has the name of the store (store.name)", site))
		}
	}
	if !c.HasStore() && c.NATS.URL == "" {
		found.add("roles", fault.New(fault.Invalid, "without the store among the roles, set nats.url to where the store is reached"))
	}
	if len(c.LocalWarehouses()) == 0 && c.NATS.URL == "" && c.NATS.Listen == "" {
		found.add("roles", fault.New(fault.Invalid,
			"without a warehouse among the roles, set nats.listen or nats.url, so that warehouses can be reached"))
	}
}

func (c Config) checkStores(found *problems) {
	stores := c.Warehouses.Stores
	for i, store := range stores {
		_, err := id.ParseSite(string(store))
		found.add("warehouses.stores", err)
		if slices.Contains(stores[:i], store) {
			found.add("warehouses.stores", fault.New(fault.Invalid, "%s is there twice", store))
		}
		if slices.Contains(c.LocalWarehouses(), store) {
			found.add("warehouses.stores", fault.New(fault.Invalid, "%s is a warehouse of this process", store))
		}
	}
	if c.HasStore() && len(c.LocalWarehouses()) > 0 && !slices.Contains(c.StoresServed(), c.Store.Name) {
		found.add("warehouses.stores", fault.New(fault.Invalid,
			"the store of this process, %s, is missing: its own warehouses would give it nothing to sell", c.Store.Name))
	}
}

func (c Config) checkProfiles(found *problems) {
	seen := make(map[id.Site]bool)
	for _, profile := range c.Warehouses.Profiles {
		found.add("warehouses.profiles", profile.Check())
		if seen[profile.Code] {
			found.add("warehouses.profiles", fault.New(fault.Invalid, "the code %s is there twice", profile.Code))
		}
		seen[profile.Code] = true
		if profile.Code == c.Store.Name {
			found.add("warehouses.profiles", fault.New(fault.Invalid, "%s is the store, not a warehouse", profile.Code))
		}
	}
}

func (c Config) checkNATS(found *problems) {
	if c.NATS.URL != "" {
		if c.NATS.Listen != "" {
			found.add("nats.listen", fault.New(fault.Invalid, "the embedded server does not run when nats.url names another: leave one out"))
		}
		found.add("nats.url", checkURL(c.NATS.URL))
	}
	if c.NATS.Listen == "" {
		return
	}
	found.add("nats.listen", checkAddress(c.NATS.Listen))
	if !isLoopback(c.NATS.Listen) && c.NATS.Token == "" {
		found.add("nats.listen", fault.New(fault.Invalid,
			"%s can be reached from other machines: set nats.token_file, so that only your sites can speak", c.NATS.Listen))
	}
}

func (c Config) checkDistricts(found *problems) {
	seen := make(map[id.District]bool)
	for _, district := range c.Districts {
		found.add("districts", district.Check())
		if seen[district.Code] {
			found.add("districts", fault.New(fault.Invalid, "the code %s is there twice", district.Code))
		}
		seen[district.Code] = true
		for _, site := range district.Warehouses {
			_, err := id.ParseSite(string(site))
			found.add("districts", err)
			if site == c.Store.Name {
				found.add("districts", fault.New(fault.Invalid, "the district %s is served by %s, which is the store", district.Code, site))
			}
		}
	}
}

func within(number, least, most int64) error {
	if number < least || number > most {
		return fault.New(fault.Invalid, "%d is not between %d and %d", number, least, most)
	}
	return nil
}

func lasting(length, least, most time.Duration) error {
	if length < least || length > most {
		return fault.New(fault.Invalid, "%s is not between %s and %s", length, least, most)
	}
	return nil
}

// checkAddress takes host:port, :port and port 0.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fault.New(fault.Invalid, "%s is no address: want host:port, as in 127.0.0.1:8080 or :8080", fault.Quote(address))
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fault.New(fault.Invalid, "%s is no port: want a number up to 65535, 0 for any that is free", fault.Quote(port))
	} else if number == 0 && len(port) > 1 {
		return fault.New(fault.Invalid, "%s is no port", fault.Quote(port))
	}
	return nil
}

// checkURL takes a list of server addresses between commas.
func checkURL(text string) error {
	for _, part := range strings.Split(text, ",") {
		parsed, err := url.Parse(strings.TrimSpace(part))
		if err != nil || parsed.Host == "" || !slices.Contains([]string{"nats", "tls", "ws", "wss"}, parsed.Scheme) {
			return fault.New(fault.Invalid, "%s is no address of a NATS server: want one such as nats://host:4222", fault.Quote(part))
		}
	}
	return nil
}

// isLoopback reports whether an address is reached from this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
