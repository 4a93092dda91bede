package admit

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
)

// patienceOf returns how long a request may take until its answer begins: what its
// client says in api.HeaderTimeout, and no more than the class allows; 0 is without
// a bound. A header that cannot be read is fault.Invalid: who sends one relies on it.
func patienceOf(h http.Header, class Class) (time.Duration, error) {
	most := serverPatience[class]
	said, is := h[api.HeaderTimeout]
	if !is {
		return most, nil
	}
	seconds, err := strconv.ParseFloat(said[0], 64)
	if err != nil || !(seconds > 0) || math.IsInf(seconds, 0) || len(said) > 1 {
		return 0, fault.At(api.HeaderTimeout, fault.Invalid, "the header %s is %s, not a number of seconds above zero",
			api.HeaderTimeout, fault.Quote(said[0]))
	}
	const longest = 24 * time.Hour // beyond what a duration holds, all are the same
	asked := time.Duration(min(seconds, longest.Seconds()) * float64(time.Second))
	if most == 0 || asked < most {
		return max(asked, 1), nil
	}
	return most, nil
}

// smallBody is what is read of a body before a slot is taken: all of a form or of an
// order. The rest of a larger one is read by who works on it.
const smallBody = 64 << 10

// readAhead reads a small body. The server's own time limit is that of its reading.
func readAhead(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength > smallBody {
		return nil
	}
	var read bytes.Buffer
	if r.ContentLength > 0 {
		read.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	n, err := read.ReadFrom(io.LimitReader(r.Body, smallBody+1))
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "admit.readAhead", Message: "the body of the request did not come in", Cause: err}
	}
	if n <= smallBody {
		r.Body = body{&read, r.Body}
		return nil
	}
	r.Body = body{io.MultiReader(&read, r.Body), r.Body}
	return nil
}

// body is what was read of a body, then the rest of it.
type body struct {
	io.Reader
	io.Closer
}
