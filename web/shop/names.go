package shop

import (
	"regexp"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/web/page"
)

// nameOf is the name of a site for people: what the shop was told, else what its
// profile says; empty where nobody has given it one.
func (v *visit) nameOf(site id.Site) string {
	if v.names == nil {
		v.names = map[id.Site]string{}
		for _, w := range v.Published.Warehouses() {
			v.names[w.Code] = w.Name
		}
		for code, name := range v.SiteNames {
			v.names[code] = name
		}
	}
	return v.names[site]
}

// siteName is a warehouse as people know it: "Leeds (wh1)", or its code.
func (v *visit) siteName(site id.Site) string {
	if name := v.nameOf(site); name != "" && name != string(site) {
		return name + " (" + string(site) + ")"
	}
	return string(site)
}

// word is what the code of a site and a date look like in a text.
var word = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9-]*`)

// forPeople is a text that the store has written, for programs too, as pages say it:
// warehouses by their names, and days as people read them.
func (v *visit) forPeople(text string) string {
	return word.ReplaceAllStringFunc(text, func(word string) string {
		if day, err := date.Parse(word); err == nil {
			return page.Day(day)
		}
		return v.siteName(id.Site(word))
	})
}
