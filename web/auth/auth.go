// Package auth knows who is at the other end: passwords, sessions, and how often
// somebody may try.
//
// It never stores a password or a session's token, only hashes of them; it never
// tells which of username and password was wrong, not even by the time it takes;
// and it never takes a token that it did not make itself. It draws no pages.
//
// Start reading at Sessions, then Accounts; Operators are those who run the process.
package auth

import (
	"context"

	"crossdock/site/store"
)

// Site is the part of the store site that keeps users and sessions; *store.Store
// is one.
type Site interface {
	// Do runs a command and returns its answer, once it is on disk.
	Do(ctx context.Context, command any) (any, error)
	// Lookups gives point reads of what is committed.
	Lookups() store.Lookups
}
