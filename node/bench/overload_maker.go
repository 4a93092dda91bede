package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"

	"crossdock/core/fault"
)

// crowdMaker makes load, one phase after the other.
type crowdMaker interface {
	make(ctx context.Context, order crowdOrder) (crowdSeen, error)
	close() error
}

// crowdMaker starts the command, or makes the load here where there is none.
func (r *rig) crowdMaker(ctx context.Context, command []string) (crowdMaker, error) {
	if len(command) == 0 {
		return crowdHere{}, nil
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	seen, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Op: "bench.crowdMaker", Message: "the load cannot be made by a process of its own", Cause: err}
	}
	return &crowdElsewhere{cmd: cmd, orders: orders, seen: json.NewDecoder(bufio.NewReader(seen))}, nil
}

// crowdHere makes the load in this process.
type crowdHere struct{}

func (crowdHere) make(ctx context.Context, order crowdOrder) (crowdSeen, error) {
	return order.arrive(ctx)
}
func (crowdHere) close() error { return nil }

// crowdElsewhere has Crowd make it in another.
type crowdElsewhere struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	seen   *json.Decoder
}

func (c *crowdElsewhere) make(_ context.Context, order crowdOrder) (seen crowdSeen, err error) {
	if err := json.NewEncoder(c.orders).Encode(order); err != nil {
		return seen, err
	}
	return seen, c.seen.Decode(&seen)
}

// close lets the process end, which it does where no more orders come.
func (c *crowdElsewhere) close() error { return errors.Join(c.orders.Close(), c.cmd.Wait()) }

// Crowd makes load as the orders say that come in, and writes what became of it,
// until no more come. It is a process of its own, so that it takes turns with what it
// measures as people on other machines would, by the operating system's rules.
func Crowd(ctx context.Context, orders io.Reader, seen io.Writer) error {
	in, out := json.NewDecoder(bufio.NewReader(orders)), json.NewEncoder(seen)
	for {
		var order crowdOrder
		err := in.Decode(&order)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		what, err := order.arrive(ctx)
		if err != nil {
			return err
		}
		if err := out.Encode(what); err != nil {
			return err
		}
	}
}
