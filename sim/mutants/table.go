package mutants

import "slices"

// Table lists every bug. A new one goes into the file of the part that it is in; it must
// change what the simulator can see, and be found.
func Table() []Mutant {
	return slices.Concat(quotaBugs(), orderBugs(), aheadBugs(), moneyBugs(), shelfBugs(), fulfillmentBugs(), writerBugs(), feedBugs(), restoreBugs())
}
