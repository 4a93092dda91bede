package page

import (
	"strconv"
	"strings"
	"time"
)

// number writes n with thousands separators: 12,345.
func number(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// counted writes "1 parcel", "2 parcels".
func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// joined writes a list as people do: "a", "a and b", "a, b and c".
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// clock writes the time of day alone when t is of the same day as now, and with
// its date otherwise. Both stand in the zone that t carries.
func clock(t, now time.Time) string {
	if now.IsZero() {
		return t.Format("2 Jan 2006, 15:04")
	}
	now = now.In(t.Location())
	switch {
	case t.YearDay() == now.YearDay() && t.Year() == now.Year():
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan, 15:04")
	}
	return t.Format("2 Jan 2006, 15:04")
}

// moment writes a full date and time, for hovering and for machines' readers.
func moment(t time.Time) string { return t.Format("Monday, 2 January 2006, 15:04:05 MST") }

// span writes a duration as one or two of its largest units: "40 ms", "1.5 s",
// "3 min 20 s", "2 h 5 min", "4 d 3 h".
func span(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Second:
		return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case d < 24*time.Hour:
		return pair(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	}
	return pair(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

func pair(large int, largeUnit string, small int, smallUnit string) string {
	text := strconv.Itoa(large) + " " + largeUnit
	if small > 0 {
		text += " " + strconv.Itoa(small) + " " + smallUnit
	}
	return text
}

// capital makes a label out of a plain word: "home decor" becomes "Home decor".
func capital(word string) string {
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		return word
	}
	return string(word[0]-'a'+'A') + word[1:]
}
