package torture

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

//go:embed clock.go.txt
var clockSource []byte

const (
	clockVariable = "TORTURE_CLOCK"
	readsClock    = "sec, nsec, mono := runtimeNow()\n"
	shiftsClock   = readsClock + "\tsec += shifted()\n"
)

// Build makes a program of the module at root in dir, with a clock that can be
// moved, and returns its path. All packages that know the time are compiled anew
// at the first time, which takes a minute or two; later they come from Go's cache.
func Build(ctx context.Context, dir, root, what string) (string, error) {
	overlay, err := writeOverlay(ctx, dir)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, filepath.Base(what))
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-overlay="+overlay, "-o", program, what)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

func writeOverlay(ctx context.Context, dir string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	original := filepath.Join(string(bytes.TrimSpace(root)), "src", "time", "time.go")
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	head, rest, found := bytes.Cut(text, []byte("func Now() Time {\n\t"+readsClock))
	if !found {
		return "", fmt.Errorf("time.Now of %s is not written as the rig knows it: see build.go", runtime.Version())
	}
	replaced := bytes.Join([][]byte{head, []byte("func Now() Time {\n\t" + shiftsClock), rest}, nil)
	changed, added := filepath.Join(dir, "time.go"), filepath.Join(dir, "clock.go")
	paths, err := json.Marshal(map[string]map[string]string{"Replace": {
		original: changed,
		filepath.Join(filepath.Dir(original), "zz_torture_clock.go"): added,
	}})
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, errors.Join(
		err, os.WriteFile(changed, replaced, 0o600), os.WriteFile(added, clockSource, 0o600), os.WriteFile(overlay, paths, 0o600),
	)
}

// setClock moves the clock of the process that reads the file.
func setClock(file string, seconds int64) error {
	if err := os.WriteFile(file+".new", []byte(strconv.FormatInt(seconds, 10)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
