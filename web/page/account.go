package page

import (
	"time"

	"crossdock/core/money"
)

// Register is the form that opens an account. What was typed is kept when
// something was wrong, except for the password.
type Register struct {
	Username  string
	District  string // code of the chosen one
	Email     string
	Phone     string
	Next      string // path to go to afterwards; empty for the landing page
	Districts []Option
	Errors    FieldErrors // by username, password, district, email, phone
}

// Login is the form that opens a session.
type Login struct {
	Username string
	Next     string // path to go to afterwards; empty for the landing page
	Error    string // why it did not work; never which of the two was wrong
}

// Profile is the customer's own page: data that can be changed, and the history.
type Profile struct {
	Username  string
	Since     time.Time // when the account was opened
	District  string    // code of the chosen one
	Email     string
	Phone     string
	Districts []Option
	Errors    FieldErrors // by district, email, phone
	Orders    []OrderRow  // of this page, newest first
	Total     int         // orders over all pages
	Number    int         // of this page, from 1
	Pages     int
}

// OrderRow is an order as the history shows it.
type OrderRow struct {
	Order    string // identifier, for the address
	Number   string // what people read out on the phone
	PlacedAt time.Time
	Units    int64
	Total    money.Amount
	Status   string // word of core/order
}
