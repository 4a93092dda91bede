// Package crossdock is the root of an order and inventory platform for a shop
// that ships from several warehouses. It holds no code: the folders beside it
// are the architecture, and each may use those above it.
//
//	core    what the business means: pure decisions, no I/O and no clock
//	dist    how copies agree, knowing nothing of commerce
//	site    what a store and a warehouse do, and the ports they need
//	engine  where state and messages live, one package per technology
//	api     HTTP wire types and a Go client
//	web     what people and programs see
//	node    one running process
//	cmd     the command line
//
// The rules between them stand as data in arch_test.go. Start reading at
// core/order for the business and at node for how the parts are put together.
package crossdock
