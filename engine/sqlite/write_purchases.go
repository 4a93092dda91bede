package sqlite

import (
	"zombiezen.com/go/sqlite"

	"crossdock/core/purchase"
)

// purchaseWriter holds the statements that write what suppliers have announced.
// A purchase is written as a whole: it changes a few times in its life.
type purchaseWriter struct {
	purchases, lines, shares *bulk
	unline, unshare          *sqlite.Stmt
}

func newPurchaseWriter(p *preparer) purchaseWriter {
	return purchaseWriter{
		purchases: p.bulk(`
			INSERT OR ROLLBACK INTO purchases
			       (id, supplier, version, announced_at, changed_at, closed)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE
			SET supplier = excluded.supplier, version = excluded.version, announced_at = excluded.announced_at,
			    changed_at = excluded.changed_at, closed = excluded.closed`),
		unline: p.stmt(`
			DELETE FROM purchase_lines
			WHERE  purchase = ?`),
		lines: p.bulk(`
			INSERT OR ROLLBACK INTO purchase_lines
			       (purchase, seq, sku, announced, received, withdrawn, due)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		unshare: p.stmt(`
			DELETE FROM purchase_shares
			WHERE  purchase = ?`),
		shares: p.bulk(`
			INSERT OR ROLLBACK INTO purchase_shares
			       (purchase, line, seq, store, units)
			VALUES (?, ?, ?, ?, ?)`),
	}
}

func (w *purchaseWriter) write(purchases []purchase.Purchase) error {
	for i := range purchases {
		p := &purchases[i]
		w.purchases.expect(1)
		b := w.purchases.row().text(p.ID).text(p.Supplier).int(int64(p.Version))
		if err := b.time(p.AnnouncedAt).time(p.ChangedAt).bool(p.Closed).done(); err != nil {
			return err
		}
		if err := w.writeLines(p); err != nil {
			return err
		}
		if err := w.writeShares(p); err != nil {
			return err
		}
	}
	return nil
}

func (w *purchaseWriter) writeLines(p *purchase.Purchase) error {
	w.unline.BindText(1, p.ID)
	if err := run(w.unline); err != nil {
		return err
	}
	w.lines.expect(len(p.Lines))
	for i := range p.Lines {
		l := &p.Lines[i]
		b := w.lines.row().text(p.ID).int(int64(i + 1)).text(string(l.SKU))
		if err := b.int(l.Announced).int(l.Received).int(l.Withdrawn).date(l.Due).done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *purchaseWriter) writeShares(p *purchase.Purchase) error {
	w.unshare.BindText(1, p.ID)
	if err := run(w.unshare); err != nil {
		return err
	}
	for i := range p.Lines {
		w.shares.expect(len(p.Lines[i].Shares))
		for j, share := range p.Lines[i].Shares {
			b := w.shares.row().text(p.ID).int(int64(i + 1)).int(int64(j + 1))
			if err := b.text(string(share.Store)).int(share.Units).done(); err != nil {
				return err
			}
		}
	}
	return nil
}
