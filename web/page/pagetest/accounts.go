package pagetest

import (
	"fmt"
	"time"

	"crossdock/web/page"
)

func accounts() []Fixture {
	wrong := page.Register{
		Username: "maren", District: "nowhere", Email: "maren at example", Phone: "01 23", Next: "/checkout", Districts: districts(),
		Errors: page.FieldErrors{
			"username": "the username maren is taken",
			"password": "the password is shorter than 8 characters",
			"district": `there is no district "nowhere"`,
			"email":    "the e-mail address has no @",
		},
	}
	busy := page.Register{Username: "maren", Districts: districts(), Errors: page.FieldErrors{"": "the shop takes no new accounts at the moment"}}
	return []Fixture{
		{Name: "register-fresh", Component: page.Register{Districts: districts()}.Page(guest())},
		{Name: "register-errors", Component: wrong.Page(guest())},
		{Name: "register-refused", Component: busy.Page(guest())},
		{Name: "login-fresh", Component: page.Login{Next: "/checkout"}.Page(guest())},
		{Name: "login-error", Component: page.Login{Username: "maren", Error: "the username or the password is wrong"}.Page(guest())},
	}
}

func profiles() []Fixture {
	fresh := page.Profile{Username: "maren", Since: ago(40 * time.Minute), District: "north", Districts: districts()}
	full := fresh
	full.Since, full.Email, full.Phone = ago(200*24*time.Hour), "maren@example.org", "+44 20 7946 0000"
	full.Orders, full.Total, full.Number, full.Pages = history(), 27, 2, 3
	wrong := full
	wrong.Email, wrong.Errors = "maren at example", page.FieldErrors{"email": "the e-mail address has no @"}
	saved := customer()
	saved.Flashes = []page.Flash{{Kind: page.Done, Text: "Your data is saved."}}
	return []Fixture{
		{Name: "profile-empty", Component: fresh.Page(customer())},
		{Name: "profile-history", Component: full.Page(customer())},
		{Name: "profile-error", Component: wrong.Page(customer())},
		{Name: "profile-saved", Component: full.Page(saved)},
	}
}

// history holds an order in each state.
func history() []page.OrderRow {
	states := []string{"placed", "backordered", "ready", "sent", "delivered", "voided", "returned"}
	rows := make([]page.OrderRow, len(states))
	for i, state := range states {
		rows[i] = page.OrderRow{
			Order: fmt.Sprintf("0195901c-0000-7000-8000-%012d", i), Number: fmt.Sprintf("2026-%05d", 1841-i*3),
			PlacedAt: ago(time.Duration(i*i) * 19 * time.Hour), Units: int64(1 + i*7), Total: pounds(int64(1275 + i*48731)), Status: state,
		}
	}
	return rows
}
