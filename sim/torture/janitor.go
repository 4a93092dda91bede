package torture

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// cleanUp waits until the rig lets go of its input, which it does at its end,
// whatever that is, and then takes away all that bears its names: mounts below the
// directory $1, namespaces that begin with $2, and the directory of disks $3.
const cleanUp = `
cat >/dev/null
[ -r /proc/mounts ] && cut -d' ' -f2 /proc/mounts | while read -r mount; do
	case "$mount" in "$1"/*) umount "$mount" 2>/dev/null || umount -l "$mount" ;; esac
done
command -v ip >/dev/null && ip netns list | cut -d' ' -f1 | while read -r space; do
	case "$space" in "$2"-*) ip netns del "$space" ;; esac
done
case "$3" in */crossdock-torture-*) rm -rf "$3" ;; esac
exit 0
`

// janitor is the process that cleans up after the rig, even after one that was
// killed.
type janitor struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	said  *bytes.Buffer
}

func hireJanitor(dir, prefix, disks string) (*janitor, error) {
	j := &janitor{cmd: exec.Command("sh", "-c", cleanUp, "janitor", dir, prefix, disks), said: &bytes.Buffer{}}
	j.cmd.Stderr = j.said
	outlivesUs(j.cmd)
	var err error
	if j.input, err = j.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return j, j.cmd.Start()
}

// clean has it work now, and reports what could not be removed.
func (j *janitor) clean() error {
	if err := j.input.Close(); err != nil {
		return err
	}
	if err := j.cmd.Wait(); err != nil {
		return fmt.Errorf("clean up: %w: %s", err, j.said)
	}
	if text := strings.TrimSpace(j.said.String()); text != "" {
		return fmt.Errorf("clean up: %s", text)
	}
	return nil
}

// toolTime bounds a command of the system, which all take milliseconds.
const toolTime = 30 * time.Second

// tool runs a command of the system; what it says is in the error.
func tool(ctx context.Context, input, name string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, toolTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
