package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/id"
)

const productsHelp = `Say whether a product is sold before it is there. Products themselves come by
"crossdock import products".`

const productsPolicyHelp = `Set the policy of a product:

- in-stock: what is not there is not sold
- backorder: what is not there is sold out of what suppliers have announced
- preorder: the same, and nothing of it is shipped before --release-on

It replaces the policy with its cap and its day: what is not given is taken off. What was
sold ahead already stays sold. Without a policy it says which one the product has.`

const productsPolicyExample = `  crossdock products policy 85123A backorder --cap 50
  crossdock products policy 71053 preorder --release-on 2027-03-01
  crossdock products policy 85123A in-stock`

// inStock is how the policy of a product is called that is not sold ahead.
const inStock = "in-stock"

func (p program) productsCommand() *cobra.Command {
	return group("products", "Say which products are sold before they are there", productsHelp, p.productsPolicyCommand())
}

// policyInput is the policy of a product as it was given.
type policyInput struct {
	name      string
	units     int64
	releaseOn string
}

func (p program) productsPolicyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy SKU [POLICY]", Short: "Set or show whether a product is sold ahead", Long: productsPolicyHelp + connectHelp,
		Example: productsPolicyExample, Args: takes(1, 2, "a SKU and a policy"),
	}
	input := policyInput{}
	cmd.Flags().Int64Var(&input.units, "cap", 0, "the most units that are sold ahead at a time; as many as are announced where it is not given")
	cmd.Flags().StringVar(&input.releaseOn, "release-on", "", "of a preorder, the day such as 2027-03-01 before which nothing is shipped")
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) != 1 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words([]string{inStock, string(catalog.Backorder), string(catalog.Preorder)})(cmd, args, typed)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		sku, err := id.ParseSKU(args[0])
		if err != nil {
			return wrong(cmd, "%v", err)
		}
		if len(args) > 1 {
			input.name = args[1]
		}
		if err := input.check(cmd, len(args) > 1); err != nil {
			return err
		}
		return p.with(cmd, t, needData, func(ctx context.Context, client *api.Client) error {
			product, err := client.Product(ctx, sku)
			if err == nil && input.name != "" {
				product, err = client.PutProduct(ctx, sku, input.over(product))
			}
			switch {
			case err != nil:
				return err
			case *asJSON:
				return p.printJSON(product)
			}
			return p.print("%s\n", printable(policyText(product)))
		})
	}
	return cmd
}

// check holds the policy, the cap and the day together.
func (i policyInput) check(cmd *cobra.Command, given bool) error {
	capped, dated := cmd.Flags().Changed("cap"), cmd.Flags().Changed("release-on")
	if !given {
		if capped || dated {
			return wrong(cmd, "%s wants a policy with --cap and --release-on: %s, backorder or preorder", nameOf(cmd), inStock)
		}
		return nil
	}
	policy, err := catalog.ParsePolicy(i.name)
	switch day, bad := date.Parse(i.releaseOn); {
	case err != nil || i.name == "":
		return wrong(cmd, "%q is no policy: want %s, backorder or preorder", i.name, inStock)
	case capped && policy == catalog.InStock:
		return wrong(cmd, "--cap is for a product that is sold ahead, as backorder or preorder")
	case capped && (i.units < 1 || i.units > catalog.MaxCap):
		return wrong(cmd, "--cap %d: want 1 to %d units, or leave it out for no cap", i.units, catalog.MaxCap)
	case dated && policy != catalog.Preorder:
		return wrong(cmd, "--release-on is for a preorder")
	case policy == catalog.Preorder && !dated:
		return wrong(cmd, "a preorder wants --release-on DATE")
	case dated && (bad != nil || day.IsZero()):
		return wrong(cmd, "--release-on %q: want a date such as 2027-03-01", i.releaseOn)
	}
	return nil
}

// over returns a product with the policy in place of its own.
func (i policyInput) over(product api.Product) api.ProductBody {
	return api.ProductBody{
		Name: product.Name, Description: product.Description, Type: product.Type, Category: product.Category, Price: product.Price,
		Policy: i.name, Cap: i.units, ReleaseOn: i.releaseOn,
	}
}

func policyText(product api.Product) string {
	text := fmt.Sprintf("%s is %s", product.SKU, product.Policy)
	if product.Policy == inStock {
		return text + ": what is not there is not sold"
	}
	if product.Cap > 0 {
		text += fmt.Sprintf(", at most %s ahead at a time", count(int(product.Cap), "unit"))
	}
	if product.ReleaseOn != "" {
		text += ", nothing is shipped before " + product.ReleaseOn
	}
	return text
}
