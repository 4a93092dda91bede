// Package api is Crossdock as other programs see it: the types that its HTTP
// interface speaks, and a client for it. It is the one import that stays stable;
// within /api/v1 fields are added, never renamed or removed.
//
// It never holds a rule of the business: what the server takes or refuses is
// decided there, and comes back as a *fault.Error with its kind, its message and
// the field at fault. Money counts in minor units; quantities count units.
//
// Start reading at Client.
package api
