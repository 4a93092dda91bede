package memory

import (
	"slices"

	"crossdock/core/fulfillment"
	"crossdock/core/purchase"
)

func copyPurchase(p purchase.Purchase) purchase.Purchase {
	p.Lines = slices.Clone(p.Lines)
	for i := range p.Lines {
		p.Lines[i].Shares = slices.Clone(p.Lines[i].Shares)
	}
	p.AnnouncedAt, p.ChangedAt = micro(p.AnnouncedAt), micro(p.ChangedAt)
	return p
}

func copyReturn(r fulfillment.ReturnOrder) fulfillment.ReturnOrder {
	r.Lines = slices.Clone(r.Lines)
	r.RequestedAt, r.ChangedAt = micro(r.RequestedAt), micro(r.ChangedAt)
	return r
}
