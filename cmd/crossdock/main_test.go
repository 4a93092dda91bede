package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/id"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"crossdock": main})
}

// TestScripts runs the command line as people do. Besides the commands of
// testscript there are those below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "field": field, "becomes": becomes, "up": up, "crash": crash,
			"taken": taken, "ahead": sellAhead, "manyorders": manyOrders, "bom": bom, "latin1": latin1, "sql": runSQL,
		},
	})
}

// exits STATUS COMMAND... runs a command that must end with this exit status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	status := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(status) != args[0] {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// field PATH VALUE checks a value inside the JSON on standard output; the path
// is keys and indexes with points between, or count for the length of a list.
// field PATH NAME= sets a variable.
func field(ts *testscript.TestScript, _ bool, args []string) {
	text, err := fieldOf(ts.ReadFile("stdout"), args[0])
	ts.Check(err)
	if name, sets := strings.CutSuffix(args[1], "="); sets {
		ts.Setenv(name, text)
	} else if text != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], text, args[1])
	}
}

// fieldOf reads a value out of a text that must be one JSON object.
func fieldOf(text, path string) (string, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var at any
	if err := decoder.Decode(&at); err != nil {
		return "", err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", errors.New("there is more than one JSON object")
	}
	for _, key := range strings.Split(path, ".") {
		var found bool
		switch inner := at.(type) {
		case map[string]any:
			at, found = inner[key]
		case []any:
			if key == "count" {
				return strconv.Itoa(len(inner)), nil
			}
			i, err := strconv.Atoi(key)
			if found = err == nil && i < len(inner); found {
				at = inner[i]
			}
		}
		if !found {
			return "", fmt.Errorf("there is no %s of %s", key, path)
		}
	}
	return fmt.Sprint(at), nil
}

// becomes PATH VALUE COMMAND... runs a command again and again until the value
// in its JSON is the one wanted.
func becomes(ts *testscript.TestScript, _ bool, args []string) {
	until(ts, args[0]+" is "+args[1], func() bool {
		if ts.Exec(args[2], args[3:]...) != nil {
			return false
		}
		text, err := fieldOf(ts.ReadFile("stdout"), args[0])
		return err == nil && text == args[1]
	})
}

const patience = 30 * time.Second

// until waits for a condition.
func until(ts *testscript.TestScript, what string, condition func() bool) {
	for deadline := time.Now().Add(patience); !condition(); {
		if time.Now().After(deadline) {
			ts.Fatalf("still not: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// up DIR waits until the process on the data directory answers, and sets URL,
// ADDRESS (its host and port) and TOKEN.
func up(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	until(ts, "a process runs on "+dir, func() bool {
		running, err := findRunning(context.Background(), dir)
		if err != nil || running == nil {
			return false
		}
		ts.Setenv("URL", running.URL)
		ts.Setenv("ADDRESS", strings.TrimPrefix(running.URL, "http://"))
		ts.Setenv("TOKEN", running.Token)
		return true
	})
}

// taken NAME listens on a port until the script ends and sets its address.
func taken(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ts.Check(listener.Close()) })
	ts.Setenv(args[0], listener.Addr().String())
}

// manyorders N FILE writes that many orders to try, of one unit each.
func manyOrders(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := "order,district,sku,quantity\n"
	for i := range n {
		text += fmt.Sprintf("%d,lake-side,31000A,1\n", i)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// bom FILE puts a byte-order mark before a file.
func bom(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("\ufeff"+ts.ReadFile(args[0])), 0o600))
}

// latin1 FILE writes an é as ISO 8859-1 has it in place of each @.
func latin1(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "@", "\xe9")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// ahead DIR SKU has a product sold before it is there.
func sellAhead(ts *testscript.TestScript, _ bool, args []string) {
	running, err := readRunFile(ts.MkAbs(args[0]))
	ts.Check(err)
	client := api.New(running.URL, running.Token)
	defer client.Close()
	product, err := client.Product(context.Background(), id.SKU(args[1]))
	ts.Check(err)
	_, err = client.PutProduct(context.Background(), product.SKU, api.ProductBody{
		Name: product.Name, Type: product.Type, Category: product.Category, Price: product.Price, Policy: "backorder",
	})
	ts.Check(err)
}

// sql FILE STATEMENT... changes a database by hand, behind the product's back.
func runSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	for _, statement := range args[1:] {
		_, err := db.Exec(statement)
		ts.Check(err)
	}
	ts.Check(db.Close())
}

// crash DIR FILE imports orders and kills the process on the directory in the
// middle of it, or soon after where it is fast.
func crash(ts *testscript.TestScript, _ bool, args []string) {
	running, err := readRunFile(ts.MkAbs(args[0]))
	ts.Check(err)
	client := api.New(running.URL, running.Token)
	defer client.Close()
	file := strings.NewReader(ts.ReadFile(args[1]))
	done := make(chan struct{})
	go func() {
		defer close(done)
		// It breaks off, or not: what counts is what stands on the disk.
		_, _ = client.Import(context.Background(), api.ImportOrders, api.ImportOptions{}, file, nil)
	}()
	until(ts, "an order is there", func() bool {
		page, err := client.Orders(context.Background(), api.OrderQuery{Limit: 1})
		return err == nil && len(page.Orders) > 0
	})
	process, err := os.FindProcess(running.PID)
	ts.Check(err)
	ts.Check(process.Kill())
	<-done
}

// TestEveryCommandIsDocumented also says which commands print no JSON.
func TestEveryCommandIsDocumented(t *testing.T) {
	noJSON := map[string]bool{"crossdock": true, "crossdock config": true}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			return
		}
		if cmd.Short == "" || cmd.Long == "" || cmd.Args == nil {
			t.Errorf("%s: want a short and a long help text and a check of the arguments", path)
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short help ends with a full stop", path)
		}
		for _, line := range strings.Split(cmd.Long+"\n"+cmd.Example, "\n") {
			if len(line) > 90 {
				t.Errorf("%s: a line of the help is longer than 90 characters: %s", path, line)
			}
		}
		isGroup := cmd.HasSubCommands() && cmd.Flags().Lookup("json") == nil
		if !noJSON[path] && !isGroup && cmd.Flags().Lookup("json") == nil {
			t.Errorf("%s has no --json", path)
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(program{stdout: io.Discard, stderr: io.Discard, environ: os.Environ()}))
}
