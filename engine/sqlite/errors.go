package sqlite

import (
	"context"
	"errors"

	modernc "modernc.org/sqlite"
	zombiezen "zombiezen.com/go/sqlite"

	"crossdock/core/fault"
)

// translate turns an error of either driver into a fault, by its result code.
// What is a fault already stays as it is.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	kind, message := meaning(resultCode(err))
	return &fault.Error{Kind: kind, Op: "sqlite", Message: message, Cause: err}
}

func unavailable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: "sqlite", Message: "the caller did not wait for the database", Cause: err}
}

func resultCode(err error) zombiezen.ResultCode {
	var own *modernc.Error
	if errors.As(err, &own) {
		return zombiezen.ResultCode(own.Code())
	}
	return zombiezen.ErrCode(err)
}

// meaning says what a result code (https://www.sqlite.org/rescode.html) is to
// whoever asked.
func meaning(code zombiezen.ResultCode) (fault.Kind, string) {
	switch code {
	case zombiezen.ResultConstraintUnique, zombiezen.ResultConstraintPrimaryKey, zombiezen.ResultConstraintRowID:
		return fault.Exists, "there is a row with this key already"
	}
	switch code.ToPrimary() {
	case zombiezen.ResultConstraint:
		return fault.Conflict, "a row breaks a rule of its table"
	case zombiezen.ResultBusy, zombiezen.ResultLocked:
		return fault.Busy, "the database is in use by another process"
	case zombiezen.ResultFull:
		return fault.Unavailable, "the disk is full"
	case zombiezen.ResultReadOnly, zombiezen.ResultPerm:
		return fault.Unavailable, "the database may not be written"
	case zombiezen.ResultIOErr, zombiezen.ResultCantOpen:
		return fault.Unavailable, "the database file cannot be read or written"
	case zombiezen.ResultInterrupt:
		return fault.Unavailable, "the caller did not wait for the database"
	case zombiezen.ResultCorrupt:
		return fault.Corrupt, "the database file is damaged"
	case zombiezen.ResultNotADB:
		return fault.Invalid, "the file is not a SQLite database"
	default:
		return fault.Internal, "the database failed"
	}
}
