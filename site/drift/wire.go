package drift

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/outbox"
)

// Subject is where a site answers questions.
func Subject(site id.Site) string { return "drift." + string(site) }

// What a seal is over begins with one of these, so that a seal of the one can never be
// shown as one of the other, nor of a feed.
const (
	questionContext = "crossdock.drift.question\x00"
	answerContext   = "crossdock.drift.answer\x00"
)

// maxSeal is the most bytes of a seal that are read.
const maxSeal = 256

// wrap writes a body behind its seal.
func wrap(body, seal []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(len(seal)))
	return append(append(out, seal...), body...)
}

func unwrap(from []byte) (body, seal []byte, err error) {
	size, read := binary.Uvarint(from)
	if read <= 0 || size > maxSeal || size > uint64(len(from)-read) {
		return nil, nil, fault.New(fault.Invalid, "the bytes are no question and no answer about drift")
	}
	return from[read+int(size):], from[read : read+int(size)], nil
}

// parse reads JSON of which each field is known.
func parse(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil || decoder.More() {
		return fault.New(fault.Invalid, "the bytes are no question and no answer about drift")
	}
	return nil
}

// sealed is what the seal of an answer is over: the question too, whose nonce makes it
// one of its kind, so that an answer cannot be shown to another one.
func sealed(question Question, body []byte) ([]byte, error) {
	asked, err := json.Marshal(question)
	hash := sha256.Sum256(asked)
	return slices.Concat([]byte(answerContext), hash[:], body), err
}

func writeQuestion(q Question, seals outbox.Seals) ([]byte, error) {
	body, err := json.Marshal(q)
	if err != nil || seals == nil {
		return wrap(body, nil), err
	}
	return wrap(body, seals.Seal(append([]byte(questionContext), body...))), nil
}

// readQuestion refuses what is not for this site, or not from whom it says.
func readQuestion(from []byte, site id.Site, seals outbox.Seals) (Question, error) {
	var q Question
	body, seal, err := unwrap(from)
	if err == nil {
		err = parse(body, &q)
	}
	if err != nil {
		return q, err
	}
	if _, err := id.ParseSite(string(q.Asker)); err != nil {
		return q, err
	}
	if q.Site != site {
		return q, fault.New(fault.Invalid, "%s does not answer for %s", site, fault.Quote(string(q.Site)))
	}
	if len(q.Keys) > maxKeys || q.Kind != "" && !slices.Contains(Kinds(), q.Kind) {
		return q, fault.New(fault.Invalid, "%s does not answer such a question about drift", site)
	}
	if seals == nil {
		return q, nil
	}
	return q, seals.Verify(q.Asker, append([]byte(questionContext), body...), seal)
}

func writeAnswer(a Answer, q Question, seals outbox.Seals) ([]byte, error) {
	body, err := json.Marshal(a)
	if err != nil || seals == nil {
		return wrap(body, nil), err
	}
	text, err := sealed(q, body)
	return wrap(body, seals.Seal(text)), err
}

// readAnswer believes an answer that the site that was asked has sealed for this question.
func readAnswer(from []byte, q Question, seals outbox.Seals) (Answer, error) {
	var a Answer
	body, seal, err := unwrap(from)
	if err != nil {
		return a, err
	}
	if seals != nil {
		text, err := sealed(q, body)
		if err == nil {
			err = seals.Verify(q.Site, text, seal)
		}
		if err != nil {
			return a, err
		}
	}
	return a, parse(body, &a)
}
