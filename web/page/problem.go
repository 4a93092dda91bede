package page

// Problem is the page for a request that failed.
type Problem struct {
	Status    int    // HTTP status, such as 404
	Message   string // what happened, for the person who asked; may be empty
	Reference string // finds the request in the log; may be empty
}

// told is what a status means to a customer.
type told struct {
	icon, title, text string
}

func (v Problem) told() told {
	switch v.Status {
	case 400:
		return told{"info-circle", "We did not understand that", "The address or the form had something in it that we cannot read. Go back and try again."}
	case 403:
		return told{"lock", "This is not yours to see", "You are logged in, but this page belongs to somebody else."}
	case 404:
		return told{"search", "There is nothing here", "The page has moved, or it never was. The catalog is a good place to start again."}
	case 409:
		return told{"arrow-repeat", "Something changed meanwhile", "What you wanted to do no longer fits the present state. Look at it again, and decide anew."}
	case 422:
		return told{"pencil", "That does not fit", "Some of what was sent cannot be taken as it is. Nothing was changed."}
	case 429:
		return told{"hourglass-split", "A little slower, please", "Many requests came from you in a short time. Wait a minute and try again."}
	case 503:
		return told{"wifi-off", "We are out of reach for a moment", "A part of the shop does not answer. Nothing is lost; try again in a minute."}
	}
	return told{"exclamation-triangle", "Something went wrong on our side", "It is not your fault, and nothing was changed. Try again; if it stays, tell us the reference below."}
}
