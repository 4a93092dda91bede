package rest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/fault"
)

// keeper makes backups of nothing.
type keeper struct {
	asked []api.BackupRequest
	list  []api.Backup
	err   error
}

func (k *keeper) Backup(_ context.Context, request api.BackupRequest) (api.Backup, error) {
	k.asked = append(k.asked, request)
	if k.err != nil {
		return api.Backup{}, k.err
	}
	return k.list[0], nil
}

func (k *keeper) Backups(context.Context) ([]api.Backup, error) { return k.list, k.err }

func TestBackups(t *testing.T) {
	at := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	made := api.Backup{
		Format: 1, Program: "1.2.3", At: at, Directory: "/b", Removed: []string{"/a"}, Notes: []string{"note"},
		Findings: []api.Finding{{Invariant: 1, Site: "wh1", Row: "movement 7", Text: "was changed"}},
		Sites: []api.BackupSite{{
			Site: "wh1", Role: "warehouse", Epoch: 7, Schema: 18, Movements: 5, LastMovementAt: &at, Said: []api.SaidTo{{Site: "store", Last: 3}},
			BackupFile: api.BackupFile{File: "wh1.db", Size: 10, SHA256: "00"},
		}},
		Files: []api.BackupFile{{File: "key", Size: 1, SHA256: "11"}},
	}
	k := &keeper{list: []api.Backup{made}}
	s := newShop(t, func(d *Deps) { d.Backups = k })
	want := api.BackupRequest{Directory: "/b", Keep: 3}
	got, err := s.client.Backup(t.Context(), want)
	if diff := cmp.Diff(made, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if diff := cmp.Diff([]api.BackupRequest{want}, k.asked); diff != "" {
		t.Error(diff)
	}
	list, err := s.client.Backups(t.Context())
	if diff := cmp.Diff(k.list, list); diff != "" || err != nil {
		t.Error(diff, err)
	}
	k.err = fault.New(fault.Exists, "there is something")
	if _, err := s.client.Backup(t.Context(), want); !fault.Is(err, fault.Exists) {
		t.Errorf("a refusal: %v", err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if response, text := s.send(method, "/api/v1/backups", "{}", "Authorization", ""); response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s by anybody: %s %s", method, response.Status, text)
		}
	}
}

// TestNoBackups: a process that keeps nothing says so.
func TestNoBackups(t *testing.T) {
	s := newShop(t, nil)
	if _, err := s.client.Backup(t.Context(), api.BackupRequest{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := s.client.Backups(t.Context()); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
