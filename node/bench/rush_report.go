package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/engine/sqlite"
	"crossdock/node"
)

// The verdicts of an audit.
const (
	booksRight = "right"
	booksWrong = "wrong"
)

// RushReport is what Rush found. Limit is the rate at which the last one would be
// answered just in time.
type RushReport struct {
	Figures
	Requests  int      `json:"requests"` // answered
	Units     int64    `json:"units"`    // that there were
	Sold      int64    `json:"sold"`     // answered by an order that stands
	Short     int64    `json:"short"`    // answered by a voided one, and the unit that was missing
	Other     int64    `json:"other"`    // answered in any other way
	Seconds   float64  `json:"seconds"`
	PerCommit float64  `json:"requests_per_commit"`
	Drain     float64  `json:"drain_s"` // until all feeds were read
	Audit     string   `json:"audit"`   // of the database files: "right" or "wrong"
	AuditTook float64  `json:"audit_s"`
	Books     Shares   `json:"books"`      // where the units are then
	DiskBytes int64    `json:"disk_bytes"` // of the data directory
	Findings  []string `json:"findings"`   // what is wrong
	Machine   Machine  `json:"machine"`
}

// Shares is where the units of a product are, by the books of all sites.
type Shares struct {
	Held      int64 `json:"held"`      // by the store, which may sell them
	Promised  int64 `json:"promised"`  // by the store, to order lines
	Available int64 `json:"available"` // at the warehouses, free
	Quota     int64 `json:"quota"`     // at the warehouses, handed to the store
	Allocated int64 `json:"allocated"` // at the warehouses, to order lines
}

// Right reports whether every figure is as it must be.
func (r RushReport) Right() bool { return len(r.Findings) == 0 }

func (r *RushReport) fill(one run, told *answers, limit float64) {
	r.Figures, _ = figures("rush", []run{one}, limit)
	r.Requests, r.Sold, r.Short, r.Other = len(one.waits), told.sold.Load(), told.short.Load(), told.other.Load()
	r.Seconds, r.PerCommit, r.Drain = one.took.Seconds(), one.perCommit(), one.drained.Seconds()
}

// audit checks the databases of the process, which has ended, and counts where
// they say that the units are.
func (r *RushReport) audit(ctx context.Context, data string, wanted id.SKU) error {
	began := time.Now()
	report, err := node.AuditFiles(ctx, data)
	if err != nil {
		return err
	}
	r.Audit, r.Findings = booksRight, []string{}
	for _, f := range report.Findings {
		r.Audit = booksWrong
		r.Findings = append(r.Findings, fmt.Sprintf("%s, %s: %s", f.Site, f.Row, f.Text))
	}
	for _, text := range report.NotChecked {
		r.Findings = append(r.Findings, "not checked: "+text)
	}
	for _, site := range report.Sites {
		if site.Unread+site.Parked > 0 {
			r.Findings = append(r.Findings, fmt.Sprintf("%s: %d messages unread, %d parked", site.Site, site.Unread, site.Parked))
		}
	}
	files, err := filepath.Glob(filepath.Join(data, "db", "*.db"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := r.Books.add(ctx, file, wanted); err != nil {
			return err
		}
	}
	r.AuditTook = time.Since(began).Seconds()
	r.DiskBytes, err = bytesIn(data)
	return err
}

// add counts the balances of a product in the database of a site.
func (s *Shares) add(ctx context.Context, file string, wanted id.SKU) (err error) {
	source, err := sqlite.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	return source.Balances(ctx, func(b stock.Balance, unreadable error) error {
		if unreadable != nil || b.SKU != wanted {
			return unreadable
		}
		switch b.Account.Kind {
		case stock.Held:
			s.Held += b.Units
		case stock.Promised:
			s.Promised += b.Units
		case stock.Available:
			s.Available += b.Units
		case stock.Quota:
			s.Quota += b.Units
		case stock.Allocated:
			s.Allocated += b.Units
		}
		return nil
	})
}

// judge adds to the findings what is not as it must be.
func (r *RushReport) judge(options RushOptions) {
	sold := min(options.Units, int64(options.Requests))
	left := options.Units - sold
	wants := []struct {
		what      string
		got, want int64
	}{
		{"requests answered in time", int64(r.Requests), int64(options.Requests)},
		{"answered by an order that stands", r.Sold, sold},
		{"answered that a unit is missing", r.Short, int64(options.Requests) - sold},
		{"answered in another way", r.Other, 0},
		{"units promised by the store", r.Books.Promised, sold},
		{"units held by the store", r.Books.Held, left},
		{"units allocated by the warehouses", r.Books.Allocated, sold},
		{"units that are the store's quota", r.Books.Quota, left},
		{"units free at the warehouses", r.Books.Available, 0},
	}
	for _, w := range wants {
		if w.got != w.want {
			r.Findings = append(r.Findings, fmt.Sprintf("%s: %d, not %d", w.what, w.got, w.want))
		}
	}
	if r.Ratio < 1 {
		r.Findings = append(r.Findings, fmt.Sprintf("all were answered after %.1f s, not %.1f s", r.Seconds, options.Time.Seconds()))
	}
}

// bytesIn adds up the files below a directory.
func bytesIn(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
