// Package sim runs the whole system in one goroutine and in virtual time, out of
// one seed: the real core and the real site code on the memory engines, with
// customers, staff and suppliers at work, while messages are lost, repeated and
// reordered, links are cut, disks are full and sites crash. After every step it
// holds what was committed against the invariants of ARCHITECTURE.md, and after the
// faults everything must drain and both sides agree.
//
// The same seed gives the same run, commit for commit: a World starts no goroutine,
// reads no clock of the machine, and nothing in it depends on the order of a map.
// It decides nothing of the business, and what it knows of the sites it knows from
// their commits and answers, as an outsider does.
//
// Start reading at Plan (what a seed stands for), then World (how it is run) and
// checker (what must hold). Seeds runs many of them, Shrink makes a failed one
// small, and Explore takes every order of events in a small scope.
package sim
