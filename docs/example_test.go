package docs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossdock/node"
	"crossdock/node/config"
)

// exchange is a request of the manual with the answer that it shows.
type exchange struct {
	method, path string
	header       http.Header
	body         string
	status       string
	shown        http.Header
	answer       any // JSON; nil where none is shown
}

// TestTheWorkedExample carries out the requests of api.md against the demo.
func TestTheWorkedExample(t *testing.T) {
	n := demo(t)
	_, example, found := strings.Cut(read(t, "docs/api.md"), "## A worked example")
	if !found {
		t.Fatal("api.md has no worked example")
	}
	var blocks []string
	for _, match := range codeBlock.FindAllString(example, -1) {
		blocks = append(blocks, strings.Trim(match, "`\n "))
	}
	if len(blocks) < 14 || len(blocks)%2 != 0 {
		t.Fatalf("the worked example has %d blocks; want requests and answers in turn", len(blocks))
	}
	for i := 0; i < len(blocks); i += 2 {
		asked := exchange{header: http.Header{}, method: http.MethodGet}
		asked.readCurl(t, blocks[i], n.Token())
		asked.readAnswer(t, blocks[i+1])
		if asked.method == http.MethodGet { // what is read may be a moment behind
			drain(t, n)
		}
		asked.carryOut(t, n.URL())
	}
}

// demo is the process that the example speaks to.
func demo(t *testing.T) *node.Node {
	t.Helper()
	cfg := config.Default(nil)
	cfg.Data, cfg.Listen = t.TempDir(), "127.0.0.1:0"
	n, err := node.Open(t.Context(), cfg, node.Options{Demo: true, Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	drain(t, n)
	return n
}

// drain waits until the sites have told each other everything.
func drain(t *testing.T, n *node.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

var word = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`)

// readCurl understands the few flags that the manual uses; another one fails.
func (e *exchange) readCurl(t *testing.T, command, token string) {
	t.Helper()
	command = strings.ReplaceAll(command, "\\\n", " ")
	words := word.FindAllString(command, -1)
	if len(words) == 0 || words[0] != "curl" {
		t.Fatalf("this is no request by curl: %s", command)
	}
	for i := 1; i < len(words); i++ {
		text := words[i]
		switch text {
		case "-i":
			continue
		case "-X", "-H", "-d":
			i++
			value := os.Expand(strings.Trim(words[i], `'"`), func(name string) string {
				return map[string]string{"TOKEN": token}[name]
			})
			switch text {
			case "-X":
				e.method = value
			case "-d":
				e.body = value
			default:
				name, content, _ := strings.Cut(value, ": ")
				e.header.Set(name, content)
			}
			continue
		}
		path, isURL := strings.CutPrefix(strings.Trim(text, `"`), "$URL")
		if !isURL || e.path != "" {
			t.Fatalf("%q is not understood: %s", text, command)
		}
		e.path = path
	}
}

func (e *exchange) readAnswer(t *testing.T, answer string) {
	t.Helper()
	head, body, _ := strings.Cut(answer, "\n\n")
	lines := strings.Split(head, "\n")
	status, isAnswer := strings.CutPrefix(lines[0], "HTTP/1.1 ")
	if !isAnswer {
		t.Fatalf("this is no answer: %s", answer)
	}
	e.status, e.shown = status, http.Header{}
	for _, line := range lines[1:] {
		name, content, _ := strings.Cut(line, ": ")
		e.shown.Set(name, content)
	}
	if body == "" {
		return
	}
	if err := json.Unmarshal([]byte(body), &e.answer); err != nil {
		t.Fatalf("the answer that is shown is no JSON: %v: %s", err, body)
	}
}

func (e *exchange) carryOut(t *testing.T, server string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), e.method, server+e.path, strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = e.header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	where := e.method + " " + e.path
	if response.Status != e.status {
		t.Fatalf("%s is answered %s, the page says %s: %s", where, response.Status, e.status, text)
	}
	for name := range e.shown {
		if !fits(e.shown.Get(name), response.Header.Get(name)) {
			t.Errorf("%s: %s is %q, the page says %q", where, name, response.Header.Get(name), e.shown.Get(name))
		}
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: the answer is no JSON: %v", where, err)
	}
	for _, difference := range missing(e.answer, got, "") {
		t.Errorf("%s: %s in %s", where, difference, text)
	}
}

// fits compares texts; … stands for anything.
func fits(shown, got string) bool {
	before, after, wild := strings.Cut(shown, "…")
	if !wild {
		return shown == got
	}
	return len(got) > len(before)+len(after) && strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
}

// missing names what is shown and not there; more may be there than is shown.
func missing(shown, got any, at string) []string {
	switch shown := shown.(type) {
	case nil:
		return nil
	case map[string]any:
		object, _ := got.(map[string]any)
		var all []string
		for key, value := range shown {
			all = append(all, missing(value, object[key], at+"."+key)...)
		}
		return all
	case []any:
		list, _ := got.([]any)
		if len(list) != len(shown) {
			return []string{fmt.Sprintf("%s has %d entries, not %d,", at, len(list), len(shown))}
		}
		var all []string
		for i, value := range shown {
			all = append(all, missing(value, list[i], fmt.Sprintf("%s[%d]", at, i))...)
		}
		return all
	case string:
		if text, ok := got.(string); ok && fits(shown, text) {
			return nil
		}
	default:
		if shown == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is %v, the page says %v,", at, got, shown)}
}
