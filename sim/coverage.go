package sim

// Counter names something that a run may meet. A class of situations that no seed
// meets is not tested by them, however many there are.
type Counter int

// The counters.
const (
	OrdersAcknowledged Counter = iota
	ReversedForShortage
	Backordered
	FilledLater
	SpilledOver
	SplitMerged
	MoveEnded
	AskedInTime
	AskedTooLate
	RecallAnswered
	RecallCrossedOrder
	GrantCrossedCrash
	VoidRefused
	VoidDoneWhilePicked
	VoidDone
	RedirectDone
	RedirectRefused
	CrashedBeforeWrite
	CrashedAfterWrite
	CrashedAtRest
	RepeatedByKey
	KeyMismatch
	Doubted
	DoubtLanded
	BatchUndone
	DecidedAhead
	MessageLost
	MessageDuplicated
	MessageReordered
	StaleAnswer
	WakeLost
	CutBothWays
	CutOneWayOnly
	DiskWasFull
	CountFoundLess
	CountRefused
	CorrectionWaited
	WalkInSale
	SupplierLate
	SupplierFewer
	PurchaseCanceled
	ReturnReceived
	ReturnInspected
	PaymentDeclined
	PaymentUnknownSettled
	TransferConfirmed
	TransferNotPaid
	Refunded
	HoldExpired
	HoldOrdered
	PreorderReleased
	SkewedOrder
	EngineWiped
	SlowSite
	StoreRestored
	WarehouseRestored
	EpochCrossedOrder
	StepForgotten
	counters
)

var counterNames = [counters]string{
	"order acknowledged", "order reversed for shortage", "order backordered", "backorder filled later",
	"order spilled over to a second warehouse", "split order merged", "move that did not come about", "ask answered in time", "ask answered too late",
	"recall answered", "recall crossed an order", "grant crossed a crash", "void refused: it was sent",
	"void done while it was picked", "void done", "address changed", "address change refused",
	"crash between decide and write", "crash after write, before the answer", "crash at rest",
	"request repeated by its key", "key with another body refused", "commit in doubt", "commit in doubt that had landed",
	"batch of several commands undone", "batch decided upon one not written", "message lost", "message duplicated", "message reordered",
	"stale answer", "wake-up lost", "link cut both ways", "link cut one way", "disk full", "count found less than the books",
	"count refused: it is promised", "correction waited for a recall", "walk-in sale", "supplier late", "supplier delivers fewer",
	"purchase canceled", "return received", "return inspected", "payment declined", "payment unknown, then settled",
	"bank transfer confirmed", "bank transfer never came", "refund", "hold expired", "hold became an order", "preorder released",
	"order under skewed clocks", "message engine wiped", "site slow", "store restored", "warehouse restored",
	"epoch changed with orders on their way", "payment asked for otherwise than before a restore",
}

// String says what is counted.
func (c Counter) String() string { return counterNames[c] }

// Coverage counts what a run, or many, have met.
type Coverage [counters]int64

// Add adds another run's.
func (c *Coverage) Add(other Coverage) {
	for i, count := range other {
		c[i] += count
	}
}

// Missing lists what was never met, of what a plan with these classes can meet.
func (c *Coverage) Missing(faults Faults) []Counter {
	var missing []Counter
	for i, count := range c {
		counter := Counter(i)
		restore := counter == StoreRestored || counter == WarehouseRestored || counter == EpochCrossedOrder || counter == StepForgotten
		if count == 0 && (!restore || faults.Has(Restore)) {
			missing = append(missing, counter)
		}
	}
	return missing
}
