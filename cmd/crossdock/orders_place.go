package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/pay"
)

const ordersPlaceHelp = `Place an order, as a customer does in the shop. Where there is too little of something,
the order is voided, nothing is held, and what was missing is said (with --json too), and
the exit status is 1.

A card is named by the token that its company gave for it, never by its number. The
demo takes test cards: tok_approved is good, tok_declined is not.`

const ordersPlaceExample = `  crossdock orders place --district lake-side --name "Ann Example" 85123A=2 71053=1
  crossdock orders place --district lake-side --name Ann --card tok_approved 85123A=2`

func (p program) ordersPlaceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "place --district DISTRICT --name NAME SKU=UNITS...", Short: "Place an order", Long: ordersPlaceHelp + connectHelp,
		Example: ordersPlaceExample, Args: takes(1, -1, "at least one SKU=UNITS"),
	}
	district := cmd.Flags().String("district", "", "the district that it goes to")
	given := addressFlags(cmd)
	request := api.OrderRequest{}
	cmd.Flags().StringVar(&request.Payment, "payment", "", "on-delivery (default), bank-transfer or card")
	cmd.Flags().StringVar(&request.Token, "card", "", "pay by the card with this token, such as tok_approved")
	cmd.Flags().StringVar(&request.Customer, "customer", "", "identifier of the customer; a guest where it is not given")
	cmd.Flags().StringVar(&request.Reference, "reference", "", "what another system calls the order")
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	completes(cmd, "district", p.offerDistricts(t))
	completes(cmd, "payment", words(pay.Methods()))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *district == "" || given.address.Name == "" {
			return wrong(cmd, "%s wants --district DISTRICT and --name NAME", nameOf(cmd))
		}
		request.Address = given.address
		request.Address.District = id.District(*district)
		if err := checkPayment(cmd, &request); err != nil {
			return err
		}
		var err error
		if request.Lines, err = readItems(cmd, args); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			placed, err := client.PlaceOrder(ctx, *key, request)
			if err != nil {
				return keyed(reversed(err), *key)
			}
			return p.printPlacement(placed, *asJSON)
		})
	}
	return cmd
}

// checkPayment holds the card and the way to pay together: a card alone is enough.
func checkPayment(cmd *cobra.Command, request *api.OrderRequest) error {
	byCard := string(pay.Card)
	if request.Token != "" {
		request.Payment = cmp.Or(request.Payment, byCard)
	}
	switch _, err := pay.ParseMethod(request.Payment); {
	case err != nil:
		return wrong(cmd, "--payment: %v", err)
	case request.Payment == byCard && request.Token == "":
		return wrong(cmd, "--payment card wants --card TOKEN")
	case request.Payment != byCard && request.Token != "":
		return wrong(cmd, "--card and --payment %s are two ways to pay: leave one out", request.Payment)
	}
	return nil
}

// reversed names the order of a payment that was refused: it stands as voided.
func reversed(err error) error {
	problem, ok := api.AsProblem(err)
	if !ok || problem.Number == 0 {
		return err
	}
	return fault.New(fault.KindOf(err), "order %d is voided: %s", problem.Number, problem.Detail)
}

// shortJSON is an order that was voided because something was missing.
type shortJSON struct {
	ID     id.Order       `json:"id"`
	Number int64          `json:"number"`
	Status string         `json:"status"`
	Short  []api.Shortage `json:"short"`
}

func (p program) printPlacement(placed api.Placement, asJSON bool) error {
	if placed.Replay {
		say(p.stderr, "crossdock: the key was known: nothing was ordered now")
	}
	o := placed.Order
	if len(placed.Short) == 0 {
		if asJSON {
			return p.printJSON(o)
		}
		return p.print("%s\n", printable(placedText(o)))
	}
	if asJSON {
		if err := p.printJSON(shortJSON{o.ID, o.Number, o.Status, placed.Short}); err != nil {
			return err
		}
	}
	missing := make([]string, len(placed.Short))
	for i, s := range placed.Short {
		missing[i] = fmt.Sprintf("%d of %d x %s", s.Missing, s.Ordered, s.SKU)
	}
	return fault.New(fault.Short, "order %d is voided, and nothing is held for it: %s cannot be had", o.Number, strings.Join(missing, ", "))
}

func placedText(o api.Order) string {
	text := fmt.Sprintf("order %d is %s: %s", o.Number, o.Status, o.Total)
	if len(o.Fulfillments) > 0 {
		text += ", from " + shippers(o)
	}
	if o.Promise != nil {
		text += ", arrives " + promiseText(o.Promise)
	}
	if o.Unpaid {
		text += "; it waits for its payment"
	}
	return text
}
