package intake

import (
	"strings"
	"unicode"
)

// OtherType is the type of a product that no keyword places.
const OtherType = "other"

// kind says which words put a product into a category. The first kind of the
// table that has one of its words in the name wins: occasions come first, then
// what a thing is for, and last what it is made like.
type kind struct{ typ, category, words string }

// kinds is searched from the top. Words are separated by commas and stand in
// the form that stems gives them; "tea towel" asks for both words in a row.
var kinds = []kind{
	{"christmas", "tree decorations", "bauble, christmas tree, tree decoration, christmas decoration, christmas garland"},
	{"christmas", "advent", "advent, nativity, christmas calendar"},
	{"christmas", "christmas gifts", "christmas, xmas, santa, reindeer, snowman, snowflake, stocking, mistletoe, angel, sleigh"},
	{"kitchen", "tableware", "napkin ring, egg cup"},
	{"garden", "outdoors", "umbrella, parasol, poncho"},
	{"home decor", "hooks and handles", "doorstop, door hanger"},
	{"textiles", "rugs and curtains", "doormat"},
	{"bags", "lunch bags", "lunch bag, lunch box, lunchbox"},
	{"bags", "shopping bags", "shopper, jumbo bag, shopping bag, tote, charlotte bag"},
	{"bags", "travel", "luggage, suitcase, passport, travel, washbag, wash bag, toilet bag, rucksack, backpack, weekend bag"},
	{"bags", "purses", "purse, wallet, handbag, make up bag, cosmetic bag"},
	{"jewelry", "necklaces", "necklace, pendant, locket"},
	{"jewelry", "bracelets", "bracelet, bangle, anklet"},
	{"jewelry", "charms", "charm, bling, key ring, keyring, bead"},
	{"jewelry", "earrings and rings", "earring, ring"},
	{"jewelry", "hair and pins", "hairclip, hair, brooch, hairband, tiara, scrunchie"},
	{"candles and light", "candle holders", "t light, tealight, candle holder, candlestick, candlepot, hurricane lamp, votive"},
	{"candles and light", "candles", "candle, incense, wax melt, oil burner, fragrance, potpourri"},
	{"candles and light", "lamps", "lantern, lamp, light, chandelier, lampshade, night light, fairy light"},
	{"party", "balloons and bunting", "balloon, bunting, garland, streamer, party banner, paper chain"},
	{"party", "party table", "napkin, paper cup, paper plate, doily, cocktail, straw, cake case, party"},
	{"party", "fancy dress", "mask, crown, costume, wand, fancy dress"},
	{"toys", "games", "card game, playing card"},
	{"stationery", "cards and wrap", "card, gift wrap, wrap, wrapping, gift tag, tag, ribbon, gift tape, tape, gift bag, tissue paper"},
	{"stationery", "notebooks", "notebook, journal, diary, sketchbook, notepad, memo, book, album, calendar, planner"},
	{"stationery", "pens and pencils", "pen, pencil, crayon, chalk, eraser, rubber, ruler, sharpener, highlighter"},
	{"kitchen", "baking", "rolling pin"},
	{"stationery", "desk", "sticker, stamp, paperweight, magnet, envelope, letter rack, bookmark, clip, pin, note"},
	{"toys", "soft toys", "soft toy, teddy, doll, dolly, bunny, plush, puppet, rag doll"},
	{"toys", "games", "game, jigsaw, puzzle, domino, skittle, marble, snake, ludo, chess, quoit"},
	{"toys", "crafts", "sewing, knitting, craft, felt, feltcraft, origami, painting, paint, kit, yarn, embroidery"},
	{"toys", "play", "toy, spinning top, skipping, kite, harmonica, block, robot, dinosaur, money box, piggy bank, playhouse"},
	{"garden", "plants and pots", "planter, plant, plant pot, flower pot, herb, seed, watering can, hanging basket, propagator"},
	{"garden", "tools", "trowel, garden, gardening, gardener, spade, fork set, secateur, kneeling, hose"},
	{"garden", "outdoors", "bird feeder, birdhouse, bird bath, windmill, wind chime, picnic, beach, hammock, windbreak"},
	{"kitchen", "cups and mugs", "mug, cup, teacup, saucer, tumbler, beaker, wine glass, glass, teapot, tea set, coffee set"},
	{"kitchen", "baking", "cake, cakestand, baking, cutter, whisk, muffin, pudding, jelly mould, pastry, loaf, biscuit, cookie"},
	{"kitchen", "tableware", "plate, bowl, dish, tray, jug, cruet, tablecloth, placemat, place mat, coaster, cutlery, spoon, knife, fork, platter, butter dish, salt, trivet"},
	{"kitchen", "storage", "tin, jar, bread bin, bin, canister, storage jar, bottle opener, food container, snack box"},
	{"kitchen", "kitchen linen", "apron, tea towel, oven glove, tea cosy, egg cosy, pot holder"},
	{"kitchen", "cooking", "kitchen, pan, saucepan, colander, sieve, chopping board, grater, mould, popcorn, scale, timer, recipe, enamel, ladle"},
	{"bathroom", "bath", "bath, bathroom, soap, towel, sponge, shower, toothbrush, flannel, tissue"},
	{"textiles", "cushions and throws", "cushion, throw, pillow, quilt, blanket, filler, pouffe"},
	{"textiles", "warmers", "hot water bottle, hand warmer, slipper, glove, scarf, hat, sock, warmer"},
	{"textiles", "rugs and curtains", "rug, mat, curtain, tieback, draft"},
	{"home decor", "clocks and mirrors", "clock, mirror"},
	{"home decor", "frames and pictures", "frame, picture, photo, canvas, print, poster, wall art, art"},
	{"home decor", "signs", "sign, plaque, letter, tile, number, chalkboard, blackboard, slate"},
	{"home decor", "hooks and handles", "hook, hanger, knob, handle, peg, door stop, bracket"},
	{"home decor", "furniture", "cabinet, drawer, shelf, stool, chair, table, rack, chest, stand, screen, trunk"},
	{"home decor", "vases and flowers", "vase, flower, rose, wreath, bouquet, petal"},
	{"home decor", "boxes and baskets", "box, basket, trinket, holder, crate, bucket, pot, case, bottle"},
	{"home decor", "ornaments", "ornament, heart, decoration, figurine, statue, bird, butterfly, star, bell, wicker, hanging, mobile, globe, feather, skull, egg"},
	{"bags", "bags", "bag"},
}

// Kind derives the type and category of a product from the words of its name.
// It is a pure function of the name; OtherType, "other" is the last resort.
func Kind(name string) (typ, category string) {
	text := " " + strings.Join(stems(name), " ") + " "
	for _, k := range kinds {
		for words := range strings.SplitSeq(k.words, ", ") {
			if strings.Contains(text, " "+words+" ") {
				return k.typ, k.category
			}
		}
	}
	return OtherType, OtherType
}

// stems are the words of text in lower case and, roughly, in the singular.
func stems(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	for i, word := range words {
		words[i] = singular(word)
	}
	return words
}

func singular(word string) string {
	switch {
	case len(word) < 4 || strings.HasSuffix(word, "ss") || strings.HasSuffix(word, "as"):
		return word
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "shes"), strings.HasSuffix(word, "ches"):
		return strings.TrimSuffix(word, "es")
	}
	return strings.TrimSuffix(word, "s")
}
