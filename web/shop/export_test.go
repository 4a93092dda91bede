package shop

import (
	"maps"
	"slices"
)

// Patterns lists every route, so that what holds for all is tested for all.
func Patterns() []string { return slices.Sorted(maps.Keys(routes)) }

// LocalPath is the rule on where log-in may lead to.
func LocalPath(next string) string { return localPath(next) }
