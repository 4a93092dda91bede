// Package docs holds the manual of Crossdock: Markdown pages beside this file, in
// operate what an operator needs, and in guide how typical changes are made.
//
// It has no code. Its tests hold the pages to what they describe: links lead
// somewhere, tables say what the code says, and the worked example of the HTTP
// interface is carried out. A table between "begin" and "end" comments is written
// by its test; go test ./docs -update writes it anew.
//
// Start reading at README.md in the root, then ARCHITECTURE.md there.
package docs
