package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// litestreamVersion is the one that tools/install-test-needs installs.
const litestreamVersion = "v0.5.18"

// findLitestream returns the folder of the program: that on the PATH, else that
// which tools/install-test-needs has put into the user's cache; "" for none.
func findLitestream(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("litestream"); err == nil {
		return filepath.Dir(path)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Logf("there is no cache to look in: %v", err)
		return ""
	}
	dir := filepath.Join(cache, "crossdock-test", "litestream-"+litestreamVersion)
	if _, err := os.Stat(filepath.Join(dir, "litestream")); errors.Is(err, os.ErrNotExist) {
		return ""
	} else if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestLitestream has a store copied continuously, kills both, and brings it back.
func TestLitestream(t *testing.T) {
	dir := findLitestream(t)
	if dir == "" {
		t.Skip("litestream: not installed")
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "litestream"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"field": field, "becomes": becomes, "up": up, "kill9": kill9,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", env.Getenv("PATH")+string(os.PathListSeparator)+dir)
			return nil
		},
	})
}

// kill9 DIR kills the process on the directory with no word.
func kill9(ts *testscript.TestScript, _ bool, args []string) {
	running, err := readRunFile(ts.MkAbs(args[0]))
	ts.Check(err)
	process, err := os.FindProcess(running.PID)
	ts.Check(err)
	ts.Check(process.Kill())
}
