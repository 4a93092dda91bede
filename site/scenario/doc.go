// Package scenario tells what the sites do together as stories that can be read:
// scripts of commands with the output that they must give, run over the real
// store and warehouses on the memory engine, with a clock that they move.
//
// It holds tests alone. The scripts are testdata/*.txt; life-of-an-order.txt has
// the numbers of ARCHITECTURE.md. Run the tests with -rewrite after a change that
// is meant, and read the difference. Start reading at world_test.go.
package scenario
