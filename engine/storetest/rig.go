package storetest

import (
	"context"
	"testing"

	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// storeRig is a store's engine under test, closed at the end of it.
type storeRig struct {
	StoreEngine
	t       *testing.T
	ctx     context.Context
	factory StoreFactory
	closed  bool
}

func openStore(t *testing.T, f StoreFactory) *storeRig {
	t.Helper()
	r := &storeRig{StoreEngine: f.Open(t), t: t, ctx: t.Context(), factory: f}
	t.Cleanup(r.close)
	return r
}

func (r *storeRig) close() {
	if r.closed || r.Close == nil {
		return
	}
	r.closed = true
	if err := r.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
}

func (r *storeRig) reopen() { r.StoreEngine = r.factory.Reopen(r.t, r.StoreEngine) }

func (r *storeRig) commit(changes *store.Changes) {
	r.t.Helper()
	if err := r.Commit(r.ctx, changes); err != nil {
		r.t.Fatalf("commit: %v", err)
	}
}

// warehouseRig is a warehouse's engine under test, closed at the end of it.
type warehouseRig struct {
	WarehouseEngine
	t       *testing.T
	ctx     context.Context
	factory WarehouseFactory
	closed  bool
}

func openWarehouse(t *testing.T, f WarehouseFactory) *warehouseRig {
	t.Helper()
	r := &warehouseRig{WarehouseEngine: f.Open(t), t: t, ctx: t.Context(), factory: f}
	t.Cleanup(r.close)
	return r
}

func (r *warehouseRig) close() {
	if r.closed || r.Close == nil {
		return
	}
	r.closed = true
	if err := r.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
}

func (r *warehouseRig) reopen() { r.WarehouseEngine = r.factory.Reopen(r.t, r.WarehouseEngine) }

func (r *warehouseRig) commit(changes *warehouse.Changes) {
	r.t.Helper()
	if err := r.Commit(r.ctx, changes); err != nil {
		r.t.Fatalf("commit: %v", err)
	}
}
