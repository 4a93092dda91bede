package page

import "time"

// Problem is the page for a request that failed.
type Problem struct {
	Status    int           // HTTP status, such as 404
	Message   string        // what happened, for the person who asked; may be empty
	Reference string        // finds the request in the log; may be empty
	Wait      time.Duration // before it is of use to try again; 0 where that is not known
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
		return told{"lock", "That is not allowed", "Nothing was changed."}
	case 404:
		return told{"search", "There is nothing here", "The page has moved, or it never was. The catalog is a good place to start again."}
	case 405:
		return told{"signpost-split", "That cannot be done here", "The address is right, but not for what was asked of it. Nothing was changed."}
	case 409:
		return told{"arrow-repeat", "Something changed meanwhile", "What you wanted to do no longer fits the present state. Look at it again, and decide anew."}
	case 413:
		return told{"box-seam", "That is too large", "More was sent than we take at once. Nothing was changed; send less of it."}
	case 422:
		return told{"pencil", "That does not fit", "Some of what was sent cannot be taken as it is. Nothing was changed."}
	case 429:
		return told{"hourglass-split", "A little slower, please", "This keeps others from guessing passwords, so the right one has to wait as well."}
	case 503:
		return told{"wifi-off", "We are out of reach for a moment", "A part of the shop does not answer. Nothing is lost; try again soon."}
	}
	return told{"exclamation-triangle", "Something went wrong on our side", "It is not your fault, and nothing was changed. Try again; if it stays, tell us the reference below."}
}
