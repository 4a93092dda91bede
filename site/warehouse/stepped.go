package warehouse

import (
	"context"

	"crossdock/site/writer"
)

// Steps returns what decides and writes the warehouse's commands, where it was
// opened with Options.Stepped; else nil.
func (w *Warehouse) Steps() *writer.Stepper {
	steps, _ := w.writer.(*writer.Stepper)
	return steps
}

// Correction is an AdjustStock that may have to wait for quota to come back. It is
// what Adjust does, for who cannot wait in it.
type Correction struct {
	site    *Warehouse
	command AdjustStock
	result  adjusted
}

// Begin decides a correction, or calls quota back for it: then Waits.
func (w *Warehouse) Begin(ctx context.Context, command AdjustStock) (*Correction, error) {
	answer, err := w.Do(ctx, command)
	if err != nil {
		return nil, err
	}
	return &Correction{w, command, answer.(adjusted)}, nil
}

// Waits reports whether stores were asked to give quota back, and have not all
// answered.
func (c *Correction) Waits() bool {
	for _, returned := range c.result.returned {
		select {
		case <-returned:
		default:
			return true
		}
	}
	return false
}

// End decides the correction with what has come back, and returns the stock after it.
func (c *Correction) End(ctx context.Context) (Stocked, error) {
	if len(c.result.recalls) == 0 {
		return c.result.Stocked, nil
	}
	c.site.state.answers.Forget(c.result.recalls...)
	c.command.noRecall = true
	answer, err := c.site.Do(ctx, c.command)
	if err != nil {
		return Stocked{}, err
	}
	return answer.(adjusted).Stocked, nil
}
