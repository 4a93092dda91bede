package torture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Sizes of the disks of one round, in bytes. They are sparse files and memory
// that is used only as far as it is written.
const (
	loopSize  = 384 << 20
	smallSize = 96 << 20
)

// disk is what a site's data directory lies on.
type disk struct {
	mount string // where it is seen
	image string // of a file system that power can be cut from; else empty
	small bool   // a memory disk that can be filled
}

// data is the data directory of the site.
func (d *disk) data() string { return filepath.Join(d.mount, "data") }

// losesPower reports whether cutting the power means more than a kill.
func (d *disk) losesPower() bool { return d.image != "" }

// openLoop makes a disk of its own file, with ext4.
func openLoop(ctx context.Context, image, mount string) (*disk, error) {
	file, err := os.Create(image)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(file.Truncate(loopSize), file.Close()); err != nil {
		return nil, err
	}
	if err := tool(ctx, "", "mkfs.ext4", "-q", "-F", image); err != nil {
		return nil, err
	}
	d := &disk{mount: mount, image: image}
	return d, errors.Join(os.MkdirAll(mount, 0o700), d.attach(ctx))
}

func (d *disk) attach(ctx context.Context) error {
	return tool(ctx, "", "mount", "-t", "ext4", "-o", "loop", d.image, d.mount)
}

// detach waits for the kernel to close what a killed process had open.
func (d *disk) detach(ctx context.Context) error {
	var err error
	for range 100 {
		if err = tool(ctx, "", "umount", d.mount); err == nil {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// openSmall makes a disk of memory that is soon full.
func openSmall(ctx context.Context, mount string) (*disk, error) {
	if err := os.MkdirAll(mount, 0o700); err != nil {
		return nil, err
	}
	size := fmt.Sprintf("size=%d,mode=0700", smallSize)
	return &disk{mount: mount, small: true}, tool(ctx, "", "mount", "-t", "tmpfs", "-o", size, "crossdock-torture", mount)
}

// openPlain takes a directory of the machine's own disk.
func openPlain(mount string) (*disk, error) {
	return &disk{mount: mount}, os.MkdirAll(mount, 0o700)
}

// close unmounts it; what it held is gone.
func (d *disk) close(ctx context.Context) error {
	switch {
	case d.image != "":
		return errors.Join(d.detach(ctx), os.Remove(d.image))
	case d.small:
		return d.detach(ctx)
	}
	return nil
}

// ballast is the file that fills a disk.
func (d *disk) ballast() string { return filepath.Join(d.mount, "ballast") }

// fill writes until nothing more fits.
func (d *disk) fill() (err error) {
	file, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for size := 1 << 20; size >= 512; {
		_, err := file.Write(make([]byte, size))
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, io.ErrShortWrite) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	return nil
}

// empty takes the ballast away again.
func (d *disk) empty() error { return os.RemoveAll(d.ballast()) }
