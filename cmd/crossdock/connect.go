package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
	"crossdock/node/config"
)

const connectHelp = `

The process is found by the data directory that it uses: --data, else
CROSSDOCK_DATA, else ./crossdock-data where the demo has left one, else the
default. Where none runs there, the command opens the directory itself, if the
work can be done so. A process elsewhere is reached by --server (or
CROSSDOCK_SERVER) with its administration token (--token-file, or CROSSDOCK_TOKEN).`

// The variables that commands read, besides those of the configuration.
const (
	envServer = "CROSSDOCK_SERVER"
	envToken  = "CROSSDOCK_TOKEN"
)

const (
	probePatience = 3 * time.Second  // with a process that may be gone
	drainPatience = 60 * time.Second // with the feeds, after work on a directory that no process used
)

// need says what a command can work with.
type need int

const (
	needRunning need = iota // a process that runs already
	needData                // or a data directory that is there
	needNothing             // or a directory to be made
)

// target is how a command finds the process that it speaks to.
type target struct {
	server, token, tokenFile, data, config string

	// fresh is asked before a data directory is made for the command; its error
	// keeps it from being made. Nil: nothing is to be asked.
	fresh func(config.Config) error
}

// flags writes the flags that lead another command to the same process. A token
// is not repeated on a screen.
func (t *target) flags() string {
	text := ""
	for _, flag := range []struct{ name, value string }{
		{"server", t.server}, {"token-file", t.tokenFile}, {"data", t.data}, {"config", t.config},
	} {
		if flag.value != "" {
			text += " --" + flag.name + " " + flag.value
		}
	}
	return text
}

// targetFlags gives a command the flags that find a process.
func targetFlags(cmd *cobra.Command) *target {
	t := &target{}
	cmd.Flags().StringVar(&t.server, "server", "", "URL of a process elsewhere")
	cmd.Flags().StringVar(&t.token, "token", "", "administration token (other users of this machine can read it: prefer --token-file)")
	cmd.Flags().StringVar(&t.tokenFile, "token-file", "", "file with the administration token on its first line")
	completesFiles(cmd, "token-file")
	dataFlags(cmd, t)
	return t
}

// dataFlags gives a command the flags that find a data directory.
func dataFlags(cmd *cobra.Command, t *target) {
	cmd.Flags().StringVar(&t.data, "data", "", "data directory of the process")
	cmd.Flags().StringVar(&t.config, "config", "", "configuration file of the process, where it has one")
	completesDirs(cmd, "data")
	completesFiles(cmd, "config", "yaml", "yml")
}

// with connects to a process, or opens one for this command alone, calls do, and
// ends what it has begun.
func (p program) with(cmd *cobra.Command, t *target, what need, do func(context.Context, *api.Client) error) error {
	ctx := cmd.Context()
	if t.server != "" && t.data != "" {
		return wrong(cmd, "--server and --data name two processes: leave one out")
	}
	if t.server = p.serverOf(t); t.server != "" {
		return p.withServer(ctx, t, do)
	}
	cfg, err := p.configOf(t)
	if err != nil {
		return err
	}
	running, err := findRunning(ctx, cfg.Data)
	if err != nil {
		return err
	}
	if running != nil {
		return withClient(ctx, running.URL, running.Token, do)
	}
	if what != needNothing && !isData(cfg.Data) {
		return fault.New(fault.NotFound, "there is no Crossdock data in %s: name the directory by --data, or a process by --server", cfg.Data)
	}
	if what == needRunning {
		return fault.New(fault.NotFound, "no process runs on %s: start it as it was started before (crossdock serve, with its --config where it has one), or name another by --data or --server", cfg.Data)
	}
	if t.fresh != nil && !isData(cfg.Data) {
		if err := t.fresh(cfg); err != nil {
			return err
		}
	}
	return p.withOwn(ctx, cfg, do)
}

// serverOf returns the URL of a process elsewhere, or "" where it is to be found by
// its data directory.
func (p program) serverOf(t *target) string {
	if t.server == "" && t.data == "" {
		return p.variable(envServer)
	}
	return t.server
}

// tokenOf returns the administration token of a process elsewhere, or "".
func (p program) tokenOf(t *target) (config.Secret, error) {
	switch {
	case t.token != "":
		return config.Secret(t.token), nil
	case t.tokenFile != "":
		return config.ReadSecret(t.tokenFile)
	}
	return config.Secret(p.variable(envToken)), nil
}

func (p program) withServer(ctx context.Context, t *target, do func(context.Context, *api.Client) error) error {
	token, err := p.tokenOf(t)
	if err != nil {
		return err
	}
	err = withClient(ctx, t.server, string(token), do)
	if fault.Is(err, fault.Unauthenticated) && token == "" {
		return fault.Wrap(err, "", "%s wants the administration token: give --token-file, or set %s", t.server, envToken)
	}
	return err
}

func withClient(ctx context.Context, url, token string, do func(context.Context, *api.Client) error) error {
	client := api.New(url, token)
	defer client.Close()
	return do(ctx, client)
}

// withOwn opens a process on a directory that no other uses, and lets the sites
// catch up with each other before it closes.
func (p program) withOwn(ctx context.Context, cfg config.Config, do func(context.Context, *api.Client) error) (err error) {
	n, err := node.Open(ctx, cfg, node.Options{Private: true, Version: versionText(), Log: p.logger(config.Log{Level: "warn", Format: "text"})})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- n.Serve(serving) }()
	defer func() { stop(); err = errors.Join(err, <-served) }()
	running, err := readRunFile(cfg.Data)
	if err != nil {
		return err
	}
	if err := withClient(ctx, n.URL(), running.Token, do); err != nil {
		return err
	}
	draining, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	return n.Drain(draining)
}

// configOf returns the configuration of a target with its data directory.
func (p program) configOf(t *target) (config.Config, error) {
	cfg, err := config.Load(config.Source{
		File: t.config, Environ: p.environ, Demo: t.data == "" && isData(config.DemoData),
	})
	if t.data != "" {
		cfg.Data = t.data
	}
	return cfg, err
}

// isData reports whether a directory has been used by Crossdock.
func isData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "VERSION"))
	return err == nil
}

// findRunning returns the process that uses a data directory; nil when none
// answers there.
func findRunning(ctx context.Context, dir string) (*node.Running, error) {
	running, err := readRunFile(dir)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	probing, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	client := api.New(running.URL, "")
	defer client.Close()
	if _, err := client.Version(probing); err != nil {
		// Left by a process that was killed. If one that does not answer still
		// holds the directory, opening it says so.
		return nil, ctx.Err()
	}
	return &running, nil
}

func readRunFile(dir string) (node.Running, error) {
	name := filepath.Join(dir, node.RunFile)
	text, err := os.ReadFile(name)
	if err != nil {
		return node.Running{}, err
	}
	var running node.Running
	if err := json.Unmarshal(text, &running); err != nil {
		return node.Running{}, fault.New(fault.Corrupt, "the file %s cannot be read: %v", name, err)
	}
	return running, nil
}
