package torture

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// shutdownFilesystem is the request of ext4 (and XFS) that stops a file system on
// the spot; with dropLog nothing that was not flushed is written any more, as when
// the power fails.
const (
	shutdownFilesystem = 0x8004587d
	dropLog            = 2
)

// cutPower stops the file system that is mounted at a directory.
func cutPower(mount string) error {
	dir, err := os.Open(mount)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetPointerInt(int(dir.Fd()), shutdownFilesystem, dropLog); err != nil {
		return errors.Join(fmt.Errorf("the file system at %s does not shut down: %w", mount, err), dir.Close())
	}
	return dir.Close()
}

// stopped reports whether no thread of a process runs any more: SIGSTOP returns
// before it has reached them all.
func stopped(pid int) (bool, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(files) == 0 {
		return false, errors.Join(err, fmt.Errorf("process %d has no threads", pid))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // the thread has ended meanwhile
		}
		if err != nil {
			return false, err
		}
		_, state, _ := bytes.Cut(text, []byte(") "))
		if len(state) == 0 || state[0] != 'T' {
			return false, nil
		}
	}
	return true, nil
}

// inNamespace runs f on a thread that is in a network namespace, and takes the
// thread back before it returns: sockets that f has made stay there. A thread that
// cannot be taken back ends with its goroutine, which is why f has one of its own.
func inNamespace(file string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		stay, err := enter(file, f)
		if !stay {
			runtime.UnlockOSThread()
		}
		done <- err
	}()
	return <-done
}

// enter reports with stay that the thread is still elsewhere.
func enter(file string, f func() error) (stay bool, err error) {
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, home.Close()) }()
	there, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return false, fmt.Errorf("enter %s: %w", file, err)
	}
	err = f()
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		return true, errors.Join(err, fmt.Errorf("leave %s: %w", file, back))
	}
	return false, err
}

// diesWithUs has a process killed when the rig ends, and keeps Ctrl-C from it.
func diesWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// outlivesUs keeps a process going when the rig ends or is interrupted.
func outlivesUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
