package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"crossdock/core/fault"
	"crossdock/sim"
)

// seeker is the program that is built with a bug in it.
const seeker = "./sim/mutants/run"

// Planter plants bugs in the sources under Root.
type Planter struct {
	Root  string
	From  uint64 // the first seed
	Seeds int    // that are run for each bug, at most
}

// Plant builds the program with a bug in it and has it run seeds until one finds
// something wrong with it, and nothing without it: a seed that fails anyway says
// nothing, and the next one is run. Seeds counts them all.
func (p Planter) Plant(ctx context.Context, m Mutant) (Found, error) {
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return Found{}, unwritable(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left of it does no harm
	program, err := p.build(ctx, m, dir)
	if err != nil {
		return Found{}, err
	}
	seek := func(search Search) (Found, error) { return run(ctx, program, search) }
	return sift(Search{From: p.From, Seeds: p.Seeds, Restore: m.Restore}, seek, healthy)
}

// healthy reports whether the program as it is has nothing wrong in a run.
func healthy(plan sim.Plan) (bool, error) {
	result, err := sim.Run(plan, nil)
	return result.Violation == nil, err
}

// sift has the program with the bug seek, and goes on behind each seed that it has
// found for which the program without it is not healthy.
func sift(search Search, seek func(Search) (Found, error), healthy func(sim.Plan) (bool, error)) (Found, error) {
	tried := 0
	for search.Seeds > 0 {
		found, err := seek(search)
		if err != nil {
			return Found{}, err
		}
		tried += found.Seeds
		if found.Violation == nil {
			break
		}
		sound, err := healthy(search.plan(found.Seeds - 1))
		if err != nil || sound {
			found.Seeds = tried
			return found, err
		}
		search.From += uint64(found.Seeds)
		search.Seeds -= found.Seeds
	}
	return Found{Seeds: tried}, nil
}

// build compiles the program, out of the sources with the bug laid over them.
func (p Planter) build(ctx context.Context, m Mutant, dir string) (string, error) {
	overlay, err := m.Overlay(p.Root, dir)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "seeker")
	command := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-overlay", overlay, "-o", program, seeker)
	command.Dir = p.Root
	if said, err := command.CombinedOutput(); err != nil {
		return "", &fault.Error{Kind: fault.Invalid, Message: "the bug " + m.Name + " does not compile: " + string(said), Cause: err}
	}
	return program, nil
}

// run has the program seek, and reads what it has found.
func run(ctx context.Context, program string, search Search) (Found, error) {
	arguments := []string{
		"-seek", "-from", strconv.FormatUint(search.From, 10), "-seeds", strconv.Itoa(search.Seeds),
		"-restore=" + strconv.FormatBool(search.Restore),
	}
	command := exec.CommandContext(ctx, program, arguments...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return Found{}, &fault.Error{Kind: fault.Unavailable, Message: "the program with the bug has not come to its end: " + said.String(), Cause: err}
	}
	var found Found
	if err := json.Unmarshal(out, &found); err != nil {
		return Found{}, &fault.Error{Kind: fault.Corrupt, Message: "what the program with the bug says cannot be read", Cause: err}
	}
	return found, nil
}
