package testpay_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/pay"
	"crossdock/engine/testpay"
)

// Every call is made to a company that was started anew on the file of the one
// before, which was never closed: what it was told it had written.
func TestRestart(t *testing.T) {
	for token, script := range map[string][][2]string{
		"tok_approved":         {{"status", "not-found"}, {"request", "success"}, {"status", "success"}, {"request", "success"}},
		"tok_declined":         {{"request", "failed"}, {"status", "failed"}, {"request", "failed"}},
		"tok_timeout":          {{"request", "unavailable"}, {"status", "success"}, {"request", "success"}},
		"tok_timeout_declined": {{"request", "unavailable"}, {"status", "failed"}, {"request", "failed"}},
		"tok_lost":             {{"request", "unavailable"}, {"status", "not-found"}, {"request", "success"}, {"status", "success"}},
		"tok_slow":             {{"request", "pending"}, {"status", "pending"}, {"status", "pending"}, {"status", "success"}, {"request", "success"}},
	} {
		t.Run(token, func(t *testing.T) {
			file, s := filepath.Join(t.TempDir(), "cards"), step(pay.Authorize, 1, 100, token)
			var last pay.Answer
			for i, call := range script {
				hears, answer := told(t, start(t, testpay.Options{File: file}), call[0], s)
				if hears != call[1] {
					t.Fatalf("call %d, %s: %s (%+v); want %s", i+1, call[0], hears, answer, call[1])
				}
				if last.State.Final() && answer != last {
					t.Errorf("call %d, %s: %+v; before the restart %+v", i+1, call[0], answer, last)
				}
				last = answer
			}
			moved := start(t, testpay.Options{File: file}).Moved(order)
			if _, has := moved[pay.Authorize]; has != (last.State == pay.Success) {
				t.Errorf("moved %v after %s", moved, last.State)
			}
			other := s
			other.Amount.Minor++
			if hears, _ := told(t, start(t, testpay.Options{File: file}), "request", other); hears != "mismatch" {
				t.Errorf("another amount after the restart: %s; want mismatch", hears)
			}
		})
	}
}

// A crash may cut the last line short anywhere. What was answered before stands,
// and the company goes on writing whole lines.
func TestTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cards")
	company := start(t, testpay.Options{File: path})
	first, second := step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Capture, 1, 60, "tok_approved")
	told(t, company, "request", first)
	told(t, company, "request", second)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.IndexByte(whole, '\n') + 1
	for size := end; size < len(whole); size++ {
		path := filepath.Join(t.TempDir(), "torn")
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		company := start(t, testpay.Options{File: path})
		if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, whole[:end]) {
			t.Errorf("cut to %d bytes and opened, the file is %q, %v; want %q", size, kept, err, whole[:end])
		}
		if hears, _ := told(t, company, "status", first); hears != "success" {
			t.Errorf("cut to %d bytes, the first step is %s", size, hears)
		}
		if hears, _ := told(t, company, "status", second); hears != "not-found" {
			t.Errorf("cut to %d bytes, the second step is %s", size, hears)
		}
		if hears, _ := told(t, company, "request", second); hears != "success" {
			t.Errorf("cut to %d bytes, the second step, asked again, is %s", size, hears)
		}
		if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, whole) {
			t.Errorf("cut to %d bytes and written on, the file is %q, %v; want %q", size, again, err, whole)
		}
	}
}

func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cards")
	company := start(t, testpay.Options{File: path})
	told(t, company, "request", step(pay.Authorize, 1, 100, "tok_approved"))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, foreign := range map[string][]byte{
		"no JSON":         []byte("a list of things to buy\n"),
		"an empty line":   []byte("\n"),
		"an empty object": []byte("{}\n"),
		"no identifier":   bytes.Replace(good, []byte(`"id":"`), []byte(`"was":"`), 1),
		"an odd kind":     bytes.Replace(good, []byte(`"authorize"`), []byte(`"chargeback"`), 1),
		"an odd state":    bytes.Replace(good, []byte(`"success"`), []byte(`"lost"`), 1),
		"no money":        bytes.Replace(good, []byte(`:100,`), []byte(`:0,`), 1),
	} {
		if bytes.Equal(foreign, good) {
			t.Fatalf("%s: %q is the good line", name, good)
		}
		for place, content := range map[string][]byte{"first": append(bytes.Clone(foreign), good...), "last": append(bytes.Clone(good), foreign...)} {
			path := filepath.Join(t.TempDir(), "foreign")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if company, err := testpay.Open(testpay.Options{File: path}); !fault.Is(err, fault.Corrupt) {
				t.Errorf("%s, %s: %v, %v; want a corrupt fault", name, place, company, err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
				t.Errorf("%s, %s: the file was changed to %q, %v", name, place, after, err)
			}
		}
	}
	if company, err := testpay.Open(testpay.Options{File: filepath.Join(path, "below a file")}); !fault.Is(err, fault.Internal) {
		t.Errorf("a file below a file: %v, %v; want an internal fault", company, err)
	}
}

// What cannot be written down is not done.
func TestCompanyThatCannotWrite(t *testing.T) {
	company, err := testpay.Open(testpay.Options{File: filepath.Join(t.TempDir(), "cards")})
	if err != nil {
		t.Fatal(err)
	}
	first, slow := step(pay.Authorize, 1, 100, "tok_approved"), step(pay.Capture, 1, 60, "tok_slow")
	told(t, company, "request", first)
	told(t, company, "request", slow)
	moved := company.Moved(order)
	if err := company.Close(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if hears, answer := told(t, company, "request", step(pay.Capture, 2, 10, "tok_approved")); hears != "unavailable" || answer != (pay.Answer{}) {
			t.Errorf("a request that cannot be written: %s, %+v", hears, answer)
		}
		if hears, answer := told(t, company, "status", slow); hears != "unavailable" || answer != (pay.Answer{}) {
			t.Errorf("a decision that cannot be written: %s, %+v", hears, answer)
		}
	}
	if hears, _ := told(t, company, "status", first); hears != "success" {
		t.Errorf("what was written before is %s", hears)
	}
	if diff := cmp.Diff(moved, company.Moved(order)); diff != "" {
		t.Errorf("money moved (-before +after):\n%s", diff)
	}
}
