package bench

import (
	"fmt"
	"syscall"
	"time"

	"crossdock/core/fault"
)

// cpu returns the time that the processors have worked for this process.
func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0 // it does not fail for the process itself
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// Names of kinds of file system, by the numbers of statfs(2).
const (
	inMemory = 0x01021994 // tmpfs
	inRAM    = 0x858458f6 // ramfs
)

// diskOf returns the kind of file system that a directory is on. One that is in
// memory is fault.Invalid: there is nothing to wait for.
func diskOf(dir string) (string, error) {
	var found syscall.Statfs_t
	if err := syscall.Statfs(dir, &found); err != nil {
		return "", &fault.Error{Kind: fault.Invalid, Op: "bench.diskOf", Message: "the directory " + dir + " cannot be used", Cause: err}
	}
	switch number := uint32(found.Type); number {
	case inMemory, inRAM:
		return "", fault.New(fault.Invalid, "the directory %s is in memory: choose one on a disk", dir)
	case 0xef53:
		return "ext4", nil
	case 0x58465342:
		return "xfs", nil
	case 0x9123683e:
		return "btrfs", nil
	case 0x2fc12fc1:
		return "zfs", nil
	case 0x794c7630:
		return "overlay", nil
	case 0xf2f52010:
		return "f2fs", nil
	default:
		return fmt.Sprintf("file system %#x", number), nil
	}
}
