package node

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
)

func recordsOf(t *testing.T, seed byte) records {
	t.Helper()
	r, err := newRecords(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRecords are read by who has the key, under their own name, and by nobody else.
func TestRecords(t *testing.T) {
	one, other := id.Fulfillment{UUID: id.UUID{1}}, id.Fulfillment{UUID: id.UUID{2}}
	text := []byte(`{"payment":"card","lines":[]}`)
	sealed := recordsOf(t, 1).Seal(one, text)
	if bytes.Contains(sealed, []byte("card")) {
		t.Fatal("it can be read")
	}
	plain, err := recordsOf(t, 1).Open(one, sealed)
	if err != nil || !bytes.Equal(plain, text) {
		t.Fatalf("%q, %v", plain, err)
	}
	again := recordsOf(t, 1).Seal(one, []byte("another text"))
	if bytes.Equal(again[:12], sealed[:12]) {
		t.Error("two texts have one nonce")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1]++
	for name, open := range map[string]func() ([]byte, error){
		"another key":  func() ([]byte, error) { return recordsOf(t, 2).Open(one, sealed) },
		"another name": func() ([]byte, error) { return recordsOf(t, 1).Open(other, sealed) },
		"changed":      func() ([]byte, error) { return recordsOf(t, 1).Open(one, changed) },
		"cut":          func() ([]byte, error) { return recordsOf(t, 1).Open(one, sealed[:5]) },
		"nothing":      func() ([]byte, error) { return recordsOf(t, 1).Open(one, nil) },
	} {
		if _, err := open(); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
