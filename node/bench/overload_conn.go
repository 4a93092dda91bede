package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"crossdock/core/fault"
)

// line is one open connection of the crowd. It reads as much of an answer as it
// takes to know the status and where the next one begins.
type line struct {
	address string
	conn    net.Conn
	answers *bufio.Reader
	buffer  []byte
	cookie  string // of the last answer
	recent  bool   // the last answer was made a moment ago, for somebody else
}

// lineWait is the most that anybody waits for an answer.
const lineWait = 10 * time.Second

// ask sends a request and returns the status of its answer. After an error the
// connection is a new one.
func (l *line) ask(ctx context.Context, v *visit) (status int, err error) {
	if l.conn == nil {
		var dialer net.Dialer
		if l.conn, err = dialer.DialContext(ctx, "tcp", l.address); err != nil {
			l.conn = nil
			return 0, err
		}
		l.answers = bufio.NewReaderSize(l.conn, 16<<10)
	}
	status, open, err := l.exchange(v)
	if err != nil || !open {
		err = errors.Join(err, l.close())
	}
	return status, err
}

func (l *line) close() error {
	if l.conn == nil {
		return nil
	}
	conn := l.conn
	l.conn = nil
	return conn.Close()
}

func (l *line) exchange(v *visit) (status int, open bool, err error) {
	if err := l.conn.SetDeadline(time.Now().Add(lineWait)); err != nil {
		return 0, false, err
	}
	l.buffer = v.write(l.buffer[:0])
	if _, err := l.conn.Write(l.buffer); err != nil {
		return 0, false, err
	}
	first, err := l.answers.ReadSlice('\n')
	if err != nil {
		return 0, false, err
	}
	if len(first) < len("HTTP/1.1 200") {
		return 0, false, fault.New(fault.Internal, "the answer begins with %s", fault.Quote(string(first)))
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, false, err
	}
	length, open, err := l.header()
	if err != nil {
		return status, false, err
	}
	if length < 0 {
		return status, open, l.chunks()
	}
	_, err = l.answers.Discard(length)
	return status, open, err
}

// header reads to the end of the header, and returns the length of the body; -1 is
// one in chunks.
func (l *line) header() (length int, open bool, err error) {
	open, l.recent = true, false
	for {
		text, err := l.answers.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		text = bytes.TrimRight(text, "\r\n")
		if len(text) == 0 {
			return length, open, nil
		}
		name, value, _ := bytes.Cut(text, []byte(": "))
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, false, err
			}
		case "Transfer-Encoding":
			length = -1
		case "Connection":
			open = string(value) != "close"
		case "Age":
			l.recent = true
		case "Set-Cookie":
			pair, _, _ := bytes.Cut(value, []byte(";"))
			l.cookie = string(pair)
		}
	}
}

func (l *line) chunks() error {
	for {
		text, err := l.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseUint(string(bytes.TrimRight(text, "\r\n")), 16, 31)
		if err != nil {
			return err
		}
		if _, err := l.answers.Discard(int(size) + len("\r\n")); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}
