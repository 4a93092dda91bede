package main

import (
	"log/slog"
	"time"

	"github.com/lmittmann/tint"

	"crossdock/node/config"
)

// logger writes to standard error in the form that the configuration asks for.
func (p program) logger(settings config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(settings.Level)); err != nil {
		level = slog.LevelInfo // the configuration has been checked: it is empty at most
	}
	if settings.Format == "json" || settings.Format == "auto" && !p.terminal {
		return slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(tint.NewTextHandler(p.stderr, &tint.Options{
		Level: level, TimeFormat: time.TimeOnly, NoColor: !p.colored(),
	}))
}

// colored follows https://no-color.org.
func (p program) colored() bool { return p.terminal && p.variable("NO_COLOR") == "" }
