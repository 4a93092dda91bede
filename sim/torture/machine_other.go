//go:build !linux

package torture

import (
	"errors"
	"os/exec"
)

var errLinux = errors.New("this system has no such thing: it takes Linux")

func cutPower(string) error { return errLinux }

func stopped(int) (bool, error) { return true, nil }

func inNamespace(string, func() error) error { return errLinux }

func diesWithUs(*exec.Cmd) {}

func outlivesUs(*exec.Cmd) {}
