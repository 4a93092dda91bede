package outbox

import (
	"math"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// failuresToOpen is how many failures in a row open a link's breaker.
const failuresToOpen = 5

// breaker is the circuit breaker of one link. Open it says that the link is down, be
// it the way there, the origin, or the database here: then one question at a time
// probes it (half-open), and one answer closes it.
//
// The policy is failsafe-go's; its clock is not: the library goes by the wall clock,
// and a simulation by its own. So its delay is without end, and the reader, whose
// back-off says when, half-opens it by asking.
type breaker struct {
	policy circuitbreaker.CircuitBreaker[any]
}

func newBreaker() breaker {
	return breaker{circuitbreaker.NewBuilder[any]().
		WithFailureThreshold(failuresToOpen).WithSuccessThreshold(1).WithDelay(time.Duration(math.MaxInt64)).Build()}
}

// asks takes note that the link is tried.
func (b breaker) asks() {
	if b.policy.IsOpen() {
		b.policy.HalfOpen()
	}
}

func (b breaker) worked() { b.policy.RecordSuccess() }
func (b breaker) failed() { b.policy.RecordFailure() }

func (b breaker) isOpen() bool { return b.policy.IsOpen() }

// String returns "closed", "open" or "half-open".
func (b breaker) String() string { return b.policy.State().String() }
