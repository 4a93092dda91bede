package drift

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/ranges"
	"crossdock/site/outbox"
)

// maxSuspects is how many keys of a kind are looked at again, and told, at most.
const maxSuspects = 1000

// looks is how often what moves is looked at again.
const looks = 3

// Checker compares one site with another.
type Checker struct {
	Own   *Desk
	There id.Site
	Bus   outbox.Bus
	Seals outbox.Seals // nil: questions go without, and every answer is believed
	IDs   id.Source
	Now   func() time.Time
	// Pause waits a moment, for the feeds to go on; an error ends the check.
	Pause func(ctx context.Context) error
	// Patience is how long the feeds are waited for, in all.
	Patience time.Duration
}

// check is one run of a Checker.
type check struct {
	Checker
	report Report
	until  time.Time
}

// Check returns where the two sites differ for good. A row is drift only if both sides
// say the same of it twice, and in between each has read all that the other had
// written when it was looked at first: what is under way changes one of them. What goes
// on moving, waits behind a parked message, or cannot be waited for, is unclear.
// A site that cannot be asked is fault.Unavailable.
func (c Checker) Check(ctx context.Context) (Report, error) {
	now := c.Now()
	k := &check{c, Report{Here: c.Own.site, There: c.There, At: now}, now.Add(c.Patience)}
	suspects := map[Kind][]string{}
	for _, kind := range Kinds() {
		keys, err := k.descend(ctx, kind)
		if err != nil {
			return k.report, err
		}
		if len(keys) > 0 {
			suspects[kind] = keys
		}
	}
	err := k.judge(ctx, suspects)
	k.report.Took = c.Now().Sub(now)
	return k.report, err
}

func (k *check) ask(ctx context.Context, q Question) (Answer, error) {
	k.report.Questions++
	q.Asker, q.Site, q.Nonce = k.Own.site, k.There, k.IDs.New()
	body, err := writeQuestion(q, k.Seals)
	if err != nil {
		return Answer{}, err
	}
	answer, err := k.Bus.Request(ctx, Subject(k.There), body)
	if err != nil {
		return Answer{}, err
	}
	return readAnswer(answer, q, k.Seals)
}

// descend finds the keys of a kind in which the sites differ at first sight.
func (k *check) descend(ctx context.Context, kind Kind) ([]string, error) {
	own, err := k.table(ctx, kind)
	if err != nil {
		return nil, err
	}
	whole := own.Sum("")
	q := Question{Kind: kind, Whole: &whole}
	var keys []string
	for next := []ranges.Range{""}; len(next) > 0 && len(keys) < maxSuspects; {
		now := next[:min(len(next), ranges.MaxRanges)]
		next = next[len(now):]
		q.Ranges = ranges.AppendRanges(nil, now)
		answer, err := k.ask(ctx, q)
		if err != nil || answer.Same {
			return keys, err
		}
		parts, err := ranges.ParseParts(answer.Parts)
		if err != nil {
			return nil, fault.New(fault.Corrupt, "the answer of %s cannot be read", k.There)
		}
		for _, part := range parts {
			if !slices.Contains(now, part.Range) {
				return nil, fault.New(fault.Corrupt, "%s has answered what it was not asked", k.There)
			}
			found, deeper := own.Compare(part)
			keys, next = append(keys, found...), append(next, deeper...)
		}
		q.Whole = nil
	}
	slices.Sort(keys)
	return keys[:min(len(keys), maxSuspects)], nil
}

func (k *check) table(ctx context.Context, kind Kind) (table *ranges.Table, err error) {
	now, err := open(ctx, k.Own.look, k.There)
	if now.Source != nil {
		defer func() {
			if closed := now.Close(); err == nil {
				err = closed
			}
		}()
	}
	if err != nil {
		return nil, err
	}
	return now.table(ctx, kind)
}

// sight is what both sites say of the suspects, at a moment each.
type sight struct {
	here, there         map[Kind]map[string]Row
	hereHead, thereHead Head
}

// judge looks at the suspects until each is settled, or time is up.
func (k *check) judge(ctx context.Context, suspects map[Kind][]string) error {
	for range looks {
		if len(suspects) == 0 {
			return nil
		}
		first, err := k.see(ctx, suspects)
		if err != nil {
			return err
		}
		if first.hereHead.Recovering || first.thereHead.Recovering {
			k.unclear(suspects, "one of the sites was restored from a backup, and has not heard all that it had lost")
			return nil
		}
		read, err := k.wait(ctx, first)
		if err != nil {
			return err
		}
		if !read {
			k.unclear(suspects, "the sites have not read each other in time")
			return nil
		}
		second, err := k.see(ctx, suspects)
		if err != nil {
			return err
		}
		suspects = k.settle(suspects, first, second)
	}
	k.unclear(suspects, "still moving")
	return nil
}

// see asks both sides for the suspects.
func (k *check) see(ctx context.Context, suspects map[Kind][]string) (sight, error) {
	s := sight{here: map[Kind]map[string]Row{}, there: map[Kind]map[string]Row{}}
	for _, kind := range Kinds() {
		for keys := range slices.Chunk(suspects[kind], maxKeys) {
			own, err := k.Own.Answer(ctx, Question{Asker: k.There, Site: k.Own.site, Kind: kind, Keys: keys})
			if err != nil {
				return s, err
			}
			their, err := k.ask(ctx, Question{Kind: kind, Keys: keys})
			if err != nil {
				return s, err
			}
			if s.here[kind] == nil {
				s.here[kind], s.there[kind] = map[string]Row{}, map[string]Row{}
			}
			maps.Copy(s.here[kind], own.Rows)
			maps.Copy(s.there[kind], their.Rows)
			s.hereHead, s.thereHead = own.Head, their.Head // the last is the newest
		}
	}
	return s, nil
}

// wait returns when each site has read what the other had written at first sight, or
// false when the patience is at its end.
func (k *check) wait(ctx context.Context, first sight) (bool, error) {
	for {
		own, err := k.Own.Answer(ctx, Question{Asker: k.There, Site: k.Own.site})
		if err != nil {
			return false, err
		}
		their, err := k.ask(ctx, Question{})
		if err != nil {
			return false, err
		}
		if own.Head.Read >= first.thereHead.Written && their.Head.Read >= first.hereHead.Written {
			return true, nil
		}
		if k.Now().After(k.until) {
			return false, nil
		}
		if err := k.Pause(ctx); err != nil {
			return false, err
		}
	}
}

// settle drops the suspects that are equal by now, reports those that stay, and
// returns those that have moved in between.
func (k *check) settle(suspects map[Kind][]string, first, second sight) map[Kind][]string {
	moving := map[Kind][]string{}
	for _, kind := range Kinds() {
		for _, key := range suspects[kind] {
			here, there := second.here[kind][key], second.there[kind][key]
			switch {
			case bytes.Equal(here.Hash, there.Hash):
			case parkedFor(kind, key, second.hereHead) || parkedFor(kind, key, second.thereHead):
				k.report.Unclear = append(k.report.Unclear, Unclear{kind, key, "waits behind a message that is parked"})
			case changed(first.here[kind][key], here) || changed(first.there[kind][key], there):
				moving[kind] = append(moving[kind], key)
			default:
				k.report.Findings = append(k.report.Findings, Finding{kind, key, here, there})
			}
		}
	}
	return moving
}

func changed(before, after Row) bool {
	return before.Mark != after.Mark || !bytes.Equal(before.Hash, after.Hash)
}

// parkedFor reports whether a message that was put aside may be why a row differs.
func parkedFor(kind Kind, key string, head Head) bool {
	return slices.ContainsFunc(head.Parked, func(p ParkedNote) bool {
		switch kind {
		case Fulfillments:
			which, _, _ := strings.Cut(key, "/")
			return p.Key == which || p.Key == "fulfillments"
		case Levels:
			return p.Key == "levels"
		default:
			return p.Key == "quota" || slices.Contains(p.SKUs, id.SKU(key))
		}
	})
}

func (k *check) unclear(suspects map[Kind][]string, why string) {
	for _, kind := range Kinds() {
		for _, key := range suspects[kind] {
			k.report.Unclear = append(k.report.Unclear, Unclear{kind, key, why})
		}
	}
}
