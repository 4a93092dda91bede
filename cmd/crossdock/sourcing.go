package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
)

const sourcingHelp = `Ask how the warehouses of an order are chosen: why those of one that stands, what another
strategy would make of many, and what the choice goes by.`

const sourcingExplainHelp = `Tell how the warehouses of an order were chosen, step by step: each candidate that was
looked at, what it had and what it was given; each rule that decided; and what was short.`

const sourcingWarehousesHelp = `List what the choice of warehouses goes by, besides stock. What is not said puts no limit
and costs nothing. It is set in the configuration of the store: see "crossdock config".`

func (p program) sourcingCommand() *cobra.Command {
	return group("sourcing", "Explain and try out how warehouses are chosen", sourcingHelp,
		p.sourcingExplainCommand(), p.sourcingWhatIfCommand(), p.sourcingWarehousesCommand())
}

func (p program) sourcingExplainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "explain ORDER", Short: "Tell why an order ships from where", Long: sourcingExplainHelp + connectHelp,
		Example: "  crossdock sourcing explain 1042", Args: takes(1, 1, "an order"),
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = first(p.offerOrders(t))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			which, err := orderNamed(ctx, client, args[0])
			if err != nil {
				return err
			}
			explanation, err := client.Explain(ctx, which)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(explanation)
			}
			return p.printExplanation(explanation)
		})
	}
	return cmd
}

func (p program) printExplanation(e api.Explanation) error {
	if len(e.Steps) == 0 {
		return p.print("order %d: no warehouse was chosen for it yet\n", e.Number)
	}
	why := make([]api.Step, len(e.Steps))
	for i, step := range e.Steps {
		why[i] = step.Step
	}
	if err := p.printTable(reasons(why), ""); err != nil {
		return err
	}
	return p.print("\n%s\n", printable(strings.TrimSpace(e.Text)))
}

func (p program) sourcingWarehousesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "warehouses", Short: "List what the choice of warehouses goes by", Long: sourcingWarehousesHelp + connectHelp,
		Example: "  crossdock sourcing warehouses --json", Args: takesNothing,
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			all, err := client.WarehouseProfiles(ctx)
			if err != nil {
				return err
			}
			if *asJSON {
				return p.printJSON(api.WarehouseProfiles{Warehouses: all})
			}
			return p.printProfiles(all)
		})
	}
	return cmd
}

func (p program) printProfiles(all []api.WarehouseProfile) error {
	t := newTable("WAREHOUSE", "NAME", "PLACE", "CUT-OFF", "WORKDAYS", ">HANDLING", ">CAPACITY", ">SAFETY", ">PER BOX", ">PER UNIT", ">PER KM")
	for _, w := range all {
		place := "-"
		if w.Place != nil {
			place = fmt.Sprintf("%.4f, %.4f", w.Place.Latitude, w.Place.Longitude)
		}
		capacity := "-"
		if w.Capacity > 0 {
			capacity = strconv.Itoa(w.Capacity)
		}
		t.add(w.Code, w.Name, place, cmp.Or(w.CutOff, "-"), cmp.Or(strings.Join(w.Workdays, " "), "every day"),
			w.Handling, capacity, w.Safety, microsText(w.PerBox), microsText(w.PerUnit), microsText(w.PerKm))
	}
	return p.printTable(t, "")
}

// microsText writes millionths of a currency's unit: two decimals at least, and no
// more than there are.
func microsText(micros int64) string {
	text := strconv.FormatFloat(float64(micros)/1e6, 'f', 6, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	return whole + "." + fraction[:2] + strings.TrimRight(fraction[2:], "0")
}
