package outbox

import "crossdock/core/id"

// Seals prove which site wrote a request or a reply. It stands here because the feed
// is all that is sealed; how keys are kept and come to be known is not of this package.
// Where a reader or an origin has none, it seals nothing and believes everybody.
type Seals interface {
	// Seal returns the seal of this site over a text.
	Seal(text []byte) []byte
	// Verify returns nil where a seal is the one of that site over that text. No
	// seal, one of another key and one that does not fit are fault.Denied, whose
	// message says what an operator can do. A site whose key is not known yet may
	// become known by it; where that cannot be kept it is fault.Unavailable.
	Verify(site id.Site, text, seal []byte) error
}
