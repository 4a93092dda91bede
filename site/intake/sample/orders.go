package sample

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/money"
)

// What the order file holds, in invoices: the proportions are those of a real
// shop's file.
const (
	invoices      = 200
	cancellations = 17
	corrections   = 9 // one line each: units below or at zero, no price, no customer
	giveaways     = 5 // one line each: a price of zero
	settling      = 40
	customers     = 60
	guestPercent  = 24
)

// opening is when the first invoice of the file was written.
var opening = time.Date(2026, 3, 2, 8, 5, 0, 0, time.UTC)

// clerk writes the file, invoice by invoice.
type clerk struct {
	random   *rand.Rand
	products []catalog.Product
	now      time.Time
	number   int
	lines    []OrderLine
	sales    [][]OrderLine // of customers, goods alone: what can be canceled
	canceled int
}

func makeOrders(random *rand.Rand, products []catalog.Product) []OrderLine {
	c := &clerk{random: random, products: products, now: opening, number: 700000}
	for _, kind := range c.kinds() {
		c.number++
		c.tick()
		switch kind {
		case "cancellation":
			c.cancellation()
		case "correction":
			c.correction()
		case "giveaway":
			c.giveaway()
		default:
			c.sale()
		}
	}
	return c.lines
}

// kinds is the sequence of invoices: sales first, so that there is something to
// cancel, then everything mixed.
func (c *clerk) kinds() []string {
	kinds := make([]string, invoices)
	rest := kinds[settling:]
	for i := range cancellations {
		rest[i] = "cancellation"
	}
	for i := range corrections {
		rest[cancellations+i] = "correction"
	}
	for i := range giveaways {
		rest[cancellations+corrections+i] = "giveaway"
	}
	c.random.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return kinds
}

// tick moves on by some minutes, and from closing time to the next morning.
func (c *clerk) tick() {
	c.now = c.now.Add(time.Duration(1+c.random.IntN(22)) * time.Minute)
	if c.now.Hour() >= 18 {
		c.now = c.now.Add(14 * time.Hour).Truncate(time.Minute)
	}
}

// line starts a line of the current invoice for a customer.
func (c *clerk) line(customer int, code, description string, quantity, pence int64) OrderLine {
	line := OrderLine{
		Invoice: fmt.Sprint(c.number), Code: code, Description: description, Quantity: quantity,
		Date: c.now.Format(time.DateTime), Price: money.Of(pence, Currency), District: districtNames[c.number%len(districtNames)],
	}
	if customer > 0 {
		line.District = districtNames[customer%len(districtNames)]
		line.Customer = fmt.Sprint(30000 + customer)
	}
	return line
}

func (c *clerk) percent(n int) bool { return c.random.IntN(100) < n }

func (c *clerk) pick() int {
	// Squared, so that some products sell much better than others.
	n := len(c.products)
	return (c.random.IntN(n)*c.random.IntN(n)/n*37 + 11) % n
}

func (c *clerk) sale() {
	customer := 1 + c.random.IntN(customers)
	if c.percent(guestPercent) {
		customer = 0
	}
	var goods []OrderLine
	for range 1 + c.random.IntN(15) {
		goods = append(goods, c.goods(customer, c.pick()))
	}
	if c.percent(14) {
		again := goods[c.random.IntN(len(goods))]
		again.Quantity = 1 + c.random.Int64N(4)
		goods = append(goods, again)
	}
	c.lines = append(c.lines, goods...)
	if customer > 0 {
		c.sales = append(c.sales, goods)
	}
	if c.percent(14) {
		charge := charges[c.random.IntN(len(charges))]
		c.lines = append(c.lines, c.line(customer, charge.code, charge.description, 1, charge.pence))
	}
}

// goods writes one product as the shop's till does: in capitals, now and then
// with another description, price or spelling of the code.
func (c *clerk) goods(customer, at int) OrderLine {
	product := c.products[at]
	quantity := 1 + c.random.Int64N(6)
	if c.percent(12) {
		quantity = 12 * (1 + c.random.Int64N(2))
	}
	line := c.line(customer, string(product.SKU), strings.ToUpper(product.Name), quantity, product.Price.Minor)
	if at%2 == 0 && (customer == 0 || quantity >= 12) {
		line.Price.Minor = product.Price.Minor * 9 / 10
		if customer == 0 {
			line.Price.Minor = product.Price.Minor * 5 / 4
		}
	}
	if at%50 == 7 && c.percent(30) {
		line.Description += " NEW"
	}
	if c.percent(2) {
		line.Code = strings.ToLower(line.Code)
	}
	if c.percent(1) && c.percent(50) {
		line.Description = ""
	}
	if c.percent(2) {
		line.Description = " " + line.Description + "  "
	}
	return line
}

// correction is a note of the warehouse in the form of an invoice.
func (c *clerk) correction() {
	product := c.products[c.pick()]
	description := ""
	if c.percent(40) {
		description = remarks[c.random.IntN(len(remarks))]
	}
	line := c.line(0, string(product.SKU), description, -c.random.Int64N(60), 0)
	c.lines = append(c.lines, line)
}

func (c *clerk) giveaway() {
	product := c.products[c.pick()]
	c.lines = append(c.lines, c.line(0, string(product.SKU), remarks[c.random.IntN(len(remarks))], 1+c.random.Int64N(20), 0))
}

// cancellation goes through the cases in turn: a whole order, a part of one,
// something never ordered, a guest's, and a discount that is no goods.
func (c *clerk) cancellation() {
	turn := c.canceled % 7
	c.canceled++
	sale := c.sales[c.random.IntN(len(c.sales))]
	switch turn {
	case 0, 3:
		for _, line := range sale {
			c.cancelLine(line, line.Quantity, line.Customer)
		}
	case 1, 4:
		line := sale[c.random.IntN(len(sale))]
		c.cancelLine(line, 1+(line.Quantity-1)/2, line.Customer)
	case 2:
		line := sale[0]
		c.cancelLine(line, 5000, line.Customer)
	case 5:
		c.cancelLine(sale[0], 1, "")
	case 6:
		discount := c.line(1, "D", "Discount", -1, 1250)
		discount.Invoice = "C" + discount.Invoice
		c.lines = append(c.lines, discount)
		if c.percent(50) {
			c.cancelLine(sale[0], 1, "39999")
		}
	}
}

// cancelLine takes units of a line back, at the current time.
func (c *clerk) cancelLine(line OrderLine, units int64, customer string) {
	line.Invoice = fmt.Sprintf("C%d", c.number)
	line.Date = c.now.Format(time.DateTime)
	line.Quantity = -units
	line.Customer = customer
	c.lines = append(c.lines, line)
}
