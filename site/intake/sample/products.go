package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
)

// variants is how many products are made of each object.
const variants = 6

// makeProducts returns variants of each object of the vocabulary, in order of
// SKU. No two have the same name.
func makeProducts(random *rand.Rand) []catalog.Product {
	var products []catalog.Product
	for i, object := range objects {
		looks := random.Perm(len(adjectives))
		materials := strings.Split(object.materials, ", ")
		for v := range variants {
			look, material := adjectives[looks[v]], materials[random.IntN(len(materials))]
			products = append(products, catalog.Product{
				SKU:         code(i, v),
				Name:        look + " " + title(material) + " " + object.name,
				Description: describe(random, object, look, material),
				Type:        object.typ,
				Category:    object.category,
				Price:       price(random, object),
			})
		}
	}
	return products
}

// code numbers the products: every other object has one number with a letter
// for each variant, as shops do, the others a number for each.
func code(object, variant int) id.SKU {
	number := 31000 + object*120
	if object%2 == 0 {
		return id.SKU(fmt.Sprintf("%d%c", number, 'A'+variant))
	}
	return id.SKU(fmt.Sprint(number + variant*7))
}

// price lies within the object's range and ends in 5 or 9, as prices do.
func price(random *rand.Rand, o object) money.Amount {
	pence := o.low + random.Int64N(o.high-o.low+1)
	pence -= pence % 10
	return money.Of(pence+5+4*random.Int64N(2), Currency)
}

func describe(random *rand.Rand, o object, look, material string) string {
	first := fmt.Sprintf("A %s in %s, %s.", strings.ToLower(o.name), material, lookNotes[look])
	if slices.Contains([]byte("aeio"), first[2]) {
		first = "An" + first[1:]
	}
	if o.plural {
		first = fmt.Sprintf("%s in %s, %s.", strings.ToUpper(o.name[:1])+strings.ToLower(o.name[1:]), material, lookNotes[look])
	}
	return first + " " + o.use + " " + closings[random.IntN(len(closings))]
}

// title writes each word of a material with a capital.
func title(material string) string {
	words := strings.Fields(material)
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, " ")
}
