package node

import (
	"github.com/google/uuid"

	"crossdock/core/id"
)

// ids makes version 7 UUIDs, which sort by their time of birth.
type ids struct{}

var _ id.Source = ids{}

// New returns a new identifier. The system's source of randomness does not fail.
func (ids) New() id.UUID { return id.UUID(uuid.Must(uuid.NewV7())) }
