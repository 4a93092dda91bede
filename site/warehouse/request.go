package warehouse

import (
	"context"
	"encoding/json"

	"crossdock/core/fault"
)

// repeated returns what a keyed command answered before. The key with another
// body is fault.Mismatch.
func (s *state) repeated(ctx context.Context, key Key) (Request, bool, error) {
	return s.requests.Known(ctx, key, s.Journal.Request)
}

// remember stages the answer of a keyed command. It is called last, after all that
// can fail.
func (s *state) remember(key Key, answer string) {
	s.changes.Requests = append(s.changes.Requests, s.requests.Remember(key, answer, s.now)...)
}

// encode returns an answer as it is remembered; decode reads it.
func encode(answer any) (string, error) {
	text, err := json.Marshal(answer)
	if err != nil {
		return "", &fault.Error{Kind: fault.Internal, Op: "warehouse.encode", Message: "the answer cannot be remembered", Cause: err}
	}
	return string(text), nil
}

func decode[T any](request Request) (answer T, err error) {
	if err := json.Unmarshal([]byte(request.Answer), &answer); err != nil {
		return answer, &fault.Error{Kind: fault.Corrupt, Op: "warehouse.decode", Message: "what was answered to this key before cannot be read", Cause: err}
	}
	return answer, nil
}
