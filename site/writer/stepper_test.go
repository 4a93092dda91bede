package writer_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/site/writer"
)

// queue submits commands to a stepper.
func queue(t *testing.T, s *writer.Stepper, commands ...any) []*writer.Job {
	t.Helper()
	jobs := make([]*writer.Job, len(commands))
	for i, command := range commands {
		var err error
		if jobs[i], err = s.Submit(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	return jobs
}

// answered tells which jobs have their answers.
func answered(jobs []*writer.Job) []bool {
	all := make([]bool, len(jobs))
	for i, job := range jobs {
		all[i] = job.Done()
	}
	return all
}

// steps takes every step there is.
func steps(s *writer.Stepper) {
	for s.Step() {
	}
}

// TestStepAnswersAfterWrite answers nobody before the batch is written, although
// another one is decided upon it.
func TestStepAnswersAfterWrite(t *testing.T) {
	a := &ahead{}
	s := writer.NewStepper(a, 10)
	jobs := queue(t, s, 1)
	same(t, "waiting", 1, s.Waiting())
	same(t, "decided", true, s.Decide())
	jobs = append(jobs, queue(t, s, 2)...)
	same(t, "decided ahead", true, s.Decide())
	same(t, "memory", []int{1, 2}, a.memory)
	same(t, "answered before anything is written", []bool{false, false}, answered(jobs))
	same(t, "wrote", true, s.Write())
	same(t, "answered after the first write", []bool{true, false}, answered(jobs))
	same(t, "stored", []int{1}, a.stored)
	same(t, "told", []int{1}, a.told)
	same(t, "wrote", true, s.Write())
	same(t, "answers", []string{"1", "2"}, outcomes(t, jobs))
	same(t, "stored", []int{1, 2}, a.stored)
	same(t, "nothing is left", []bool{false, false, false}, []bool{s.Write(), s.Decide(), s.Step()})
}

// TestStepLimit decides no more at a time than the limit.
func TestStepLimit(t *testing.T) {
	a := &ahead{}
	s := writer.NewStepper(a, 2)
	jobs := queue(t, s, 1, 2, 3, 4, 5)
	steps(s)
	same(t, "answers", []string{"1", "2", "3", "4", "5"}, outcomes(t, jobs))
	same(t, "batches", [][]int{{1, 2}, {3, 4}, {5}}, a.batches)
	same(t, "loads", 1, a.loads)
}

// TestStepLaterFallsWithEarlier has the expectations of TestLaterFallsWithEarlier.
func TestStepLaterFallsWithEarlier(t *testing.T) {
	lost := &writer.Doubt{Cause: errors.New("the connection broke off")}
	for name, c := range map[string]struct {
		failure error
		tries   int // that fail
		want    []string
		stored  []int
	}{
		"the disk was full once":  {errDisk, 1, []string{"internal", "1", "2"}, []int{2, 3}},
		"it is not known":         {lost, 1, []string{"unavailable", "1", "2"}, []int{2, 3}},
		"the first two writes":    {errDisk, 2, []string{"internal", "1", "2"}, []int{2, 3}},
		"as long as anybody asks": {errDisk, 99, []string{"internal", "internal", "internal"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := &ahead{refuse: func([]int) error {
				if c.tries--; c.tries >= 0 {
					return c.failure
				}
				return nil
			}}
			s := writer.NewStepper(a, 10)
			jobs := queue(t, s, 1)
			s.Decide()
			jobs = append(jobs, queue(t, s, 2, 3)...)
			s.Decide()
			steps(s)
			same(t, "answers", c.want, outcomes(t, jobs))
			same(t, "stored", c.stored, a.stored)
			same(t, "told", c.stored, a.told)
		})
	}
}

// TestStepTrouble has the expectations of TestTrouble, for a site that decides ahead
// and one that does not.
func TestStepTrouble(t *testing.T) {
	refuse := func(n int) func([]int) error {
		return func(added []int) error {
			if slices.Contains(added, n) {
				return errDisk
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		commands []any
		refuse   func([]int) error
		want     []string
		stored   []int
	}{
		"nothing":             {[]any{1, 2, 3}, nil, []string{"1", "2", "3"}, []int{1, 2, 3}},
		"a refused command":   {[]any{1, bad{}, 3}, nil, []string{"1", "invalid", "2"}, []int{1, 3}},
		"a panic":             {[]any{1, poison{}, 3}, nil, []string{"1", "internal", "2"}, []int{1, 3}},
		"a panic alone":       {[]any{poison{}}, nil, []string{"internal"}, nil},
		"a row refused":       {[]any{1, 2, 3}, refuse(2), []string{"1", "internal", "2"}, []int{1, 3}},
		"every commit fails":  {[]any{1}, refuse(1), []string{"internal"}, nil},
		"refused, and a row":  {[]any{bad{}, 2, 3}, refuse(3), []string{"invalid", "1", "internal"}, []int{2}},
		"all that are tried":  {[]any{3, 3}, refuse(3), []string{"internal", "internal"}, nil},
		"the last of several": {[]any{1, 2, poison{}}, nil, []string{"1", "2", "internal"}, []int{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &ahead{refuse: c.refuse}
			s := writer.NewStepper(a, 10)
			jobs := queue(t, s, c.commands...)
			steps(s)
			same(t, "ahead: answers", c.want, outcomes(t, jobs))
			same(t, "ahead: stored", c.stored, a.stored)

			plain := &site{commit: c.refuse}
			s = writer.NewStepper(plain, 10)
			jobs = queue(t, s, c.commands...)
			same(t, "decides and commits", true, s.Decide())
			same(t, "answers", c.want, outcomes(t, jobs))
			same(t, "stored", c.stored, plain.stored)
		})
	}
}

// TestStepPanicAfterWrite books nothing twice that is on disk.
func TestStepPanicAfterWrite(t *testing.T) {
	a := &ahead{mute: true}
	s := writer.NewStepper(a, 10)
	jobs := queue(t, s, 1)
	s.Decide()
	jobs = append(jobs, queue(t, s, 2, 3)...)
	s.Decide()
	steps(s)
	same(t, "answers", []string{"unavailable", "unavailable", "unavailable"}, outcomes(t, jobs))
	same(t, "stored", []int{1, 2, 3}, a.stored)
}

// TestStepClose ends at once, as a crash does: nothing more is decided or written,
// and who waits is told.
func TestStepClose(t *testing.T) {
	a := &ahead{}
	s := writer.NewStepper(a, 10)
	jobs := queue(t, s, 1)
	s.Decide()
	s.Write()
	jobs = append(jobs, queue(t, s, 2)...)
	s.Decide()
	jobs = append(jobs, queue(t, s, 3)...)
	s.Close()
	s.Close()
	same(t, "steps", []bool{false, false, false}, []bool{s.Write(), s.Decide(), s.Step()})
	same(t, "answers", []string{"1", "unavailable", "unavailable"}, outcomes(t, jobs))
	same(t, "stored", []int{1}, a.stored)
	if _, err := s.Submit(t.Context(), 4); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := s.Do(t.Context(), 4); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after the end: %v", err)
	}
}

// TestStepDo answers one command, and all that came before it.
func TestStepDo(t *testing.T) {
	a := &ahead{}
	s := writer.NewStepper(a, 10)
	jobs := queue(t, s, 1, 2)
	answer, err := s.Do(t.Context(), 3)
	if err != nil || answer != 3 {
		t.Errorf("answer %v, %v", answer, err)
	}
	same(t, "answers", []string{"1", "2"}, outcomes(t, jobs))
	if _, err := s.Do(t.Context(), bad{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a refused command: %v", err)
	}
}

// TestStepRandom takes random steps, while writes fail or are in doubt: whoever is
// answered has exactly the answer that the numbers on disk say, and whoever failed
// left nothing.
func TestStepRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := &ahead{}
		a.refuse = func([]int) error {
			switch rapid.IntRange(0, 5).Draw(rt, "write") {
			case 0:
				return errDisk
			case 1:
				return &writer.Doubt{Cause: errDisk}
			default:
				return nil
			}
		}
		s := writer.NewStepper(a, rapid.IntRange(1, 4).Draw(rt, "limit"))
		var jobs []*writer.Job
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch rapid.IntRange(0, 2).Draw(rt, "step") {
			case 0:
				jobs = append(jobs, queue(t, s, len(jobs))...)
			case 1:
				s.Decide()
			default:
				s.Write()
			}
		}
		steps(s)
		var want []int
		for i, job := range jobs {
			answer, err := job.Wait(t.Context())
			if err != nil {
				continue
			}
			if want = append(want, i); answer != len(want) {
				rt.Fatalf("command %d is answered %v, but is number %d", i, answer, len(want))
			}
		}
		if !slices.Equal(want, a.stored) || !slices.Equal(want, a.told) {
			rt.Fatalf("answered %v, stored %v, told %v", want, a.stored, a.told)
		}
	})
}
