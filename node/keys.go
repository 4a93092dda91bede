package node

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node/config"
	"crossdock/site/outbox"
)

// Each site has an Ed25519 key of its own (RFC 8032), in a file that moves with the
// data directory. A seal is the public key and the signature: who reads it looks
// whether the key is the one that the site is known by, and whether it signed this.
const (
	keysDir   = "keys"
	keySuffix = ".key"
	knownFile = "known_sites"
	sealSize  = ed25519.PublicKeySize + ed25519.SignatureSize

	// maxKnown is the most sites that are taken in at first contact: whoever has the
	// token of the bus could else fill the disk with names.
	maxKnown = 1000
)

// keyring has the keys of this process's sites, and knows those of others: by the
// configuration alone where that names any, else whoever came first in a name.
type keyring struct {
	dir   string
	peers map[id.Site]string // public keys by the configuration; nil: it names none
	log   *slog.Logger
	own   map[id.Site]ed25519.PrivateKey // of the sites that run here; not changed once they speak

	mu    sync.Mutex
	known map[id.Site]string // as the file had it when it was last read
	told  map[id.Site]string // the last refusal that was logged
}

// openKeys reads whom this process knows. Its own sites come by add.
func openKeys(data string, peers []config.Peer, log *slog.Logger) (*keyring, error) {
	k := &keyring{
		dir: filepath.Join(data, keysDir), log: log, own: map[id.Site]ed25519.PrivateKey{}, told: map[id.Site]string{},
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "the directory " + k.dir + " cannot be made", Cause: err}
	}
	for _, peer := range peers {
		if k.peers == nil {
			k.peers = map[id.Site]string{}
		}
		k.peers[peer.Site()] = peer.Key()
	}
	return k, k.readKnown()
}

// add reads the key of a site that runs here, or makes it where there is none yet. It
// is called before anything is sealed or verified.
func (k *keyring) add(site id.Site) error {
	key, err := readKey(k.file(site))
	if errors.Is(err, fs.ErrNotExist) {
		key, err = k.make(site)
	}
	if err != nil {
		return err
	}
	k.own[site] = key
	return nil
}

func (k *keyring) file(site id.Site) string { return filepath.Join(k.dir, string(site)+keySuffix) }
func (k *keyring) knownSites() string       { return filepath.Join(k.dir, knownFile) }

func (k *keyring) make(site id.Site) (ed25519.PrivateKey, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := writeDurably(k.file(site), text); err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Message: "the key of " + string(site) + " cannot be written", Cause: err}
	}
	k.log.Info("made the key that this site signs with", "site", site, "public", publicText(public))
	return key, nil
}

// readKey reads a private key; one that is none is fault.Corrupt: a new one in its
// place would be refused by every site that knows the old one.
func readKey(name string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var key any
	if block, _ := pem.Decode(text); block != nil {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	private, isKey := key.(ed25519.PrivateKey)
	if err != nil || !isKey {
		return nil, fault.New(fault.Corrupt, "the file %s does not hold an Ed25519 key: put it back from a backup", name)
	}
	return private, nil
}

// publicText is the form of a public key in files, in the configuration and on screens.
func publicText(key []byte) string {
	return config.KeyPrefix + base64.RawStdEncoding.EncodeToString(key)
}

// PublicKeys returns the public keys of the sites that have lived in a data
// directory, by name, in the form of the setting peers. None: fault.NotFound.
func PublicKeys(data string) ([]config.Peer, error) {
	files, err := endingIn(filepath.Join(data, keysDir), keySuffix)
	if err != nil {
		return nil, err
	}
	var peers []config.Peer
	for _, name := range files {
		key, err := readKey(name)
		if err != nil {
			return nil, err
		}
		site := strings.TrimSuffix(filepath.Base(name), keySuffix)
		peers = append(peers, config.Peer(site+"="+publicText(publicOf(key))))
	}
	if len(peers) == 0 {
		return nil, fault.New(fault.NotFound, "there are no keys in %s: a site makes its own at its first start", data)
	}
	return peers, nil
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(key[len(key)-ed25519.PublicKeySize:])
}

// seals is the keyring as one of the sites uses it.
type seals struct {
	*keyring
	site id.Site
}

var _ outbox.Seals = seals{}

// Seal implements outbox.Seals.
func (s seals) Seal(text []byte) []byte {
	key := s.own[s.site]
	return append(slices.Clone(publicOf(key)), ed25519.Sign(key, text)...)
}

// Verify implements outbox.Seals.
func (s seals) Verify(site id.Site, text, seal []byte) error {
	err := s.verify(site, text, seal)
	s.tell(site, err)
	return err
}

func (s seals) verify(site id.Site, text, seal []byte) error {
	if len(seal) != sealSize {
		return fault.New(fault.Denied,
			"%s refuses what is not signed, in the name of %s: a program of this version signs; an older one is to be replaced", s.site, site)
	}
	public, signature := seal[:ed25519.PublicKeySize], seal[ed25519.PublicKeySize:]
	if !ed25519.Verify(public, text, signature) {
		return fault.New(fault.Denied, "%s refuses what was changed on its way, in the name of %s: its signature does not fit", s.site, site)
	}
	return s.trust(site, publicText(public))
}

// tell logs a refusal once, until there is another one or none any more.
func (k *keyring) tell(site id.Site, err error) {
	message := ""
	if err != nil {
		message, _ = fault.Public(err)
	}
	k.mu.Lock()
	before := k.told[site]
	if message == "" {
		delete(k.told, site)
	} else if before != "" || len(k.told) < maxKnown {
		k.told[site] = message
	}
	k.mu.Unlock()
	if message != "" && message != before {
		k.log.Warn("refused", "origin", site, "err", err)
	}
}

// trust returns nil where a key is the one that a site is known by.
func (s seals) trust(site id.Site, key string) error {
	if own, here := s.own[site]; here {
		if publicText(publicOf(own)) != key {
			return fault.New(fault.Denied, "%s refuses a key of %s, which runs in the same process and has another one", s.site, site)
		}
		return nil
	}
	if s.peers != nil {
		return s.trustPeer(site, key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[site] == key {
		return nil
	}
	if err := s.readKnown(); err != nil { // an operator may have changed it
		return err
	}
	switch known := s.known[site]; known {
	case key:
		return nil
	case "":
		return s.pin(site, key)
	default:
		return fault.New(fault.Denied,
			"%s refuses %s, whose key has changed: it shows %s, and %s of %s has %s. If %s was set up anew, take its line out of that file; if not, somebody else speaks in its name",
			s.site, site, key, s.knownSites(), s.site, known, site)
	}
}

func (s seals) trustPeer(site id.Site, key string) error {
	switch known := s.peers[site]; known {
	case key:
		return nil
	case "":
		return fault.New(fault.Denied, "%s refuses %s, which peers in its configuration does not name: add %s=%s there if that is its key", s.site, site, site, key)
	default:
		return fault.New(fault.Denied,
			"%s refuses %s, which shows the key %s: peers in the configuration of %s has %s. If %s was set up anew, correct it there; if not, somebody else speaks in its name",
			s.site, site, key, s.site, known, site)
	}
}

// pin keeps the key of a site that is met for the first time. It is called with mu held.
func (s seals) pin(site id.Site, key string) error {
	if len(s.known) >= maxKnown {
		return fault.New(fault.Denied, "%s refuses %s: %s has %d sites already, and takes no more by itself", s.site, site, s.knownSites(), maxKnown)
	}
	s.known[site] = key
	if err := s.writeKnown(); err != nil {
		delete(s.known, site)
		return &fault.Error{Kind: fault.Unavailable, Message: "the key of " + string(site) + " cannot be kept", Cause: err}
	}
	s.log.Info("first contact: the key of this site is kept, and no other is taken for it from now on", "site", site, "key", key, "file", s.knownSites())
	return nil
}

const knownHead = `# The keys of the sites that this process has met: each was taken at first contact,
# and another one in the same name is refused. Take a line out where a site was set
# up anew. To name the keys yourself, put such lines into peers in the configuration.
`

// readKnown reads the file of known sites; mu is held, or nobody else has k yet.
func (k *keyring) readKnown() error {
	text, err := os.ReadFile(k.knownSites())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Kind: fault.Unavailable, Message: "the file " + k.knownSites() + " cannot be read", Cause: err}
	}
	k.known = map[id.Site]string{}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		peer := config.Peer(line)
		if err := peer.Check(); err != nil {
			message, _ := fault.Public(err)
			return fault.New(fault.Corrupt, "line %d of %s: %s", i+1, k.knownSites(), message)
		}
		k.known[peer.Site()] = peer.Key()
	}
	return nil
}

func (k *keyring) writeKnown() error {
	var text strings.Builder
	text.WriteString(knownHead)
	for _, site := range slices.Sorted(maps.Keys(k.known)) {
		fmt.Fprintf(&text, "%s=%s\n", site, k.known[site])
	}
	return writeDurably(k.knownSites(), []byte(text.String()))
}
