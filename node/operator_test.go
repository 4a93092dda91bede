package node_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// TestAnOperatorSkipsOnThePage signs in with the token of the process and takes a
// message out that is really parked; the command line then says who did it, and why.
func TestAnOperatorSkipsOnThePage(t *testing.T) {
	n, client := mugShop(t, 3, 4)
	parkGrant(t, n, client, 5)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(response *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v\n%s", response.Status, err, page)
		}
		return string(page)
	}
	const why = "a movement is there already"
	if page := read(browser.Get(n.URL() + "/sites")); strings.Contains(page, why) {
		t.Error("everybody is told why it is parked")
	}
	page := read(browser.PostForm(n.URL()+"/sites/sign-in", url.Values{"name": {"Ann"}, "token": {n.Token()}}))
	if !strings.Contains(page, why) {
		t.Fatalf("an operator is not told why it is parked: %s", page)
	}
	_, seq, _ := strings.Cut(page, `name="seq" value="`)
	seq, _, _ = strings.Cut(seq, `"`)
	page = read(browser.PostForm(n.URL()+"/sites/store/wh2/parked/skip", url.Values{"key": {"quota"}, "seq": {seq}, "reason": {"booked by hand"}}))
	if !strings.Contains(page, "nothing of its key is parked any more") {
		t.Errorf("it does not say so: %s", page)
	}
	list, err := client.Parked(t.Context())
	if err != nil || len(list.Parked) != 0 || len(list.Skipped) != 1 || list.Skipped[0].Skipped.By != "Ann" || list.Skipped[0].Skipped.Reason != "booked by hand" {
		t.Errorf("%+v, %v", list, err)
	}
	page = read(browser.PostForm(n.URL()+"/sites/wh2/check", nil))
	if !strings.Contains(page, "Rows in which they differ") || !strings.Contains(page, "Tell the store again") {
		t.Errorf("the units that the message carried are not missed: %s", page)
	}
}
