package sample

import (
	"crossdock/core/catalog"
	"crossdock/core/id"
)

// object is a thing that the sample shop sells in several looks.
type object struct {
	typ, category string
	name          string
	materials     string // separated by ", "
	low, high     int64  // price range in pence
	use           string // a sentence of the description
	plural        bool
}

// objects are fifty; with their variants they make the catalog.
var objects = []object{
	{"kitchen", "cups and mugs", "Mug", "stoneware, enamel, porcelain", 450, 950, "Holds a good third of a liter and stands firm on any table.", false},
	{"kitchen", "cups and mugs", "Teapot", "stoneware, cast iron, glass", 1450, 3200, "Makes four cups and pours without a drip.", false},
	{"kitchen", "baking", "Cake Tin", "steel, enamel", 650, 1400, "Bakes evenly, and the bottom comes out.", false},
	{"kitchen", "baking", "Mixing Bowl", "stoneware, steel, bamboo", 800, 1900, "Deep enough for bread dough, with a rim that is good to hold.", false},
	{"kitchen", "tableware", "Serving Plate", "porcelain, stoneware, slate", 900, 2400, "For cheese, fruit or a whole cake.", false},
	{"kitchen", "tableware", "Milk Jug", "porcelain, glass, enamel", 550, 1200, "As handy on the breakfast table as with a few flowers in it.", false},
	{"kitchen", "storage", "Storage Jar", "glass, stoneware, tin", 500, 1300, "Keeps tea, flour or biscuits dry under a tight lid.", false},
	{"kitchen", "kitchen linen", "Tea Towel", "cotton, linen", 350, 900, "Dries glasses without leaving a thread, and only gets better with washing.", false},
	{"kitchen", "kitchen linen", "Apron", "cotton, linen, denim", 1200, 2600, "With a wide pocket and ties that are long enough.", false},
	{"kitchen", "cooking", "Chopping Board", "oak, bamboo, beech", 1100, 2800, "One side to work on, the other to serve from.", false},
	{"home decor", "frames and pictures", "Photo Frame", "oak, brass, driftwood", 600, 1800, "Stands or hangs, upright or across.", false},
	{"home decor", "clocks and mirrors", "Wall Clock", "metal, oak, bamboo", 1500, 3900, "Runs without a tick on one small battery.", false},
	{"home decor", "clocks and mirrors", "Hand Mirror", "brass, beech, rattan", 700, 1600, "With a handle that sits well in the hand.", false},
	{"home decor", "signs", "Door Sign", "tin, slate, driftwood", 350, 900, "Comes with a cord and one blank side to write on.", false},
	{"home decor", "hooks and handles", "Coat Hook", "cast iron, brass, beech", 300, 950, "Holds the heaviest winter coat; screws included.", false},
	{"home decor", "vases and flowers", "Vase", "glass, stoneware, porcelain", 750, 2900, "Tall enough for tulips, narrow enough for a single stem.", false},
	{"home decor", "boxes and baskets", "Trinket Box", "tin, beech, velvet", 450, 1500, "A place for rings, keys and other things that get lost.", false},
	{"home decor", "boxes and baskets", "Storage Basket", "rattan, seagrass, felt", 900, 2500, "Folds flat when it has nothing to do.", false},
	{"candles and light", "candle holders", "Candle Holder", "glass, brass, stoneware", 250, 1100, "Takes dinner candles and tea lights alike.", false},
	{"candles and light", "candles", "Scented Candle", "soy wax, beeswax", 600, 1700, "Burns for some thirty hours.", false},
	{"candles and light", "lamps", "Lantern", "tin, steel, bamboo", 900, 2800, "For the window sill, the garden path or the tent.", false},
	{"candles and light", "lamps", "Table Lamp", "oak, stoneware, brass", 2200, 5400, "Gives a warm light that is kind to tired eyes.", false},
	{"garden", "plants and pots", "Plant Pot", "terracotta, zinc, stoneware", 350, 1600, "Has a hole at the bottom and a saucer to go with it.", false},
	{"garden", "plants and pots", "Watering Can", "zinc, enamel, steel", 1200, 2900, "Balanced, so that it is as easy to carry full as empty.", false},
	{"garden", "tools", "Hand Trowel", "steel, ash", 550, 1400, "Marked in centimeters for bulbs that want to lie deep.", false},
	{"garden", "outdoors", "Bird Feeder", "zinc, cedar, glass", 700, 1900, "Opens at the top for filling and comes apart for cleaning.", false},
	{"garden", "outdoors", "Picnic Blanket", "wool, cotton", 1800, 4200, "Keeps the damp out and rolls up behind a strap.", false},
	{"garden", "outdoors", "Wind Chime", "bamboo, brass", 600, 1700, "Tuned to five notes that go together in any order.", false},
	{"toys", "soft toys", "Soft Bear", "plush, wool, cotton", 800, 2200, "Stitched eyes, so it is safe for the youngest.", false},
	{"toys", "games", "Puzzle", "beech, card", 600, 1800, "A hundred pieces and a picture that repays looking.", false},
	{"toys", "games", "Skittles Set", "beech, ash", 1100, 2400, "Nine pins and two balls in a cotton bag.", false},
	{"toys", "crafts", "Sewing Kit", "felt, cotton", 500, 1400, "Everything for a first project, with instructions in pictures.", false},
	{"toys", "play", "Spinning Top", "beech, tin", 200, 700, "Spins for more than a minute, with a little practice.", false},
	{"toys", "play", "Money Box", "tin, porcelain, beech", 400, 1200, "Opens at the bottom, by those who know how.", false},
	{"stationery", "cards and wrap", "Greeting Card", "card, recycled paper", 120, 350, "Blank inside; the envelope is included.", false},
	{"stationery", "cards and wrap", "Wrapping Paper", "kraft, tissue", 150, 480, "Three sheets, enough for two presents or one large one.", true},
	{"stationery", "notebooks", "Notebook", "recycled paper, linen, leather", 300, 1500, "Lies open flat, and its paper takes ink.", false},
	{"stationery", "pens and pencils", "Pencil Set", "cedar, beech", 250, 800, "Twelve pencils in a box that shuts.", false},
	{"stationery", "desk", "Desk Tidy", "oak, steel, felt", 700, 1900, "Five compartments for all that lies about.", false},
	{"bags", "shopping bags", "Shopping Bag", "cotton, jute, canvas", 250, 950, "Carries ten kilos and fits into a pocket.", false},
	{"bags", "lunch bags", "Lunch Bag", "canvas, cotton, felt", 450, 1300, "Lined, so that cold things stay cold until noon.", false},
	{"bags", "purses", "Purse", "leather, felt, canvas", 500, 2100, "Room for coins, cards and a spare key.", false},
	{"bags", "travel", "Wash Bag", "canvas, cotton, linen", 900, 2300, "With a hook to hang it up wherever you are.", false},
	{"jewelry", "necklaces", "Necklace", "silver, brass, glass", 800, 3400, "On a chain of forty-five centimeters.", false},
	{"jewelry", "bracelets", "Bracelet", "silver, leather, glass", 500, 2600, "Adjustable to fit almost every wrist.", false},
	{"jewelry", "earrings and rings", "Earrings", "silver, brass, porcelain", 600, 2400, "Light enough to be forgotten while you wear them.", true},
	{"textiles", "cushions and throws", "Cushion", "cotton, linen, velvet", 1200, 2900, "The cover comes off for washing.", false},
	{"textiles", "warmers", "Hot Water Bottle", "wool, fleece", 900, 2200, "In a knitted cover that keeps the heat for hours.", false},
	{"christmas", "tree decorations", "Tree Decoration", "glass, felt, brass", 150, 650, "Hangs on a thin gold thread.", false},
	{"party", "balloons and bunting", "Bunting", "cotton, recycled paper", 400, 1300, "Twelve flags over three meters.", false},
}

// adjectives say how a product looks; lookNotes says it in a description.
var adjectives = []string{
	"Sky Blue", "Forest Green", "Sunny Yellow", "Poppy Red", "Soft Gray", "Ivory", "Striped", "Dotted", "Floral", "Checked", "Plain", "Rustic", "Midnight", "Coral",
}

var lookNotes = map[string]string{
	"Sky Blue": "in the blue of a clear morning", "Forest Green": "in a deep, calm green",
	"Sunny Yellow": "in a yellow that cheers up any room", "Poppy Red": "in a red that nobody overlooks",
	"Soft Gray": "in a gray that goes with everything", "Ivory": "in a warm off-white",
	"Striped": "with stripes in two colors", "Dotted": "with small white dots",
	"Floral": "with a pattern of meadow flowers", "Checked": "with a fine check",
	"Plain": "without any fuss", "Rustic": "finished by hand, so that no two are alike",
	"Midnight": "in a blue that is almost black", "Coral": "in a soft coral pink",
}

var closings = []string{
	"A small present that gets used.", "Packed without plastic.", "Made in small batches.",
	"Looks better with the years.", "Wipe clean with a damp cloth.", "A favorite with our customers.",
	"Goes well with the others of its color.", "Comes in a plain gift box.",
}

var (
	districtNames = []string{"North Hills", "East Harbor", "South Valley", "West Coast", "Old Town", "Lake Side"}
	districtCodes = []id.District{"north-hills", "east-harbor", "south-valley", "west-coast", "old-town", "lake-side"}

	districtPlaces = []catalog.Place{
		{Latitude: 55.2, Longitude: -2.1},
		{Latitude: 51.9, Longitude: 0.9},
		{Latitude: 52.9, Longitude: -1.4},
		{Latitude: 51.8, Longitude: -4.6},
		{Latitude: 53.8, Longitude: -1.3},
		{Latitude: 51.2, Longitude: -1.9},
	}
)

// remarks are what people in a warehouse write where a description belongs.
var remarks = []string{"damaged", "?", "check", "found", "wrong label"}

// charge is a line of an invoice that is no goods.
type charge struct {
	code, description string
	pence             int64
}

var charges = []charge{
	{"POST", "POSTAGE", 1800},
	{"DOT", "WEB POSTAGE", 5950},
	{"C2", "CARRIAGE", 5000},
	{"M", "Manual", 125},
	{"BANK CHARGES", "Bank Charges", 1500},
}
