package store_test

import (
	"testing"

	"crossdock/core/cart"
	"crossdock/core/catalog"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/store"
)

func (r *rig) user(name string) store.User {
	return store.User{ID: id.User{UUID: r.ids.New()}, Name: name, District: "north", Role: "customer"}
}

// TestRegister refuses names that are taken, whatever their case, and bad fields.
func TestRegister(t *testing.T) {
	r := newRig(t, store.Options{})
	ann := r.do(store.Register{User: r.user("Ann.B")}).(store.User)
	same(t, "registered", start, ann.RegisteredAt)
	same(t, "kept", ann, r.do(store.Register{User: store.User{ID: ann.ID, Name: "other"}, KeepSame: true}).(store.User))
	for _, c := range []struct {
		change func(*store.User)
		kind   fault.Kind
		field  string
	}{
		{func(u *store.User) { u.Name = "ann.b" }, fault.Exists, "username"},
		{func(u *store.User) { u.Name = "ab" }, fault.Invalid, "username"},
		{func(u *store.User) { u.Name = "a b c" }, fault.Invalid, "username"},
		{func(u *store.User) { u.Name = "änn" }, fault.Invalid, "username"},
		{func(u *store.User) { u.District = "east" }, fault.Invalid, "district"},
		{func(u *store.User) { u.Email = "a@b@c" }, fault.Invalid, "email"},
		{func(u *store.User) { u.Phone = "\x07" }, fault.Invalid, "phone"},
	} {
		user := r.user("carol")
		c.change(&user)
		r.refused(c.kind, c.field, store.Register{User: user})
	}
}

// TestRegisterInOneBatch sees a name that was taken in the same batch.
func TestRegisterInOneBatch(t *testing.T) {
	r := newRig(t, store.Options{})
	jobs := r.queue(store.Register{User: r.user("dave")}, store.Register{User: r.user("DAVE")})
	if _, err := jobs[0].Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := jobs[1].Wait(t.Context()); !fault.Is(err, fault.Exists) {
		t.Errorf("the second: %v", err)
	}
}

// TestProfile changes what a user may change, and keeps the rest.
func TestProfile(t *testing.T) {
	r := newRig(t, store.Options{})
	user := r.user("erin")
	user.PasswordHash = "$argon2id$"
	user = r.do(store.Register{User: user}).(store.User)
	r.refused(fault.NotFound, "", store.ChangeProfile{User: id.User{UUID: id.UUID{1}}, District: "north"})
	r.refused(fault.Invalid, "district", store.ChangeProfile{User: user.ID, District: "east"})
	r.do(store.ChangeProfile{User: user.ID, District: "south", Email: "e@x.org", Phone: "12345"})
	user.District, user.Email, user.Phone = "south", "e@x.org", "12345"
	stored, err := r.db.User(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "user", user, stored)
}

// TestCarts changes and moves carts; moving twice is moving once.
func TestCarts(t *testing.T) {
	r := newRig(t, store.Options{})
	set := func(owner string, lines ...cart.Line) store.ChangeCart {
		return store.ChangeCart{Owner: owner, Change: func(cart.Cart) (cart.Cart, error) { return cart.Cart{Lines: lines}, nil }}
	}
	r.refused(fault.NotFound, "sku", set("guest:1", cart.Line{SKU: "cup", Units: 1}))
	r.do(set("guest:1", cart.Line{SKU: "mug", Units: 3}, cart.Line{SKU: "pot", Units: 1}))
	r.do(set("user:1", cart.Line{SKU: "mug", Units: 2}, cart.Line{SKU: "tin", Units: 1}))
	for range 2 {
		r.do(store.MoveCart{From: "guest:1", To: "user:1"})
		got, err := r.db.Cart(t.Context(), "user:1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "cart", []cart.Line{{SKU: "mug", Units: 3}, {SKU: "tin", Units: 1}, {SKU: "pot", Units: 1}}, got.Lines)
		if _, err := r.db.Cart(t.Context(), "guest:1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the guest's cart: %v", err)
		}
	}
}

// TestListProducts counts what it did, and tells each warehouse the names.
func TestListProducts(t *testing.T) {
	r := newRig(t, store.Options{})
	cup, mug := product("cup"), product("mug")
	mug.Name = "A larger mug"
	bad := product("jar")
	bad.Name = ""
	r.refused(fault.Invalid, "name", store.ListProducts{Products: []catalog.Product{cup, bad}})
	command := store.ListProducts{Products: []catalog.Product{cup, mug, product("pot")}}
	same(t, "listed", store.Listed{Added: 1, Changed: 1, Same: 1}, r.do(command).(store.Listed))
	names := []event.Product{{SKU: "cup", Name: "A cup"}, {SKU: "mug", Name: "A larger mug"}}
	for _, site := range []id.Site{"wh1", "wh2"} {
		same(t, "told "+string(site), names, r.last(site).(event.ProductsListed).Products)
	}
	before := r.state()
	same(t, "again", store.Listed{Same: 3}, r.do(command).(store.Listed))
	same(t, "state", before, r.state())
}
