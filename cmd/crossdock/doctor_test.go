package main

import "testing"

func TestListensOn(t *testing.T) {
	cases := []struct {
		url, address string
		want         bool
	}{
		{"http://127.0.0.1:8080", "127.0.0.1:8080", true},
		{"http://127.0.0.1:8080", "localhost:8080", true},
		{"http://127.0.0.1:8080", ":8080", true},
		{"http://127.0.0.1:8080", "0.0.0.0:8080", true},
		{"http://localhost:8080", "10.0.0.1:8080", true},
		{"http://[::1]:8080", "[::1]:8080", true},
		{"http://127.0.0.1:8080", "127.0.0.1:8081", false},
		{"http://127.0.0.1:8080", "127.0.0.1:0", false},
		{"http://127.0.0.1:8080", "10.0.0.1:8080", false},
		{"http://10.0.0.1:8080", "localhost:8080", false},
		{"http://127.0.0.1:8080", "8080", false},
	}
	for _, c := range cases {
		if got := listensOn(c.url, c.address); got != c.want {
			t.Errorf("%s on %s: got %v", c.url, c.address, got)
		}
	}
}
