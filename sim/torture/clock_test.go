package torture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	answer := func() (told int64, right bool) {
		t.Helper()
		if _, err := ask.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		buffer := make([]byte, 100)
		n, err := said.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(string(buffer[:n]), &told, &right); err != nil {
			t.Fatal(err)
		}
		return told, right
	}
	for _, shift := range []int64{0, 86400, -3600, 0} {
		if err := setClock(file, shift); err != nil {
			t.Fatal(err)
		}
		// The program looks at the file now and then: it is asked until it has.
		for until := time.Now().Add(10 * time.Second); ; {
			told, right := answer()
			if !right {
				t.Errorf("moved by %d s: what it measures has moved with it", shift)
			}
			off := told - time.Now().Unix() - shift
			if off >= -60 && off <= 60 {
				break
			}
			if time.Now().After(until) {
				t.Errorf("moved by %d s: it is off by %d s more", shift, off)
				break
			}
		}
	}
	if err := ask.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
