package config

import (
	"encoding/base64"
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// KeyPrefix stands before a public key: it says of which kind it is.
const KeyPrefix = "ed25519:"

// keyBytes is the size of an Ed25519 public key.
const keyBytes = 32

// Peer is a site and its public key, as in wh1=ed25519:... with 43 characters.
type Peer string

// Site is the name before the equals sign.
func (p Peer) Site() id.Site {
	name, _, _ := strings.Cut(string(p), "=")
	return id.Site(strings.TrimSpace(name))
}

// Key is the public key with its prefix.
func (p Peer) Key() string {
	_, key, _ := strings.Cut(string(p), "=")
	return strings.TrimSpace(key)
}

// Check reports whether p has the form, as fault.Invalid.
func (p Peer) Check() error {
	if _, err := id.ParseSite(string(p.Site())); err != nil || !strings.Contains(string(p), "=") {
		return fault.New(fault.Invalid, "%s is no peer: want NAME=%s..., as crossdock links keys prints it", fault.Quote(string(p)), KeyPrefix)
	}
	encoded, found := strings.CutPrefix(p.Key(), KeyPrefix)
	key, err := base64.RawStdEncoding.Strict().DecodeString(encoded)
	if !found || err != nil || len(key) != keyBytes {
		return fault.New(fault.Invalid, "%s is no public key of %s: want %s and 43 characters, as crossdock links keys prints it", fault.Quote(p.Key()), p.Site(), KeyPrefix)
	}
	return nil
}

func (c Config) checkPeers(found *problems) {
	seen := make(map[id.Site]bool)
	for _, peer := range c.Peers {
		found.add("peers", peer.Check())
		if seen[peer.Site()] {
			found.add("peers", fault.New(fault.Invalid, "%s is there twice", peer.Site()))
		}
		seen[peer.Site()] = true
	}
}
