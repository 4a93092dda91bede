package books_test

import (
	"testing"

	"crossdock/core/id"
	"crossdock/site/books"
)

func TestAnswers(t *testing.T) {
	one, two := id.Grant{UUID: id.UUID{1}}, id.Grant{UUID: id.UUID{2}}
	a := books.NewAnswers()
	first, second := a.Await(one), a.Await(two)
	a.Arrived([]id.Grant{two, {UUID: id.UUID{3}}})
	select {
	case <-second:
	default:
		t.Error("the answer has arrived, and nobody is told")
	}
	select {
	case <-first:
		t.Error("told of an answer that has not arrived")
	default:
	}
	a.Forget(one, two)
	if a.Waiting() != 0 {
		t.Errorf("%d are still waited for", a.Waiting())
	}
	a.Arrived([]id.Grant{one}) // too late, and no harm
}
