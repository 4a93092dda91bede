package torture

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const tellsTime = `package main

import (
	"bufio"
	"fmt"
	"os"
	"time"
)

func main() {
	begun := time.Now()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		time.Sleep(100 * time.Millisecond) // until the clock has been looked at
		fmt.Println(time.Now().Unix(), time.Since(begun) < time.Minute)
	}
}
`

// The clock of a program that the rig has built goes as its file says, also while
// it runs; what it measures is right all the same.
func TestClockIsMoved(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "clock"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module clock\n\ngo 1.26\n", "clock/main.go": tellsTime} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program, err := Build(t.Context(), t.TempDir(), dir, "./clock")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "shift")
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), clockVariable+"="+file)
	ask, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 100)
	for _, shift := range []int64{0, 86400, -3600, 0} {
		if err := setClock(file, shift); err != nil {
			t.Fatal(err)
		}
		if _, err := ask.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		n, err := said.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		seconds, right, _ := strings.Cut(strings.TrimSpace(string(buffer[:n])), " ")
		told, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if off := told - time.Now().Unix() - shift; off < -60 || off > 60 || right != "true" {
			t.Errorf("moved by %d s: it is off by %d s more; right measure: %s", shift, off, right)
		}
	}
	if err := ask.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
