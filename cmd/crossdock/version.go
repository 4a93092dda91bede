package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

const versionHelp = `Print the version of this program, the revision that it was built from, and the
version of Go.`

// version is what --json prints.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified"` // built from a tree with changes of its own
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (p program) versionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "version", Short: "Print the version", Long: versionHelp, Args: takesNothing}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		v := readVersion()
		if *asJSON {
			return p.printJSON(v)
		}
		return p.print("%s\n", v.text())
	}
	return cmd
}

func (v version) text() string {
	return fmt.Sprintf("crossdock %s (%s, %s)", v.Version, v.Go, v.Platform)
}

// readVersion asks the build information, which the Go tool stamps.
func readVersion() version {
	v := version{Version: "development", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

func versionText() string { return readVersion().Version }
