package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"crossdock/core/fault"
	"crossdock/core/pay"
	"crossdock/engine/manualpay"
	"crossdock/engine/testpay"
	"crossdock/node/config"
	"crossdock/site/store"
)

// payments asks whoever carries out payments by a method. A method that is not
// offered any more takes no new orders, and goes on with those that it took.
type payments struct {
	transfer bool // whether bank transfers are offered
	cards    bool // whether test cards are
	manual   manualpay.Provider
	company  *testpay.Company // nil: no test card was ever taken here
}

var _ store.Payments = (*payments)(nil)

// testCards is the file, in the data directory, in which the simulated card
// company keeps what it did.
const testCards = "test-cards.jsonl"

// openPayments opens the ledger of the card company where cards are offered, or
// were.
func openPayments(dir string, setting config.Payment) (*payments, error) {
	p := &payments{transfer: setting.BankTransfer, cards: setting.TestCards}
	file := filepath.Join(dir, testCards)
	if !p.cards {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return p, nil
		}
	}
	var err error
	p.company, err = testpay.Open(testpay.Options{File: file})
	return p, err
}

func (p *payments) close() error {
	if p.company == nil {
		return nil
	}
	return p.company.Close()
}

// tokens are the test cards that are taken, for a page to offer.
func (p *payments) tokens() []string {
	if !p.cards {
		return nil
	}
	return testpay.Tokens()
}

// Provider implements store.Payments.
func (p *payments) Provider(method pay.Method) (name string, offered bool) {
	switch {
	case method == pay.Card && p.cards:
		return p.company.Provider(method)
	case method == pay.OnDelivery, method == pay.BankTransfer && p.transfer:
		return p.manual.Provider(method)
	default:
		return "", false
	}
}

// provider is what the providers have in common.
type provider interface {
	Request(ctx context.Context, t pay.Transaction) (pay.Answer, error)
	Status(ctx context.Context, t pay.Transaction) (pay.Answer, error)
}

func (p *payments) of(t pay.Transaction) (provider, error) {
	switch {
	case t.Method != pay.Card:
		return p.manual, nil
	case p.company != nil:
		return p.company, nil
	default:
		return nil, fault.New(fault.Unavailable, "the ledger of the test cards, %s, is gone: nobody knows what became of payments by card", testCards)
	}
}

// Request implements store.Payments.
func (p *payments) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	by, err := p.of(t)
	if err != nil {
		return pay.Answer{}, err
	}
	return by.Request(ctx, t)
}

// Status implements store.Payments.
func (p *payments) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	by, err := p.of(t)
	if err != nil {
		return pay.Answer{}, err
	}
	return by.Status(ctx, t)
}
