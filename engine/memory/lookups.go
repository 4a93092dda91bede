package memory

import (
	"context"
	"strings"
	"time"

	"crossdock/core/cart"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/site/store"
)

// Order implements store.Lookups.
func (s *Store) Order(_ context.Context, which id.Order) (order.Order, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	o, there := s.state.orders.get(which)
	if !there {
		return order.Order{}, notFound("there is no order %s", which)
	}
	return copyOrder(o), nil
}

// OrdersOf implements store.Lookups. Guests, who are all the zero customer, have no list.
func (s *Store) OrdersOf(_ context.Context, customer id.User, limit int) ([]order.Order, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	var orders []order.Order
	if customer.IsZero() {
		return nil, nil
	}
	for _, o := range s.state.orders.backward() {
		if len(orders) >= limit {
			break
		}
		if o.Customer == customer {
			orders = append(orders, copyOrder(o))
		}
	}
	return orders, nil
}

// Request implements store.Lookups.
func (s *Store) Request(_ context.Context, key string) (store.Request, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	r, there := s.state.requests.get(key)
	if !there {
		return store.Request{}, notFound("there was no request with this key")
	}
	return r, nil
}

// User implements store.Lookups.
func (s *Store) User(_ context.Context, which id.User) (store.User, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	u, there := s.state.users.get(which)
	if !there {
		return store.User{}, notFound("there is no user %s", which)
	}
	return u, nil
}

// UserNamed implements store.Lookups.
func (s *Store) UserNamed(_ context.Context, name string) (store.User, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	which, there := s.state.names.get(strings.ToLower(name))
	if !there {
		return store.User{}, notFound("there is no user of this name")
	}
	u, _ := s.state.users.get(which)
	return u, nil
}

// Cart implements store.Lookups.
func (s *Store) Cart(_ context.Context, owner string) (cart.Cart, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	row, there := s.state.carts.get(owner)
	if !there {
		return cart.Cart{}, notFound("there is no such cart")
	}
	return copyCart(row.Cart), nil
}

// Session implements store.Lookups. A session has expired when now has reached
// its ExpiresAt.
func (s *Store) Session(_ context.Context, tokenHash string, now time.Time) (store.Session, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	session, there := s.state.sessions.get(tokenHash)
	if !there || !now.Before(session.ExpiresAt) {
		return store.Session{}, notFound("there is no such session")
	}
	return copySession(session), nil
}
