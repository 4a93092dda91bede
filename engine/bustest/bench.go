package bustest

import (
	"testing"

	"crossdock/site/outbox"
)

// Bench measures requests of 512 bytes from b to a, with 64 callers per core.
func Bench(bench *testing.B, a, b outbox.Bus) {
	stop, err := a.Serve("echo", echo)
	if err != nil {
		bench.Fatal(err)
	}
	defer stop()
	body := make([]byte, 512)
	bench.SetParallelism(64)
	bench.ReportAllocs()
	bench.ResetTimer()
	bench.RunParallel(func(next *testing.PB) {
		for next.Next() {
			if _, err := b.Request(bench.Context(), "echo", body); err != nil {
				bench.Error(err)
				return
			}
		}
	})
	bench.StopTimer()
	bench.ReportMetric(float64(bench.N)/bench.Elapsed().Seconds(), "requests/s")
}
