package node

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/store"
)

var _ store.Sealer = records{}

// records seals what a store leaves with its warehouses for the day on which it has
// lost it: by AES-256-GCM, with a key that is made of the one that the store signs
// with. So a store that is restored with its keys reads what it sealed before.
type records struct{ aead cipher.AEAD }

// newRecords returns the sealer of the site with this key.
func newRecords(key ed25519.PrivateKey) (records, error) {
	secret, err := hkdf.Key(sha256.New, key.Seed(), nil, "crossdock/records/v1", 32)
	if err != nil {
		return records{}, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return records{}, err
	}
	aead, err := cipher.NewGCM(block)
	return records{aead}, err
}

// nonce is of the fulfillment and of what is sealed, so that none is used for two texts.
func (r records) nonce(which id.Fulfillment, plain []byte) []byte {
	hash := sha256.New()
	hash.Write(which.UUID[:])
	hash.Write(plain)
	return hash.Sum(nil)[:r.aead.NonceSize()]
}

// Seal implements store.Sealer.
func (r records) Seal(which id.Fulfillment, plain []byte) []byte {
	nonce := r.nonce(which, plain)
	return r.aead.Seal(nonce, nonce, plain, which.UUID[:])
}

// Open implements store.Sealer.
func (r records) Open(which id.Fulfillment, sealed []byte) ([]byte, error) {
	size := r.aead.NonceSize()
	if len(sealed) < size {
		return nil, fault.New(fault.Denied, "the record of fulfillment %s is not one that this store has sealed", which)
	}
	plain, err := r.aead.Open(nil, sealed[:size], sealed[size:], which.UUID[:])
	if err != nil {
		return nil, &fault.Error{Kind: fault.Denied, Message: "the record of fulfillment " + which.String() + " is not one that this store has sealed", Cause: err}
	}
	return plain, nil
}
