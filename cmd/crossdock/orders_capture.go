package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/pay"
)

const ordersCaptureHelp = `Ask again for the money of what was handed over, after the payment provider refused it,
and wait for the provider's answer. Where it refuses again, the exit status is 1 (with
--json too). Where it does not answer in time, it is asked on, and "crossdock orders
show" tells what comes of it.`

func (p program) ordersCaptureCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "capture ORDER", Short: "Ask again for money that a capture did not take", Long: ordersCaptureHelp + connectHelp,
		Example: "  crossdock orders capture 1042", Args: takes(1, 1, "an order"),
	}
	key := keyFlag(cmd)
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			which, err := orderNamed(ctx, client, args[0])
			if err != nil {
				return err
			}
			o, err := client.CapturePayment(ctx, *key, which)
			if err != nil {
				return keyed(err, *key)
			}
			return p.printCapture(o, *asJSON)
		})
	}
	return cmd
}

// printCapture tells what came of the last capture of an order.
func (p program) printCapture(o api.Order, asJSON bool) error {
	if asJSON {
		if err := p.printJSON(o); err != nil {
			return err
		}
	}
	var last api.Transaction
	for _, t := range slices.Backward(o.Transactions) {
		if t.Kind == string(pay.Capture) {
			last = t
			break
		}
	}
	switch {
	case last.State == string(pay.Failed):
		return fault.New(fault.Conflict, "order %d: %s could not be captured: %s", o.Number, last.Amount, last.Reason)
	case asJSON:
		return nil
	case last.State == string(pay.Pending):
		return p.print("order %d: the capture of %s is asked for, and nobody has answered yet\n", o.Number, last.Amount)
	default:
		return p.print("order %d: %s is captured\n", o.Number, last.Amount)
	}
}
