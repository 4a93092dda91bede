package node

import (
	"context"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// leastFree is the free space, in bytes, below which the process says that it is
// not ready: about what the write-ahead logs of three sites may grow to.
const leastFree = 64 << 20

// ready reports whether the process can do its work: each database is where it
// was opened and answers, and the disk has room for what comes.
func (n *Node) ready(ctx context.Context) error {
	for _, r := range n.roles {
		if _, err := os.Stat(r.file); err != nil {
			return &fault.Error{Kind: fault.Unavailable, Message: "the database of " + string(r.site) + " is no longer where it was", Cause: err}
		}
		if _, err := r.feeds.Cursors(ctx); err != nil {
			return &fault.Error{Kind: fault.Unavailable, Message: "the database of " + string(r.site) + " does not answer", Cause: err}
		}
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(n.dir.path, &disk); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Message: "the data directory cannot be looked at", Cause: err}
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < leastFree {
		return fault.New(fault.Unavailable, "the disk of the data directory has %d MiB left, and needs %d", free>>20, leastFree>>20)
	}
	return nil
}

// tellAtMost is how often failed commits of one site are logged.
const tellAtMost = 10 * time.Second

// commitFailed returns a function that logs the failed commits of a site, but not
// all of thousands.
func (n *Node) commitFailed(site id.Site) func(error) {
	var told atomic.Int64
	return func(err error) {
		now := time.Now().UnixNano()
		if last := told.Load(); now-last > int64(tellAtMost) && told.CompareAndSwap(last, now) {
			n.log.Error("a commit failed: nothing of it was acknowledged", "site", site, "err", err)
		}
	}
}
