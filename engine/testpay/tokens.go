package testpay

import "crossdock/core/pay"

// The cards. Each behaves in its way at every step, unless it says otherwise; any
// other token is declined.
const (
	// TokenApproved succeeds at once.
	TokenApproved = "tok_approved"

	// TokenDeclined is refused when it is authorized.
	TokenDeclined = "tok_declined"

	// TokenExpired is authorized, and refused when it is captured.
	TokenExpired = "tok_expired"

	// TokenTimeout succeeds, but the first Request ends in a time-out: only Status,
	// or another Request, tells.
	TokenTimeout = "tok_timeout"

	// TokenTimeoutDeclined is refused when it is authorized, and the first Request
	// ends in a time-out.
	TokenTimeoutDeclined = "tok_timeout_declined"

	// TokenLost never arrives at the first Request, which ends in a time-out: Status
	// does not find it, and the second Request succeeds.
	TokenLost = "tok_lost"

	// TokenTwice succeeds, and the Callback is told the same as the first Request.
	TokenTwice = "tok_twice"

	// TokenSlow is pending for Options.SlowFor calls of Status; then it succeeds.
	TokenSlow = "tok_slow"
)

// Tokens lists the cards, for a page to offer.
func Tokens() []string {
	return []string{
		TokenApproved, TokenDeclined, TokenExpired, TokenTimeout, TokenTimeoutDeclined, TokenLost, TokenTwice, TokenSlow,
	}
}

// way is how a card behaves.
type way struct {
	unknown, timesOut, lost, twice, slow bool

	declines map[pay.Kind]string // why, for people
}

var noFunds = map[pay.Kind]string{pay.Authorize: "the card was declined: insufficient funds"}

var ways = map[string]way{
	TokenApproved:        {},
	TokenDeclined:        {declines: noFunds},
	TokenExpired:         {declines: map[pay.Kind]string{pay.Capture: "the authorization has expired"}},
	TokenTimeout:         {timesOut: true},
	TokenTimeoutDeclined: {timesOut: true, declines: noFunds},
	TokenLost:            {lost: true},
	TokenTwice:           {twice: true},
	TokenSlow:            {slow: true},
}

// wayOf returns how the card of a token behaves.
func wayOf(token string) way {
	w, known := ways[token]
	w.unknown = !known
	return w
}
