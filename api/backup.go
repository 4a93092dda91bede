package api

import (
	"context"
	"net/http"
	"time"

	"crossdock/core/id"
)

// BackupRequest asks a process for a backup of its sites.
type BackupRequest struct {
	Directory string `json:"directory,omitempty" doc:"An absolute path on the machine of the process, to be made, or empty; by default backups/TIME in its data directory"`
	Keep      int    `json:"keep,omitempty" minimum:"0" doc:"Of those in the data directory, remove all but so many of the newest; 0: remove none"`
}

// Backup is a backup: what its manifest.json says, and where it lies.
type Backup struct {
	Format    int          `json:"format" doc:"The form of the backup"`
	Program   string       `json:"program" doc:"The version of Crossdock that made it"`
	At        time.Time    `json:"at" doc:"The moment that it shows"`
	Sites     []BackupSite `json:"sites" nullable:"false"`
	Files     []BackupFile `json:"files" nullable:"false" doc:"What else of the data directory is in it"`
	Findings  []Finding    `json:"findings" nullable:"false" doc:"What an audit of each site by itself found in the copies; they are kept all the same"`
	Notes     []string     `json:"notes" nullable:"false" doc:"What its reader should know"`
	Directory string       `json:"directory,omitempty" doc:"Where it lies; not in the manifest"`
	Removed   []string     `json:"removed,omitempty" nullable:"false" doc:"Older backups that were removed; not in the manifest"`
}

// BackupFile is a file of a backup.
type BackupFile struct {
	File   string `json:"file"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256" doc:"In hexadecimal"`
}

// BackupSite is the database of one site.
type BackupSite struct {
	Site           id.Site    `json:"site"`
	Role           string     `json:"role"`
	Epoch          uint64     `json:"epoch"`
	Schema         int64      `json:"schema" doc:"The version of its tables"`
	Orders         int64      `json:"orders"`
	LastOrderAt    *time.Time `json:"last_order_at,omitempty"`
	Movements      int64      `json:"movements"`
	LastMovementAt *time.Time `json:"last_movement_at,omitempty"`
	Said           []SaidTo   `json:"said" nullable:"false" doc:"The number of the last message to each other site"`
	BackupFile
}

// SaidTo is how many messages a site has for another one.
type SaidTo struct {
	Site id.Site `json:"site"`
	Last uint64  `json:"last"`
}

// BackupList is the backups in a data directory.
type BackupList struct {
	Backups []Backup `json:"backups" nullable:"false" doc:"The newest first"`
}

// Backup has the process copy its sites while they run, which may take minutes.
// A directory that is not empty is fault.Exists, one that is no absolute path
// fault.Invalid; while another backup is made, fault.Busy.
func (c *Client) Backup(ctx context.Context, request BackupRequest) (Backup, error) {
	var made Backup
	_, err := c.do(ctx, call{method: http.MethodPost, path: "/api/v1/backups", body: request, slow: true}, &made)
	return made, err
}

// Backups lists the backups in the data directory of the process.
func (c *Client) Backups(ctx context.Context) ([]Backup, error) {
	var list BackupList
	_, err := c.do(ctx, call{method: http.MethodGet, path: "/api/v1/backups"}, &list)
	return list.Backups, err
}
