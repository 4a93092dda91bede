package drift

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// keys seals by a secret of each site.
type keys struct{ own id.Site }

func (k keys) of(site id.Site, text []byte) []byte {
	mac := hmac.New(sha256.New, []byte("secret of "+site))
	mac.Write(text)
	return mac.Sum(nil)
}

func (k keys) Seal(text []byte) []byte { return k.of(k.own, text) }

func (k keys) Verify(site id.Site, text, seal []byte) error {
	if !hmac.Equal(seal, k.of(site, text)) {
		return fault.New(fault.Denied, "not the seal of %s", site)
	}
	return nil
}

func asked(nonce byte) Question {
	return Question{Asker: "store", Site: "wh1", Nonce: id.UUID{nonce}, Kind: Quota, Keys: []string{"mug"}}
}

// TestQuestionsAreTheirAskersOwn refuses those of others, and those for others.
func TestQuestionsAreTheirAskersOwn(t *testing.T) {
	own, err := writeQuestion(asked(1), keys{"store"})
	if err != nil {
		t.Fatal(err)
	}
	if q, err := readQuestion(own, "wh1", keys{"wh1"}); err != nil || q.Keys[0] != "mug" {
		t.Errorf("%+v, %v", q, err)
	}
	if _, err := readQuestion(own, "wh2", keys{"wh2"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("wh2 answers what wh1 was asked: %v", err)
	}
	foreign, err := writeQuestion(asked(1), keys{"wh2"})
	if err != nil {
		t.Fatal(err)
	}
	bare, err := writeQuestion(asked(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range [][]byte{foreign, bare, bytes.Replace(own, []byte("mug"), []byte("jug"), 1)} {
		if _, err := readQuestion(body, "wh1", keys{"wh1"}); !fault.Is(err, fault.Denied) {
			t.Errorf("%q is believed: %v", body, err)
		}
	}
	many := asked(1)
	many.Keys = make([]string, maxKeys+1)
	for _, q := range []Question{many, {Asker: "store", Site: "wh1", Kind: "money"}, {Asker: "", Site: "wh1"}} {
		body, err := writeQuestion(q, keys{"store"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readQuestion(body, "wh1", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v is taken: %v", q, err)
		}
	}
}

// TestAnswersAreToOneQuestion refuses what was answered by others, or to another question.
func TestAnswersAreToOneQuestion(t *testing.T) {
	answer := Answer{Head: Head{Written: 3}, Rows: map[string]Row{"mug": {Value: "5"}}}
	body, err := writeAnswer(answer, asked(1), keys{"wh1"})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := readAnswer(body, asked(1), keys{"store"}); err != nil || a.Rows["mug"].Value != "5" {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := readAnswer(body, asked(2), keys{"store"}); !fault.Is(err, fault.Denied) {
		t.Errorf("an old answer is believed: %v", err)
	}
	if _, err := readAnswer(bytes.Replace(body, []byte(`"5"`), []byte(`"6"`), 1), asked(1), keys{"store"}); !fault.Is(err, fault.Denied) {
		t.Errorf("a changed answer is believed: %v", err)
	}
	foreign, err := writeAnswer(answer, asked(1), keys{"wh2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAnswer(foreign, asked(1), keys{"store"}); !fault.Is(err, fault.Denied) {
		t.Errorf("wh2 answers for wh1: %v", err)
	}
}

// FuzzWire reads any bytes without failing otherwise than by a fault.
func FuzzWire(f *testing.F) {
	question, err := writeQuestion(asked(1), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(question)
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readQuestion(data, "wh1", nil); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("a question: %v", err)
		}
		if _, err := readAnswer(data, asked(1), nil); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("an answer: %v", err)
		}
	})
}
