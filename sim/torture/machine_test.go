package torture

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// yard is a place for disks and networks, cleaned up by a janitor. Without root
// there is nothing of the kind, and what stands for it is tested with the rig.
func yard(t *testing.T) (dir, disks, prefix string, ok bool) {
	t.Helper()
	dir, disks = t.TempDir(), filepath.Join(t.TempDir(), "crossdock-torture-test")
	if err := os.Mkdir(disks, 0o700); err != nil {
		t.Fatal(err)
	}
	prefix = fmt.Sprintf("xdt%dy", os.Getpid())
	j, err := hireJanitor(dir, prefix, disks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.clean(); err != nil {
			t.Error(err)
		}
	})
	if err := tryDisks(t.Context(), Config{}, dir, disks); err != nil {
		t.Logf("no disks of its own here: %v", err)
		return dir, disks, prefix, false
	}
	return dir, disks, prefix, true
}

// A power cut takes what was not flushed, and nothing else.
func TestPowerCutKeepsWhatWasFlushed(t *testing.T) {
	dir, disks, _, ok := yard(t)
	if !ok {
		return
	}
	d, err := openLoop(t.Context(), filepath.Join(disks, "d.img"), filepath.Join(dir, "d"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(d.mount, "flushed"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"kept", "lost"} {
		if _, err := file.WriteString(word); err != nil {
			t.Fatal(err)
		}
		if word == "kept" {
			if err := file.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(d.mount, "unflushed"), []byte("lost"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cutPower(d.mount); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("more"); !errors.Is(err, syscall.EIO) {
		t.Errorf("a disk without power takes a write: %v", err)
	}
	if err := errors.Join(file.Close(), d.detach(t.Context()), d.attach(t.Context())); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(d.mount, "flushed")); err != nil || string(text) != "kept" {
		t.Errorf("flushed: %q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(d.mount, "unflushed")); err == nil && string(text) == "lost" {
		t.Error("what was not flushed is there")
	}
	if err := d.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A disk that is filled takes nothing more, and is of use when it is emptied.
func TestFullDisk(t *testing.T) {
	dir, _, _, ok := yard(t)
	if !ok {
		return
	}
	d, err := openSmall(t.Context(), filepath.Join(dir, "small"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(d.mount, "file")
	odd := os.WriteFile(filepath.Join(d.mount, "odd"), make([]byte, 4096), 0o600) // no round number is left
	if err := errors.Join(odd, d.fill()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, make([]byte, 4096), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	if err := errors.Join(d.empty(), os.WriteFile(name, make([]byte, 4096), 0o600), d.close(t.Context())); err != nil {
		t.Error(err)
	}
}

// Cables that are unplugged and packets that are dropped part just the site that
// they are meant for, in the direction that they are meant for.
func TestNetworkParts(t *testing.T) {
	_, _, prefix, ok := yard(t)
	if !ok {
		return
	}
	n, err := openNetwork(t.Context(), prefix, everySite())
	if err != nil {
		t.Logf("no namespaces here: %v", err)
		return
	}
	if !n.answers(t, "wh1") {
		t.Fatal("the hub cannot be reached")
	}
	parts := map[string]func(bool) error{
		"unplugged": func(on bool) error { return n.unplug(t.Context(), "wh1", on) },
		"mute":      func(on bool) error { return n.drop(t.Context(), "wh1", percent(on), 0) },
		"deaf":      func(on bool) error { return n.drop(t.Context(), "wh1", 0, percent(on)) },
	}
	if !n.filter {
		t.Log("no packet filter here")
		delete(parts, "mute")
		delete(parts, "deaf")
	}
	for name, part := range parts {
		if err := part(true); err != nil {
			t.Fatal(err)
		}
		if n.answers(t, "wh1") || !n.answers(t, "wh2") {
			t.Errorf("%s: wh1 is not parted, or wh2 is", name)
		}
		if err := part(false); err != nil {
			t.Fatal(err)
		}
		if !n.answers(t, "wh1") {
			t.Errorf("%s: wh1 is still parted when it is healed", name)
		}
	}
}

func percent(on bool) int {
	if on {
		return 100
	}
	return 0
}

// answers reports whether a port of the hub can be reached from a site.
func (n *network) answers(t *testing.T, name string) bool {
	t.Helper()
	listener, err := n.listen()
	if err != nil {
		t.Fatal(err)
	}
	var conn net.Conn
	err = inNamespace(n.file(name), func() error {
		var err error
		conn, err = net.DialTimeout("tcp", listener.Addr().String(), dialTime)
		return err
	})
	if err == nil {
		err = conn.Close()
	}
	if err := listener.Close(); err != nil {
		t.Error(err)
	}
	return err == nil
}

// When the rig is killed, the janitor takes away all that it has made.
func TestJanitorOutlivesTheRig(t *testing.T) {
	dir, disks, prefix, ok := yard(t)
	if !ok {
		return
	}
	d, err := openLoop(t.Context(), filepath.Join(disks, "d.img"), filepath.Join(dir, "d"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openSmall(t.Context(), filepath.Join(dir, "small")); err != nil {
		t.Fatal(err)
	}
	n, err := openNetwork(t.Context(), prefix, everySite())
	if err != nil {
		t.Fatal(err)
	}
	// A shell holds the janitor's input as the rig does, and is killed.
	rig := exec.Command("sleep", "1000")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	j := &janitor{cmd: exec.Command("sh", "-c", cleanUp, "janitor", dir, prefix, disks)}
	j.cmd.Stdin, rig.ExtraFiles = read, []*os.File{write}
	if err := errors.Join(j.cmd.Start(), rig.Start(), read.Close(), write.Close()); err != nil {
		t.Fatal(err)
	}
	if mounts(t, dir) != 2 {
		t.Fatal("nothing is mounted")
	}
	if err := rig.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := rig.Wait(); err == nil {
		t.Error("the rig was not killed")
	}
	if err := j.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if mounts(t, dir) != 0 {
		t.Error("disks are mounted still")
	}
	for _, left := range []string{d.image, disks, n.file(hub), n.file("wh1")} {
		if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", left, err)
		}
	}
}

func mounts(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), " "+dir+"/")
}
