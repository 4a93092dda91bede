package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/core/order"
)

// What the shell offers while a command line is typed. It must be quick, change
// nothing and say nothing: where no process answers, there is less to offer.

const (
	completePatience = time.Second
	completeRows     = 50
)

// completes offers words for the value of a flag.
func completes(cmd *cobra.Command, flag string, offer cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic(err) // the command has no such flag, or has it twice: every run would say so
	}
}

// completesFiles offers files with these endings for the value of a flag; any
// file where there is no ending.
func completesFiles(cmd *cobra.Command, flag string, endings ...string) {
	directive := cobra.ShellCompDirectiveFilterFileExt
	if len(endings) == 0 {
		directive = cobra.ShellCompDirectiveDefault
	}
	completes(cmd, flag, cobra.FixedCompletions(endings, directive))
}

// completesDirs offers directories for the value of a flag.
func completesDirs(cmd *cobra.Command, flag string) {
	completes(cmd, flag, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
}

// words offers a fixed list.
func words[S ~string](all []S) cobra.CompletionFunc {
	texts := make([]cobra.Completion, len(all))
	for i, word := range all {
		texts[i] = string(word)
	}
	return cobra.FixedCompletions(texts, cobra.ShellCompDirectiveNoFileComp)
}

// stagesByHand are those that "fulfillments advance" can lead to.
func stagesByHand() []order.Stage {
	return slices.DeleteFunc(order.Stages(), func(s order.Stage) bool {
		return s == order.Requested || s == order.ShortStage || s == order.VoidedStage
	})
}

// first keeps an offer to the first argument.
func first(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, typed)
	}
}

// offered makes an offer out of what a process tells; what it does not tell in
// time, or refuses to, is not offered.
func offered(ask func(ctx context.Context) []cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completePatience)
		defer cancel()
		all := slices.DeleteFunc(ask(ctx), func(word cobra.Completion) bool { return !strings.HasPrefix(word, typed) })
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// told makes an offer out of what the process of a target tells.
func (p program) told(t *target, ask func(ctx context.Context, client *api.Client) []cobra.Completion) cobra.CompletionFunc {
	return offered(func(ctx context.Context) []cobra.Completion {
		client := p.reach(ctx, t)
		if client == nil {
			return nil
		}
		defer client.Close()
		return ask(ctx, client)
	})
}

// offerSites offers the warehouses of the process, or those of its configuration
// where it does not run.
func (p program) offerSites(t *target) cobra.CompletionFunc {
	return offered(func(ctx context.Context) []cobra.Completion {
		var names []cobra.Completion
		for _, site := range p.sites(ctx, t) {
			names = append(names, string(site))
		}
		return names
	})
}

func (p program) sites(ctx context.Context, t *target) []id.Site {
	if client := p.reach(ctx, t); client != nil {
		defer client.Close()
		version, err := client.Version(ctx)
		if err != nil {
			return nil
		}
		return version.Warehouses
	}
	cfg, err := p.configOf(t)
	if err != nil {
		return nil
	}
	return cfg.LocalWarehouses()
}

// reach returns a client of the process that a command with this target would
// speak to, or nil.
func (p program) reach(ctx context.Context, t *target) *api.Client {
	if server := p.serverOf(t); server != "" {
		token, err := p.tokenOf(t)
		if err != nil {
			return nil
		}
		return api.New(server, string(token))
	}
	cfg, err := p.configOf(t)
	if err != nil {
		return nil
	}
	running, err := findRunning(ctx, cfg.Data)
	if err != nil || running == nil {
		return nil
	}
	return api.New(running.URL, running.Token)
}

// offerOrders offers the newest orders by number.
func (p program) offerOrders(t *target) cobra.CompletionFunc {
	return p.told(t, func(ctx context.Context, client *api.Client) []cobra.Completion {
		page, err := client.Orders(ctx, api.OrderQuery{Limit: completeRows})
		if err != nil {
			return nil
		}
		all := make([]cobra.Completion, len(page.Orders))
		for i, o := range page.Orders {
			all[i] = cobra.CompletionWithDesc(strconv.FormatInt(o.Number, 10), printable(o.Status+", "+o.Address.Name))
		}
		return all
	})
}

// offerFulfillments offers those of the warehouse that --at has named which can
// be moved on.
func (p program) offerFulfillments(t *target, at *string) cobra.CompletionFunc {
	return p.told(t, func(ctx context.Context, client *api.Client) []cobra.Completion {
		list, err := fulfillments(ctx, client, *at, api.FulfillmentQuery{}, completeRows)
		if err != nil {
			return nil
		}
		var all []cobra.Completion
		for _, f := range list {
			if len(f.Next) > 0 {
				all = append(all, cobra.CompletionWithDesc(f.ID.String(), "order "+strconv.FormatInt(f.Number, 10)+", "+f.Status))
			}
		}
		return all
	})
}

// offerDistricts offers the districts of the shop.
func (p program) offerDistricts(t *target) cobra.CompletionFunc {
	return p.told(t, func(ctx context.Context, client *api.Client) []cobra.Completion {
		districts, err := client.Districts(ctx)
		if err != nil {
			return nil
		}
		all := make([]cobra.Completion, len(districts))
		for i, d := range districts {
			all[i] = cobra.CompletionWithDesc(string(d.Code), printable(d.Name))
		}
		return all
	})
}

// offerPurchases offers those of the warehouse that --at has named of which
// something is still to come.
func (p program) offerPurchases(t *target, at *string) cobra.CompletionFunc {
	return p.told(t, func(ctx context.Context, client *api.Client) []cobra.Completion {
		list, err := purchasesAt(ctx, client, *at, true, completeRows)
		if err != nil {
			return nil
		}
		all := make([]cobra.Completion, len(list))
		for i, purchase := range list {
			all[i] = cobra.CompletionWithDesc(printable(purchase.ID), printable(cmp.Or(purchase.Supplier, string(purchase.Warehouse))))
		}
		return all
	})
}

// offerReturns offers those of the warehouse that --at has named.
func (p program) offerReturns(t *target, at *string) cobra.CompletionFunc {
	return p.told(t, func(ctx context.Context, client *api.Client) []cobra.Completion {
		list, err := returnsAt(ctx, client, *at, api.ReturnQuery{}, completeRows)
		if err != nil {
			return nil
		}
		all := make([]cobra.Completion, len(list))
		for i, r := range list {
			all[i] = cobra.CompletionWithDesc(r.ID.String(), "order "+strconv.FormatInt(r.Number, 10)+", "+r.Status)
		}
		return all
	})
}
