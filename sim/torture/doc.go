// Package torture runs real processes of the program and does to them what can
// happen to machines: kills, pauses, power cuts, cut and bad links, full disks,
// wrong clocks. Clients go on ordering, receiving and shipping meanwhile and write
// down every answer; in the end all is healed, and what the sites have must be
// what the clients were told.
//
// It must never touch anything of the machine that it did not make: links, loop
// devices and packet filters live in network namespaces and directories of its
// own, whose names carry its process id, and a janitor (a process of its own)
// removes them however the rig ends. It never sets the clock: the program is built
// with one that reads a shift from a file. Where it is not root it does with less,
// and says so. It repairs nothing, and knows the program by its command line and
// its API alone.
//
// Start reading at Run, then round.go, nemesis.go (what is done to the sites) and
// check.go (what must hold).
package torture
