package node_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/node"
)

// TestAdmissionStandsBeforeEverything: a request whose time cannot be read is begun
// nowhere, and those that say how long they wait are served.
func TestAdmissionStandsBeforeEverything(t *testing.T) {
	n := startWith(t, settings(t.TempDir()), node.Options{Sample: true})
	for _, path := range []string{"/", "/catalog", "/healthz", "/api/v1/products", "/nowhere"} {
		for seconds, refused := range map[string]bool{"soon": true, "9.5": false} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.URL()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set(api.HeaderTimeout, seconds)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			if err := response.Body.Close(); err != nil {
				t.Error(err)
			}
			if err != nil || strings.Contains(string(text), api.HeaderTimeout) != refused {
				t.Errorf("%s with %q: %d %s, %v", path, seconds, response.StatusCode, text, err)
			}
		}
	}
}
