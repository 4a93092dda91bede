package auth

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// RoleCustomer is the role of those who open an account in the shop.
const RoleCustomer = "customer"

// Accounts opens accounts and checks who wants into one.
type Accounts struct {
	site   Site
	ids    id.Source
	hasher *hasher
}

// NewAccounts keeps accounts in site.
func NewAccounts(site Site, ids id.Source) *Accounts { return &Accounts{site, ids, newHasher()} }

// Open makes a customer out of name, district, e-mail and phone; everything else
// of user is set here. What breaks a rule is fault.Invalid with its field, a name
// that is taken fault.Exists, and too many at once fault.Busy.
func (a *Accounts) Open(ctx context.Context, user store.User, password string) (store.User, error) {
	if err := store.CheckUserName(user.Name); err != nil {
		return store.User{}, err
	}
	if err := CheckPassword(password, user.Name); err != nil {
		return store.User{}, err
	}
	if err := order.CheckEmail(user.Email); err != nil {
		return store.User{}, err
	}
	if err := order.CheckPhone(user.Phone); err != nil {
		return store.User{}, err
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return store.User{}, err
	}
	user.ID, user.Role, user.PasswordHash = id.User{UUID: a.ids.New()}, RoleCustomer, hash
	answer, err := a.site.Do(ctx, store.Register{User: user})
	if err != nil {
		return store.User{}, err
	}
	return answer.(store.User), nil
}

// Check returns the user of this name and password. A wrong name, a wrong
// password and an account without one are the same fault.Unauthenticated, after
// the same time. Too many at once are fault.Busy.
func (a *Accounts) Check(ctx context.Context, name, password string) (store.User, error) {
	user, err := a.site.Lookups().UserNamed(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return store.User{}, err
	}
	right, err := a.hasher.check(ctx, password, user.PasswordHash)
	if err != nil {
		return store.User{}, err
	}
	if !right {
		return store.User{}, fault.New(fault.Unauthenticated, "the username or the password is wrong")
	}
	return user, nil
}
