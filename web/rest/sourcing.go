package rest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/site/store"
)

const (
	clock       = "15:04"
	maxProfiles = 1000
)

func (s *server) sourcingRoutes() {
	register(s, restricted, huma.Operation{
		OperationID: "explain-order", Method: http.MethodGet, Path: "/api/v1/orders/{id}/sourcing",
		Summary: "How the warehouses of an order were chosen", Tags: []string{"sourcing"},
	}, s.explain)
	register(s, restricted, huma.Operation{
		OperationID: "what-if", Method: http.MethodPost, Path: "/api/v1/sourcing/what-if",
		Summary: "Try policies out on orders that are not placed", Tags: []string{"sourcing"},
		Description: "Out of what the store holds now, each policy by itself. Nothing changes. Prices of scarce stock are left out.",
	}, s.whatIf)
	register(s, restricted, huma.Operation{
		OperationID: "list-warehouse-profiles", Method: http.MethodGet, Path: "/api/v1/sourcing/warehouses",
		Summary: "What the choice of warehouses goes by, besides stock", Tags: []string{"sourcing"},
	}, s.listProfiles)
	register(s, restricted, huma.Operation{
		OperationID: "put-warehouse-profiles", Method: http.MethodPut, Path: "/api/v1/sourcing/warehouses",
		Summary: "Add profiles of warehouses, or replace those of the same code", Tags: []string{"sourcing"},
		Description: "What the configuration file says of a warehouse is set again at each start.",
	}, s.putProfiles)
}

func (s *server) explain(ctx context.Context, in *OrderInput) (*body[api.Explanation], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	which, err := in.order()
	if err != nil {
		return nil, err
	}
	o, err := shop.Lookups().Order(ctx, which)
	if err != nil {
		return nil, err
	}
	return &body[api.Explanation]{explained(o)}, nil
}

func (s *server) listProfiles(context.Context, *struct{}) (*body[api.WarehouseProfiles], error) {
	if _, err := s.store(); err != nil {
		return nil, err
	}
	known := s.Planning.Warehouses()
	list := api.WarehouseProfiles{Warehouses: make([]api.WarehouseProfile, len(known))}
	for i, w := range known {
		list.Warehouses[i] = profileView(w)
	}
	return &body[api.WarehouseProfiles]{list}, nil
}

type profilesInput struct {
	Body api.WarehouseProfiles
}

func (s *server) putProfiles(ctx context.Context, in *profilesInput) (*body[api.WarehouseProfiles], error) {
	shop, err := s.store()
	if err != nil {
		return nil, err
	}
	if len(in.Body.Warehouses) > maxProfiles {
		return nil, fault.At("warehouses", fault.TooLarge, "at most %d profiles are set at once", maxProfiles)
	}
	profiles := make([]catalog.Warehouse, len(in.Body.Warehouses))
	for i, profile := range in.Body.Warehouses {
		if profiles[i], err = readProfile(profile); err != nil {
			return nil, below("warehouses["+strconv.Itoa(i)+"]", err)
		}
		if slices.ContainsFunc(profiles[:i], func(w catalog.Warehouse) bool { return w.Code == profile.Code }) {
			return nil, fault.At("warehouses["+strconv.Itoa(i)+"].code", fault.Invalid, "there are two profiles of %s: which is meant?", profile.Code)
		}
	}
	if _, err := shop.Do(ctx, store.SetWarehouses{Warehouses: profiles}); err != nil {
		return nil, err
	}
	return s.listProfiles(ctx, nil)
}

func readProfile(p api.WarehouseProfile) (catalog.Warehouse, error) {
	w := catalog.Warehouse{
		Code: p.Code, Name: p.Name, Handling: p.Handling, Capacity: p.Capacity, Safety: p.Safety,
		PerBox: catalog.Micros(p.PerBox), PerUnit: catalog.Micros(p.PerUnit), PerKm: catalog.Micros(p.PerKm),
	}
	if p.Place != nil {
		w.Place = catalog.Place(*p.Place)
	}
	if p.CutOff != "" {
		at, err := time.Parse(clock, p.CutOff)
		if err != nil {
			return w, fault.At("cut_off", fault.Invalid, "%s is no time of the day: want one such as 15:00", fault.Quote(p.CutOff))
		}
		w.CutOff = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	var err error
	if w.Workdays, err = date.ParseDays(strings.Join(p.Workdays, ",")); err != nil {
		return w, within("workdays", err)
	}
	return w, w.Check()
}

func profileView(w catalog.Warehouse) api.WarehouseProfile {
	p := api.WarehouseProfile{
		Code: w.Code, Name: w.Name, Place: placeView(w.Place), Handling: w.Handling, Capacity: w.Capacity, Safety: w.Safety,
		PerBox: int64(w.PerBox), PerUnit: int64(w.PerUnit), PerKm: int64(w.PerKm),
	}
	if w.CutOff > 0 {
		p.CutOff = time.Time{}.Add(w.CutOff).Format(clock)
	}
	if w.Workdays != 0 {
		p.Workdays = strings.Split(w.Workdays.String(), ",")
	}
	return p
}

func placeView(p catalog.Place) *api.Place {
	if !p.Known() {
		return nil
	}
	place := api.Place(p)
	return &place
}
