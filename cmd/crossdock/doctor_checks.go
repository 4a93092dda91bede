package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
)

const (
	leastSpace  = 100 << 20 // bytes: below it, a busy day does not fit
	enoughSpace = 1 << 30
)

// checkDirectory writes a file where the data is, or would be.
func checkDirectory(dir string) check {
	const name = "data directory"
	at := existing(dir)
	info, err := os.Stat(at)
	if err == nil && !info.IsDir() {
		return check{name, fail, at + " is a file", "choose another directory with --data"}
	}
	probe, err := os.CreateTemp(at, ".crossdock-doctor-*")
	if err != nil {
		return check{name, fail, fmt.Sprintf("%s cannot be written: %v", at, err), "give this user the right to write there, or choose another with --data"}
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return check{name, fail, fmt.Sprintf("%s cannot be written: %v", at, err), "see to its file system"}
	}
	if at != dir {
		return check{name, ok, dir + " is not there yet and can be made", ""}
	}
	return check{name, ok, dir + " can be written", ""}
}

// existing returns the nearest directory above that is there.
func existing(dir string) string {
	for {
		_, err := os.Stat(dir)
		above := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || above == dir {
			return dir
		}
		dir = above
	}
}

func checkUse(dir string, running *node.Running) check {
	const name = "in use"
	if running != nil {
		return check{name, ok, "by process " + strconv.Itoa(running.PID) + " at " + running.URL, ""}
	}
	if _, err := readRunFile(dir); err == nil {
		return check{
			name, warn, "the process that used " + dir + " does not answer, or was killed",
			"start it again: nothing that was acknowledged is lost",
		}
	}
	return check{name, ok, "by nobody", ""}
}

func checkSpace(dir string) check {
	const name = "disk space"
	var disk syscall.Statfs_t
	if err := syscall.Statfs(existing(dir), &disk); err != nil {
		return check{name, warn, fmt.Sprintf("cannot be told: %v", err), "see to the file system of " + dir}
	}
	free := uint64(disk.Bavail) * uint64(disk.Bsize)
	text := fmt.Sprintf("%.1f GiB free", float64(free)/(1<<30))
	switch {
	case free < leastSpace:
		return check{name, fail, text, "make room: a full disk stops the taking of orders"}
	case free < enoughSpace:
		return check{name, warn, text, "make room, 1 GiB at least"}
	}
	return check{name, ok, text, ""}
}

// checkDatabases opens the databases and walks them, as an audit does.
func checkDatabases(ctx context.Context, dir string) check {
	const name = "databases"
	report, err := node.AuditFiles(ctx, dir)
	switch {
	case fault.Is(err, fault.NotFound):
		return check{name, ok, "none yet: the first start makes them", ""}
	case fault.Is(err, fault.Newer):
		return check{name, fail, explain(err), "use the newer version of Crossdock, or restore a backup of this one"}
	case fault.Is(err, fault.Conflict):
		return check{name, warn, explain(err), "wait until the process answers, or stop it"}
	case err != nil:
		return check{name, fail, explain(err), "restore a backup"}
	case !report.Right():
		return check{name, fail, count(len(report.Findings), "finding") + " in the books", "run \"crossdock audit\", which names each row"}
	}
	return check{name, ok, "of " + count(len(report.Sites), "site") + " are readable, and the books are right", ""}
}

func checkRunning(ctx context.Context, running node.Running) check {
	client := api.New(running.URL, running.Token)
	defer client.Close()
	if err := client.Ready(ctx); err != nil {
		return check{"process", fail, "is not ready: " + explain(err), "look into its log"}
	}
	return check{"process", ok, "is ready", ""}
}

// checkOpen asks the process that has the databases open; it has checked their
// versions when it opened them.
func checkOpen(ctx context.Context, running node.Running) check {
	const name = "databases"
	client := api.New(running.URL, running.Token)
	defer client.Close()
	version, err := client.Version(ctx)
	if err != nil {
		return check{name, fail, "the process does not tell: " + explain(err), "look into its log"}
	}
	var sites []string
	if version.Store {
		sites = append(sites, "the store")
	}
	for _, site := range version.Warehouses {
		sites = append(sites, string(site))
	}
	text := "of " + strings.Join(sites, ", ") + " are open in Crossdock " + version.Version + "; \"crossdock audit\" walks them"
	return check{name, ok, text, ""}
}

// checkPortOf checks the port of a process that runs, or the one that was asked
// for in its place.
func checkPortOf(running node.Running, listen string) check {
	if listen == "" || listensOn(running.URL, listen) {
		return check{"port", ok, strings.TrimPrefix(running.URL, "http://") + " is used by the process itself", ""}
	}
	return checkPort(listen)
}

// listensOn reports whether the process at a URL is who has this address, in one
// of the ways that an address can be written.
func listensOn(processURL, address string) bool {
	at, err := url.Parse(processURL)
	host, port, split := net.SplitHostPort(address)
	if err != nil || split != nil || port != at.Port() {
		return false
	}
	ip, own := net.ParseIP(host), net.ParseIP(at.Hostname())
	switch {
	case host == "" || ip.IsUnspecified(): // the whole machine
		return true
	case own == nil: // so is the process, see Node.URL
		return true
	case host == "localhost":
		return own.IsLoopback()
	}
	return ip.Equal(own)
}

func checkPort(address string) check {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return check{"port", fail, fmt.Sprintf("%s cannot be used: %v", address, err), "stop the program that uses it, or choose another with --listen"}
	}
	if err := listener.Close(); err != nil {
		return check{"port", warn, fmt.Sprintf("%s: %v", address, err), "try again"}
	}
	return check{"port", ok, address + " is free", ""}
}

// checkClock holds the clock against the release and against what was written
// here before.
func checkClock(dir string) check {
	const name = "clock"
	now := time.Now()
	released := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	if now.Before(released) {
		return check{name, fail, "it is " + when(now) + " by the clock, before this program was written", "set the clock: orders carry its time"}
	}
	files := []string{"VERSION", "lock"}
	databases, err := os.ReadDir(filepath.Join(dir, "db"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return check{name, warn, "cannot be held against the databases: " + err.Error(), "see to the data directory first"}
	}
	for _, entry := range databases {
		files = append(files, filepath.Join("db", entry.Name()))
	}
	for _, file := range files {
		file = filepath.Join(dir, file)
		if info, err := os.Stat(file); err == nil && info.ModTime().After(now.Add(time.Minute)) {
			return check{
				name, fail, "it is " + when(now) + " by the clock, but " + file + " was written at " + when(info.ModTime()),
				"set the clock: orders carry its time",
			}
		}
	}
	return check{name, ok, when(now), ""}
}
