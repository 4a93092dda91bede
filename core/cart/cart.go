// Package cart says what a cart holds and how one is changed. A cart reserves
// nothing: stock is promised when the order is placed, not before.
package cart

import (
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

// MaxLines is the most products that one cart may hold.
const MaxLines = 500

// Cart is a list of products in the order in which they were first added.
type Cart struct {
	Lines []Line
}

// Line is one product of a cart, with more than zero units.
type Line struct {
	SKU   id.SKU `json:"sku"`
	Units int64  `json:"units"`
}

// Add returns the cart with more units of a product. Fewer than one, or a sum
// above stock.MaxQuantity, is fault.Invalid; a product too many is fault.TooLarge.
func (c Cart) Add(sku id.SKU, units int64) (Cart, error) {
	if units < 1 {
		return c, fault.At("quantity", fault.Invalid, "the quantity %d is not above zero", units)
	}
	return c.Set(sku, min(units, stock.MaxQuantity+1)+c.Units(sku))
}

// Set returns the cart with just so many units of a product; zero removes it.
func (c Cart) Set(sku id.SKU, units int64) (Cart, error) {
	if units < 0 {
		return c, fault.At("quantity", fault.Invalid, "the quantity %d is below zero", units)
	}
	if units > stock.MaxQuantity {
		return c, fault.At("quantity", fault.Invalid, "the quantity %d is above the limit of %d", units, stock.MaxQuantity)
	}
	if units == 0 {
		return c.Remove(sku), nil
	}
	lines := slices.Clone(c.Lines)
	if i := c.index(sku); i >= 0 {
		lines[i].Units = units
		return Cart{lines}, nil
	}
	if len(lines) >= MaxLines {
		return c, fault.New(fault.TooLarge, "a cart holds at most %d products", MaxLines)
	}
	return Cart{append(lines, Line{sku, units})}, nil
}

// Remove returns the cart without a product.
func (c Cart) Remove(sku id.SKU) Cart {
	return Cart{slices.DeleteFunc(slices.Clone(c.Lines), func(l Line) bool { return l.SKU == sku })}
}

// Merge returns the cart with the lines of another one: the larger quantity of
// each product, so that merging twice changes nothing. What does not fit is left out.
func (c Cart) Merge(other Cart) Cart {
	for _, line := range other.Lines {
		if merged, err := c.Set(line.SKU, max(line.Units, c.Units(line.SKU))); err == nil {
			c = merged
		}
	}
	return c
}

// Units returns how many units of a product the cart holds.
func (c Cart) Units(sku id.SKU) int64 {
	if i := c.index(sku); i >= 0 {
		return c.Lines[i].Units
	}
	return 0
}

// Count returns the units of all lines together.
func (c Cart) Count() int64 {
	var count int64
	for _, line := range c.Lines {
		count += line.Units
	}
	return count
}

func (c Cart) index(sku id.SKU) int {
	return slices.IndexFunc(c.Lines, func(l Line) bool { return l.SKU == sku })
}
