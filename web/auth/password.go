package auth

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"crossdock/core/fault"
)

// Limits of a password's length, in characters.
const (
	MinPassword = 8
	MaxPassword = 128
)

//go:embed common.txt
var common string

// CheckPassword reports whether a new password will do for a user: any characters
// that it likes, but neither short, nor made of the username alone, nor among the
// first that anybody would try. The message never repeats it.
func CheckPassword(password, username string) error {
	if !utf8.ValidString(password) {
		return fault.At("password", fault.Invalid, "the password is not valid UTF-8")
	}
	switch length := utf8.RuneCountInString(password); {
	case length < MinPassword:
		return fault.At("password", fault.Invalid, "the password is shorter than %d characters", MinPassword)
	case length > MaxPassword:
		return fault.At("password", fault.Invalid, "the password is longer than %d characters", MaxPassword)
	}
	if username != "" && strings.ReplaceAll(strings.ToLower(password), strings.ToLower(username), "") == "" {
		return fault.At("password", fault.Invalid, "the password is made of the username alone")
	}
	for known := range strings.Lines(common) {
		if strings.EqualFold(password, strings.TrimSpace(known)) {
			return fault.At("password", fault.Invalid, "the password is one of the most common ones, and the first to be guessed")
		}
	}
	return nil
}

// maxWaiting is how many may wait for a hash to be made.
const maxWaiting = 16

// maxHashing is how many hashes may be made at once. A hash costs 19 MiB and a
// processor, for tens of milliseconds: half of them stay for all else, so that
// log-ins cannot starve check-outs. Where there is one, a hash takes turns with them.
func maxHashing() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// hasher makes and checks password hashes by argon2id.
type hasher struct {
	params  *argon2id.Params
	dummy   string        // a hash of no password
	queue   chan struct{} // filled by those who wait or hash
	hashing chan struct{} // filled by those who hash
}

// newHasher takes the least that OWASP's Password Storage Cheat Sheet advises.
func newHasher() *hasher {
	h := &hasher{
		params:  &argon2id.Params{Memory: 19456, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
		queue:   make(chan struct{}, maxWaiting+maxHashing()),
		hashing: make(chan struct{}, maxHashing()),
	}
	none := func(bytes uint32) string { return base64.RawStdEncoding.EncodeToString(make([]byte, bytes)) }
	h.dummy = fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.params.Memory, h.params.Iterations,
		h.params.Parallelism, none(h.params.SaltLength), none(h.params.KeyLength))
	return h
}

// hash makes a hash as a PHC string. With too many waiting it is fault.Busy.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, h.params)
}

// check reports whether password is that of stored. An empty stored hash is
// nobody's, and takes as long to find out. With too many waiting it is fault.Busy.
func (h *hasher) check(ctx context.Context, password, stored string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if stored == "" {
		_, err := argon2id.ComparePasswordAndHash(password, h.dummy)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, stored)
}

func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, fault.New(fault.Busy, "many people are logging in: try again in a moment")
	}
	select {
	case h.hashing <- struct{}{}:
		return func() { <-h.hashing; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "gave up waiting to check the password", Cause: ctx.Err()}
	}
}
