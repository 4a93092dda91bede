// Package outbox moves messages between sites: it answers those who read a
// site's feed, and reads the feeds of others into the site.
//
// It is never the place where a message is kept. What a site has to say stands in
// its own database until the receiver's database has it; a message on the bus
// merely wakes the reader, and losing any of them costs time alone. It knows
// nothing of what the messages say.
//
// Start reading at Bus (the port), then Serve (the origin's side), then Reader
// (the receiver's side).
package outbox
