package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
)

// Limits of a user's name, in characters.
const (
	MinUserName = 3
	MaxUserName = 40
)

// CheckUserName reports whether name can be a user's name.
func CheckUserName(name string) error {
	if err := catalog.CheckLine("username", name, MinUserName, MaxUserName); err != nil {
		return err
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r) {
			return fault.At("username", fault.Invalid, "the username may hold letters, digits, and . _ - alone")
		}
	}
	return nil
}

func (s *state) register(ctx context.Context, c Register) (User, error) {
	user := c.User
	if c.KeepSame {
		known, err := s.user(ctx, user.ID)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return known, err
		}
	}
	if err := CheckUserName(user.Name); err != nil {
		return User{}, err
	}
	if err := s.checkContact(user.District, user.Email, user.Phone); err != nil {
		return User{}, err
	}
	if err := s.nameIsFree(ctx, user.Name); err != nil {
		return User{}, err
	}
	user.RegisteredAt = s.now
	s.users[user.ID] = user
	s.changes.Users = append(s.changes.Users, user)
	return user, nil
}

func (s *state) nameIsFree(ctx context.Context, name string) error {
	taken := fault.At("username", fault.Exists, "the username %s is taken", fault.Quote(name))
	for _, users := range []map[id.User]User{s.users, s.before.users} {
		for _, user := range users {
			if strings.EqualFold(user.Name, name) {
				return taken
			}
		}
	}
	_, err := s.Lookups.UserNamed(ctx, name)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	default:
		return taken
	}
}

func (s *state) checkContact(district id.District, email, phone string) error {
	if district == "" {
		return fault.At("district", fault.Invalid, "choose the district that we deliver to")
	}
	if _, known := s.districts[district]; !known {
		return fault.At("district", fault.Invalid, "there is no district %s", fault.Quote(string(district)))
	}
	if err := order.CheckEmail(email); err != nil {
		return err
	}
	return order.CheckPhone(phone)
}

func (s *state) changeProfile(ctx context.Context, c ChangeProfile) (User, error) {
	user, err := s.user(ctx, c.User)
	if err != nil {
		return User{}, err
	}
	if err := s.checkContact(c.District, c.Email, c.Phone); err != nil {
		return User{}, err
	}
	user.District, user.Email, user.Phone = c.District, c.Email, c.Phone
	s.users[user.ID] = user
	s.changes.Users = append(s.changes.Users, user)
	return user, nil
}

// user returns a user as this batch sees it.
func (s *state) user(ctx context.Context, which id.User) (User, error) {
	if user, changed := s.users[which]; changed {
		return user, nil
	}
	if user, changed := s.before.users[which]; changed {
		return user, nil
	}
	return s.Lookups.User(ctx, which)
}

// cart returns a cart as this batch sees it; one that was never filled is empty.
func (s *state) cart(ctx context.Context, owner string) (CartRow, error) {
	if row, changed := s.carts[owner]; changed {
		return row, nil
	}
	if row, changed := s.before.carts[owner]; changed {
		return row, nil
	}
	stored, err := s.Lookups.Cart(ctx, owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return CartRow{}, err
	}
	return CartRow{Owner: owner, Cart: stored}, nil
}

func (s *state) saveCart(row CartRow) {
	row.ChangedAt = s.now
	s.carts[row.Owner] = row
}

func (s *state) changeCart(ctx context.Context, c ChangeCart) (cart.Cart, error) {
	row, err := s.cart(ctx, c.Owner)
	if err != nil {
		return cart.Cart{}, err
	}
	changed, err := c.Change(row.Cart)
	if err != nil {
		return cart.Cart{}, err
	}
	for _, line := range changed.Lines {
		if _, known := s.products[line.SKU]; !known {
			return cart.Cart{}, fault.At("sku", fault.NotFound, "there is no product %s", fault.Quote(string(line.SKU)))
		}
	}
	row.Cart = changed
	s.saveCart(row)
	return changed, nil
}

func (s *state) moveCart(ctx context.Context, c MoveCart) error {
	if c.From == c.To {
		return nil
	}
	from, err := s.cart(ctx, c.From)
	if err != nil {
		return err
	}
	to, err := s.cart(ctx, c.To)
	if err != nil {
		return err
	}
	to.Cart = to.Cart.Merge(from.Cart)
	from.Cart = cart.Cart{}
	s.saveCart(to)
	s.saveCart(from)
	return nil
}

func (s *state) listProducts(c ListProducts) (Listed, error) {
	for _, product := range c.Products {
		if err := product.Check(); err != nil {
			return Listed{}, err
		}
		if s.currency != "" && product.Price.Currency != s.currency {
			return Listed{}, fault.At("price", fault.Invalid, "the price of %s is in %s: this shop sells in %s",
				product.SKU, product.Price.Currency, s.currency)
		}
	}
	var listed Listed
	var news []event.Product
	var changed []catalog.Product
	for _, product := range c.Products {
		known, there := s.products[product.SKU]
		switch {
		case there && known == product:
			listed.Same++
			continue
		case there:
			listed.Changed++
		default:
			listed.Added++
		}
		changed = append(changed, product)
		news = append(news, event.Product{SKU: product.SKU, Name: product.Name})
	}
	if len(changed) == 0 {
		return listed, nil
	}
	for _, warehouse := range s.warehouses() {
		if err := s.nameProducts(warehouse, news); err != nil {
			return Listed{}, err
		}
	}
	for _, product := range changed {
		known := s.products[product.SKU]
		if known.Policy != product.Policy || known.ReleaseOn != product.ReleaseOn {
			s.live.releases = true
		}
		s.products[product.SKU] = product
	}
	s.changes.Products = append(s.changes.Products, changed...)
	return listed, nil
}

// nameProducts tells a warehouse the names of products.
func (s *state) nameProducts(warehouse id.Site, products []event.Product) error {
	for chunk := range slices.Chunk(products, 500) {
		if err := s.books.Say(warehouse, "products", event.ProductsListed{Products: chunk}, s.now); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) setDistricts(c SetDistricts) error {
	for _, district := range c.Districts {
		if err := district.Check(); err != nil {
			return err
		}
	}
	changed := s.changedDistricts(c)
	known := s.warehouses()
	for _, district := range changed {
		for _, warehouse := range district.Warehouses {
			if slices.Contains(known, warehouse) {
				continue
			}
			known = append(known, warehouse)
			if err := s.nameProducts(warehouse, s.allProducts()); err != nil {
				return err
			}
		}
	}
	for _, district := range changed {
		s.districts[district.Code] = district
	}
	s.changes.Districts = append(s.changes.Districts, changed...)
	clear(s.live.candidates)
	return nil
}

func (s *state) allProducts() []event.Product {
	all := make([]event.Product, 0, len(s.products))
	for _, sku := range slices.Sorted(maps.Keys(s.products)) {
		all = append(all, event.Product{SKU: sku, Name: s.products[sku].Name})
	}
	return all
}

// changedDistricts returns those that are not there already as they should be.
func (s *state) changedDistricts(c SetDistricts) []catalog.District {
	return slices.DeleteFunc(slices.Clone(c.Districts), func(district catalog.District) bool {
		known, there := s.districts[district.Code]
		same := known.Name == district.Name && known.Place == district.Place && slices.Equal(known.Warehouses, district.Warehouses)
		return there && (c.KeepKnown || same)
	})
}

// warehouses lists all that any district names, in order of name.
func (s *state) warehouses() []id.Site {
	var all []id.Site
	for _, district := range s.districts {
		for _, warehouse := range district.Warehouses {
			if !slices.Contains(all, warehouse) {
				all = append(all, warehouse)
			}
		}
	}
	slices.Sort(all)
	return all
}

func (s *state) setWarehouses(c SetWarehouses) error {
	for _, w := range c.Warehouses {
		if err := w.Check(); err != nil {
			return err
		}
	}
	for _, w := range c.Warehouses {
		if s.live.warehouses[w.Code] == w {
			continue
		}
		s.live.warehouses[w.Code] = w
		s.changes.Warehouses = append(s.changes.Warehouses, w)
	}
	clear(s.live.candidates)
	return nil
}
