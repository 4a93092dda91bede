package event

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
)

var update = flag.Bool("update", false, "write the golden files anew; a released one must never change")

// samples holds one message of each type, with every field set.
func samples() []Body {
	var (
		o     = id.Order{UUID: uuid(1)}
		f     = id.Fulfillment{UUID: uuid(2)}
		at    = time.Date(2026, 11, 27, 8, 9, 10, 123456000, time.UTC)
		parts = []order.Part{
			{Line: 1, SKU: "85123A", Quantity: 6, Voided: 1, Asked: 2, Returned: 3},
			{Line: 2, SKU: "gift 0001/20", Quantity: 1, Voided: 1, Asked: 1, Returned: 1},
		}
		address = order.Address{
			Name: "Zoë <Quist> & Søn", Street: "Kaj 5", PostalCode: "8000", City: "Århus",
			District: "north", Email: "zoe@example.com", Phone: "+45 1234",
		}
		units = []Units{{SKU: "85123A", Quantity: 6}, {SKU: "gift 0001/20", Quantity: stock.MaxQuantity}}
	)
	return []Body{
		FulfillmentRequested{
			Order: o, Number: 1042, Fulfillment: f, Epoch: 7, PlacedAt: at,
			Address: address,
			Lines:   []Line{{Line: 1, SKU: "85123A", Name: "White \"hanging\" heart", Quantity: 6}, {Line: 2, SKU: "gift 0001/20", Name: "Gift", Quantity: 1}},
			Record:  []byte("sealed"),
		},
		VoidRequested{Order: o, Fulfillment: f, Parts: parts, Reason: "asked by the customer"},
		VoidRefused{Order: o, Fulfillment: f, Stage: order.SentStage},
		FulfillmentChanged{Order: o, Fulfillment: f, To: order.WaitingTransfer, Version: 4, At: at, Voided: parts},
		ReturnAnnounced{Order: o, Fulfillment: f, Return: uuid(3), Parts: parts, Reason: "too small"},
		QuotaAsked{Ask: id.Grant{UUID: uuid(4)}, Units: units},
		QuotaGranted{Grant: id.Grant{UUID: uuid(5)}, Ask: id.Grant{UUID: uuid(4)}, Epoch: 7, Units: units},
		QuotaRecalled{Recall: id.Grant{UUID: uuid(6)}, Units: units},
		QuotaReturned{Recall: id.Grant{UUID: uuid(6)}, Epoch: 7, Units: units},
		StockLevels{Levels: []stock.Level{{SKU: "85123A", OnHand: 21, Available: 1, Quota: 2, Allocated: 3, Picked: 4, Version: 5}}},
		ReturnRequested{Order: o, Fulfillment: f, Return: uuid(3), Number: 12, Parts: parts, Reason: "too small"},
		ReturnReceived{Order: o, Fulfillment: f, Return: uuid(3), Parts: parts},
		ReturnInspected{Order: o, Fulfillment: f, Return: uuid(3), Good: parts, Damaged: parts},
		RedirectRequested{Order: o, Fulfillment: f, Change: uuid(7), Address: address},
		RedirectAnswered{Order: o, Fulfillment: f, Change: uuid(7), Done: true, Stage: order.Accepted},
		IncomingGranted{Grant: id.Grant{UUID: uuid(8)}, Epoch: 7, Units: units},
		IncomingTaken{Taking: id.Grant{UUID: uuid(9)}, Epoch: 7, Arrived: true, Units: units},
		IncomingDated{Schedules: []Schedule{{SKU: "85123A", Version: 3, Arrivals: []Arriving{{On: 20800, Quantity: 40}}}}},
		QuotaElsewhere{Units: units},
		ProductsListed{Products: []Product{{SKU: "85123A", Name: "White hanging heart"}}},
		SiteRestored{Epoch: 1700000000, Read: 12},
		QuotaRestated{Epoch: 1700000000, After: "15056N", UpTo: "gift 0001/20", Quota: units, Incoming: units, Number: 1042},
		FulfillmentsAsked{Epoch: 1700000000, Fulfillments: []FulfillmentName{{Order: o, Fulfillment: f}}, More: true},
		FulfillmentsRestated{Epoch: 1700000000, More: true, Unknown: []FulfillmentName{{Order: o, Fulfillment: f}}, Fulfillments: []FulfillmentState{{
			Order: o, Number: 1042, Fulfillment: f, PlacedAt: at, Address: address, Stage: order.SentStage, Version: 4,
			Lines: []LineState{{Line: 1, SKU: "85123A", Name: "White hanging heart", Quantity: 6, Voided: 1, Returned: 2}},
			Returns: []ReturnState{{Return: uuid(3), Reason: "too small", Lines: []ReturnLineState{
				{Line: 1, SKU: "85123A", Quantity: 4, Received: 3, Good: 2, Damaged: 1},
			}}},
			Record: []byte("sealed"),
		}}},
	}
}

func uuid(n byte) id.UUID {
	u := id.UUID{0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x70, 0, 0x80}
	u[15] = n
	return u
}

func golden(kind string) string { return filepath.Join("testdata", kind+".json") }

// TestGolden holds each message to the bytes that were released.
func TestGolden(t *testing.T) {
	for _, want := range samples() {
		t.Run(want.Kind(), func(t *testing.T) {
			encoded, err := Encode(want)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(golden(want.Kind()), encoded, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			stored, err := os.ReadFile(golden(want.Kind()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(stored), string(encoded)); diff != "" {
				t.Errorf("the encoding has changed (-released +now):\n%s", diff)
			}
			got, err := Decode(want.Kind(), stored)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what was released reads as something else (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTableAndFilesAgree finds a message that is nowhere sampled, a sample with
// a field left empty, a message without a file, and a file without a message.
func TestTableAndFilesAgree(t *testing.T) {
	sampled := map[string]bool{}
	for _, body := range samples() {
		sampled[body.Kind()] = true
		for _, path := range unset(reflect.ValueOf(body), body.Kind()) {
			t.Errorf("%s is left empty in the sample", path)
		}
	}
	for kind := range known {
		if !sampled[kind] {
			t.Errorf("%s has no sample", kind)
		}
		if _, err := os.Stat(golden(kind)); errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s has no golden file", kind)
		}
	}
	files, err := filepath.Glob(golden("*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		if kind := strings.TrimSuffix(filepath.Base(file), ".json"); known[kind] == nil {
			t.Errorf("%s is no message any more: what was released must be readable for ever", file)
		}
	}
}

// unset names the fields under v that are sent and have their zero value.
func unset(v reflect.Value, path string) (paths []string) {
	if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return []string{path}
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		return nil
	}
	switch v.Kind() {
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.Tag.Get("json") != "-" {
				paths = append(paths, unset(value, path+"."+field.Name)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			paths = append(paths, unset(v.Index(i), path+"[]")...)
		}
	}
	return paths
}

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct {
		name, kind, data string
		want             fault.Kind
	}{
		{"a newer version", "stock.levels.v2", `{"levels":[]}`, fault.Newer},
		{"an unknown kind", "", `{}`, fault.Newer},
		{"nothing", "stock.levels.v1", ``, fault.Corrupt},
		{"garbage", "stock.levels.v1", "\x00\xff", fault.Corrupt},
		{"cut short", "stock.levels.v1", `{"levels":[{"sku":"a"`, fault.Corrupt},
		{"another shape", "stock.levels.v1", `[1,2]`, fault.Corrupt},
		{"something behind it", "stock.levels.v1", `{"levels":[]} {}`, fault.Corrupt},
		{"a fraction of a unit", "quota.asked.v1", `{"units":[{"sku":"a","quantity":1.5}]}`, fault.Corrupt},
		{"too many units", "quota.asked.v1", `{"units":[{"sku":"a","quantity":9223372036854775808}]}`, fault.Corrupt},
		{"no identifier", "quota.asked.v1", `{"ask":"1"}`, fault.Corrupt},
		{"no time", "fulfillment.changed.v1", `{"at":"yesterday"}`, fault.Corrupt},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := Decode(test.kind, []byte(test.data)); !fault.Is(err, test.want) || got != nil {
				t.Errorf("Decode = %v, %v; want a fault that is %s", got, err, test.want)
			}
		})
	}
}

func TestDecodeSkipsFieldsOfLaterVersions(t *testing.T) {
	got, err := Decode("quota.asked.v1", []byte(`{"ask":"","colour":"red","units":[{"sku":"a","quantity":1,"x":2}]}`))
	if diff := cmp.Diff(Body(QuotaAsked{Units: []Units{{"a", 1}}}), got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

type stranger struct{}

func (stranger) Kind() string { return "stock.levels.v1" }

func TestEncodeRefusesStrangers(t *testing.T) {
	for _, body := range []Body{stranger{}, &StockLevels{}} {
		if got, err := Encode(body); !fault.Is(err, fault.Internal) || got != nil {
			t.Errorf("Encode(%T) = %q, %v; want an internal fault", body, got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range samples() {
		encoded, err := Encode(body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body.Kind(), encoded)
	}
	f.Add("stock.levels.v2", []byte("{}"))
	f.Add("stock.levels.v1", []byte(`{"levels":null}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		body, err := Decode(kind, data)
		if err != nil {
			if !fault.Is(err, fault.Newer) && !fault.Is(err, fault.Corrupt) {
				t.Errorf("%v is %s", err, fault.KindOf(err))
			}
			return
		}
		encoded, err := Encode(body)
		if err != nil {
			t.Fatalf("%+v was read and cannot be written: %v", body, err)
		}
		again, err := Decode(kind, encoded)
		if diff := cmp.Diff(body, again); err != nil || diff != "" {
			t.Errorf("%v, and it changed on the way (-once +twice):\n%s", err, diff)
		}
	})
}
