package node

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node/config"
	"crossdock/site/outbox"
)

func ringOf(t *testing.T, data string, peers []config.Peer, sites ...id.Site) *keyring {
	t.Helper()
	k, err := openKeys(data, peers, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range sites {
		if err := k.add(site); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func denied(t *testing.T, what string, err error, says ...string) {
	t.Helper()
	message, _ := fault.Public(err)
	if !fault.Is(err, fault.Denied) {
		t.Errorf("%s: %v, want it refused", what, err)
	}
	for _, want := range says {
		if !strings.Contains(message, want) {
			t.Errorf("%s does not say %q: %s", what, want, message)
		}
	}
}

// TestKeysStay: a key is made once, is its owner's alone, and is not replaced.
func TestKeysStay(t *testing.T) {
	dir := t.TempDir()
	first := ringOf(t, dir, nil, "store", "wh1")
	again := ringOf(t, dir, nil, "store", "wh1", "wh2")
	if !first.own["store"].Equal(again.own["store"]) || first.own["store"].Equal(first.own["wh1"]) {
		t.Error("the key of a site is another one after a restart, or the same as another site's")
	}
	file := filepath.Join(dir, "keys", "store.key")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	peers, err := PublicKeys(dir)
	if err != nil || len(peers) != 3 || peers[0].Site() != "store" || peers[0].Check() != nil || peers[0].Key() != publicText(publicOf(first.own["store"])) {
		t.Errorf("%v, %v", peers, err)
	}
	if _, err := PublicKeys(t.TempDir()); !fault.Is(err, fault.NotFound) {
		t.Errorf("without keys: %v", err)
	}
	for _, text := range []string{"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := first.add("store"); !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), file) {
			t.Errorf("a key file of %q: %v", text, err)
		}
		if _, err := PublicKeys(dir); !fault.Is(err, fault.Corrupt) {
			t.Errorf("the public key of %q: %v", text, err)
		}
	}
}

// TestSealHolds for the text, the site and the key that it was made of, and no other.
func TestSealHolds(t *testing.T) {
	store, wh1 := ringOf(t, t.TempDir(), nil, "store"), ringOf(t, t.TempDir(), nil, "wh1", "wh2")
	here, there := outbox.Seals(seals{store, "store"}), outbox.Seals(seals{wh1, "wh1"})
	text := []byte("what was said")
	seal := there.Seal(text)
	if err := here.Verify("wh1", text, seal); err != nil {
		t.Fatalf("at first contact: %v", err)
	}
	if err := here.Verify("wh1", text, seal); err != nil {
		t.Errorf("again: %v", err)
	}
	denied(t, "no seal", here.Verify("wh1", text, nil), "not signed", "wh1")
	denied(t, "half a seal", here.Verify("wh1", text, seal[:len(seal)-1]))
	denied(t, "another text", here.Verify("wh1", []byte("what was sold"), seal), "changed on its way")
	forged := slices.Clone(seal)
	forged[len(forged)-1] ^= 1
	denied(t, "another signature", here.Verify("wh1", text, forged))
	denied(t, "another site's key", here.Verify("wh1", text, seals{wh1, "wh2"}.Seal(text)), "whose key has changed")
	borrowed := append(slices.Clone(seal[:ed25519.PublicKeySize]), seals{wh1, "wh2"}.Seal(text)[ed25519.PublicKeySize:]...)
	denied(t, "the key of the one and the signature of another", here.Verify("wh1", text, borrowed))
	denied(t, "a local site by a key from outside", there.Verify("wh2", text, here.Seal(text)), "same process")
	if err := there.Verify("wh2", text, seals{wh1, "wh2"}.Seal(text)); err != nil {
		t.Errorf("a local site: %v", err)
	}
	if _, err := os.Stat(wh1.knownSites()); err == nil {
		t.Error("a local site was written down as one that was met")
	}
}

// TestFirstContactIsKept: over restarts, and until its line is taken out.
func TestFirstContactIsKept(t *testing.T) {
	dir, text := t.TempDir(), []byte("t")
	first, anew := ringOf(t, t.TempDir(), nil, "wh1"), ringOf(t, t.TempDir(), nil, "wh1")
	before := seals{ringOf(t, dir, nil, "store"), "store"}
	if err := before.Verify("wh1", text, seals{first, "wh1"}.Seal(text)); err != nil {
		t.Fatal(err)
	}
	after := seals{ringOf(t, dir, nil, "store"), "store"}
	file := filepath.Join(dir, "keys", "known_sites")
	err := after.Verify("wh1", text, seals{anew, "wh1"}.Seal(text))
	denied(t, "a changed key", err, file, "take its line out", publicText(publicOf(first.own["wh1"])), publicText(publicOf(anew.own["wh1"])))
	if err := after.Verify("wh1", text, seals{first, "wh1"}.Seal(text)); err != nil {
		t.Errorf("the one that was met: %v", err)
	}
	if err := os.WriteFile(file, []byte("# nobody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := after.Verify("wh1", text, seals{anew, "wh1"}.Seal(text)); err != nil {
		t.Errorf("after its line was taken out: %v", err)
	}
	denied(t, "the old key now", after.Verify("wh1", text, seals{first, "wh1"}.Seal(text)))
	kept, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(kept), "\nwh1="+publicText(publicOf(anew.own["wh1"]))+"\n") {
		t.Errorf("%s, %v", kept, err)
	}
	if err := os.WriteFile(file, []byte("# head\nwh1=ed25519:short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeys(dir, nil, first.log); !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), "line 2 of "+file) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// TestPeersAlone: where the configuration names keys, nobody else is heard, and
// nothing is kept at first contact.
func TestPeersAlone(t *testing.T) {
	text := []byte("t")
	others := ringOf(t, t.TempDir(), nil, "wh1", "wh2")
	peer := config.Peer("wh1=" + publicText(publicOf(others.own["wh1"])))
	k := ringOf(t, t.TempDir(), []config.Peer{peer}, "store")
	here := seals{k, "store"}
	if err := here.Verify("wh1", text, seals{others, "wh1"}.Seal(text)); err != nil {
		t.Errorf("the one that is named: %v", err)
	}
	denied(t, "another key", here.Verify("wh1", text, seals{others, "wh2"}.Seal(text)), "peers in the configuration of store", peer.Key())
	denied(t, "a name that is not there", here.Verify("wh2", text, seals{others, "wh2"}.Seal(text)), "does not name", "add wh2=ed25519:")
	if _, err := os.Stat(k.knownSites()); !os.IsNotExist(err) {
		t.Errorf("kept: %v", err)
	}
}

// TestContactThatCannotBeKept is no contact, and is tried again.
func TestContactThatCannotBeKept(t *testing.T) {
	text := []byte("t")
	other := ringOf(t, t.TempDir(), nil, "wh1")
	k := ringOf(t, t.TempDir(), nil, "store")
	here, seal := seals{k, "store"}, seals{other, "wh1"}.Seal(text)
	if err := os.Mkdir(k.knownSites()+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := here.Verify("wh1", text, seal); !fault.Is(err, fault.Unavailable) {
			t.Errorf("taken without being kept: %v", err)
		}
	}
	if err := os.Remove(k.knownSites() + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := here.Verify("wh1", text, seal); err != nil {
		t.Errorf("when it can be kept: %v", err)
	}
}

// TestFirstContactsAreBounded: names cost nothing to whoever has the token.
func TestFirstContactsAreBounded(t *testing.T) {
	k := ringOf(t, t.TempDir(), nil, "store")
	other := ringOf(t, t.TempDir(), nil, "wh1")
	var text strings.Builder
	for i := range maxKnown {
		fmt.Fprintf(&text, "site-%d=%s\n", i, publicText(publicOf(other.own["wh1"])))
	}
	if err := os.WriteFile(k.knownSites(), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	denied(t, "one more", seals{k, "store"}.Verify("wh1", []byte("t"), seals{other, "wh1"}.Seal([]byte("t"))), "takes no more")
}
