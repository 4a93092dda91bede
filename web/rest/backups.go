package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/fault"
)

// Backups makes backups of what the process keeps. It stands here because node
// owns the data directory.
type Backups interface {
	// Backup copies every site of the process while it runs, and verifies the copies.
	// A directory that cannot be used is fault.Invalid or fault.Exists; while another
	// backup is made, fault.Busy. On an error there is no backup.
	Backup(ctx context.Context, request api.BackupRequest) (api.Backup, error)
	// Backups lists those in the data directory, the newest first.
	Backups(ctx context.Context) ([]api.Backup, error)
}

func (s *server) backupRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "make-backup", Method: http.MethodPost, Path: "/api/v1/backups",
		Summary: "Copy the sites of this process while they run, and verify the copies", Tags: []string{"process"},
		Middlewares: huma.Middlewares{s.unhurried},
	}, s.makeBackup)
	register(s, restricted, huma.Operation{
		OperationID: "list-backups", Method: http.MethodGet, Path: "/api/v1/backups",
		Summary: "The backups in the data directory of this process", Tags: []string{"process"},
	}, s.listBackups)
}

// BackupInput is a request for a backup.
type BackupInput struct{ Body api.BackupRequest }

func (s *server) makeBackup(ctx context.Context, in *BackupInput) (*body[api.Backup], error) {
	backups, err := s.backups()
	if err != nil {
		return nil, err
	}
	made, err := backups.Backup(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &body[api.Backup]{made}, nil
}

func (s *server) listBackups(ctx context.Context, _ *struct{}) (*body[api.BackupList], error) {
	backups, err := s.backups()
	if err != nil {
		return nil, err
	}
	list, err := backups.Backups(ctx)
	if err != nil {
		return nil, err
	}
	return &body[api.BackupList]{api.BackupList{Backups: list}}, nil
}

func (s *server) backups() (Backups, error) {
	if s.Backups == nil {
		return nil, fault.New(fault.NotFound, "this process keeps nothing that could be backed up")
	}
	return s.Backups, nil
}
