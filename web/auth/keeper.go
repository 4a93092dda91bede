package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/alexedwards/scs/v2"

	"crossdock/core/fault"
	"crossdock/site/store"
)

var _ scs.CtxStore = keeper{}

// keeper keeps sessions in the store site, under the hash of their token: who
// reads the database cannot become anybody.
type keeper struct {
	site Site
	now  func() time.Time
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx implements scs.CtxStore.
func (k keeper) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	session, err := k.site.Lookups().Session(ctx, hashOf(token), k.now())
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	return session.Data, err == nil, err
}

// CommitCtx implements scs.CtxStore.
func (k keeper) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := k.site.Do(ctx, store.SaveSession{Session: store.Session{
		TokenHash: hashOf(token), Data: data, ExpiresAt: expiry.UTC().Truncate(time.Microsecond),
	}})
	return err
}

// DeleteCtx implements scs.CtxStore. The empty token names no session.
func (k keeper) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	_, err := k.site.Do(ctx, store.EndSession{TokenHash: hashOf(token)})
	return err
}

// Find, Commit and Delete are there because scs.CtxStore asks for them; scs
// itself calls the others.
func (k keeper) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (k keeper) Commit(token string, data []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (k keeper) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
