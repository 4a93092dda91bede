package rest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
)

// document is what these tests look at of the OpenAPI document.
type document struct {
	OpenAPI string `json:"openapi"`
	Info    struct {
		Title   string `json:"title"`
		Version string `json:"version"`
	} `json:"info"`
	Paths      map[string]map[string]operation       `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

type operation struct {
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Security    []map[string][]string `json:"security"`
	Parameters  []struct {
		Name string `json:"name"`
		In   string `json:"in"`
	} `json:"parameters"`
	Responses map[string]struct {
		Description string                     `json:"description"`
		Content     map[string]json.RawMessage `json:"content"`
	} `json:"responses"`
}

func readDocument(t *testing.T) (s *shop, text string, d document) {
	t.Helper()
	s = newShop(t, nil)
	response, text := s.send(http.MethodGet, "/api/v1/openapi.json", "", "Authorization", "")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("%s %v", response.Status, response.Header)
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return s, text, d
}

// TestDocumentListsTheRoutes fails for a route without documentation, and for
// documentation without a route.
func TestDocumentListsTheRoutes(t *testing.T) {
	s, _, d := readDocument(t)
	var documented []string
	for path, operations := range d.Paths {
		for method := range operations {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	routes := slices.Sorted(slices.Values(newServer(s.deps).patterns))
	slices.Sort(documented)
	if diff := cmp.Diff(routes, documented); diff != "" {
		t.Errorf("routes (-) and document (+):\n%s", diff)
	}
	if len(routes) < 20 {
		t.Errorf("only %d routes", len(routes))
	}
}

func TestDocumentIsSound(t *testing.T) {
	_, text, d := readDocument(t)
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || d.Info.Title == "" || d.Info.Version != "1.2.3-test" {
		t.Errorf("%s, %+v", d.OpenAPI, d.Info)
	}
	for _, reference := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(text, -1) {
		name, ok := strings.CutPrefix(reference[1], "#/components/schemas/")
		if _, there := d.Components["schemas"][name]; !ok || !there {
			t.Errorf("the reference %s leads nowhere", reference[1])
		}
	}
	for _, foreign := range []string{"ErrorModel", "ErrorDetail"} {
		if strings.Contains(text, foreign) {
			t.Errorf("%s is in the document, but in no answer", foreign)
		}
	}
	seen := map[string]bool{}
	for path, operations := range d.Paths {
		for method, op := range operations {
			where := strings.ToUpper(method) + " " + path
			if op.OperationID == "" || seen[op.OperationID] || op.Summary == "" {
				t.Errorf("%s: operation %q, summary %q", where, op.OperationID, op.Summary)
			}
			seen[op.OperationID] = true
			checkOperation(t, where, op)
		}
	}
}

func checkOperation(t *testing.T, where string, op operation) {
	t.Helper()
	if restricted := len(op.Security) > 0; restricted == slices.Contains(openRoutes, where) {
		t.Errorf("%s: the document says that it needs a token: %v", where, restricted)
	}
	for _, field := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(where, -1) {
		declared := false
		for _, parameter := range op.Parameters {
			declared = declared || parameter.In == "path" && parameter.Name == field[1]
		}
		if !declared {
			t.Errorf("%s: the parameter %s is not declared", where, field[1])
		}
	}
	success := 0
	for status, response := range op.Responses {
		if response.Description == "" {
			t.Errorf("%s: the answer %s has no description", where, status)
		}
		if strings.HasPrefix(status, "2") && len(response.Content) > 0 {
			success++
		}
	}
	if success == 0 || op.Responses["default"].Content[api.MediaProblem] == nil {
		t.Errorf("%s: %d answers, problems: %v", where, success, op.Responses["default"])
	}
}
