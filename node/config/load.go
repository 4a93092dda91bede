package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"crossdock/core/fault"
)

const envPrefix = "CROSSDOCK_"

// Source is where Load reads from. The zero value gives the defaults.
type Source struct {
	File    string         // a YAML file; empty for none
	Environ []string       // as of os.Environ
	Flags   *pflag.FlagSet // made by AddFlags; nil for none
	Demo    bool           // the defaults are those of the demo: see DemoDefault
}

// Load reads and checks the configuration. All that is wrong comes back as one
// fault.Invalid with a line for each; a file that is not there is fault.NotFound.
func Load(source Source) (Config, error) {
	base := Default(source.Environ)
	if source.Demo {
		base = DemoDefault(source.Environ)
	}
	merged := koanf.New(".")
	if err := merged.Load(structs.Provider(base, "koanf"), nil); err != nil {
		return Config{}, fault.Wrap(err, "config.Load", "the defaults cannot be read")
	}
	var found problems
	all := settings(base)
	if source.File != "" {
		layer, err := readFile(source.File, all)
		if err != nil {
			return Config{}, err
		}
		found = append(found, layer.mergeInto(merged, all)...)
	}
	for _, layer := range []layer{readEnviron(source.Environ, all), readFlags(source.Flags, all)} {
		found = append(found, layer.mergeInto(merged, all)...)
	}
	if err := found.err(); err != nil {
		return Config{}, err
	}
	var c Config
	if err := merged.Unmarshal("", &c); err != nil {
		return Config{}, fault.Wrap(err, "config.Load", "the configuration cannot be read")
	}
	c.Data = expandHome(c.Data, source.Environ)
	c.NATS.TokenFile = expandHome(c.NATS.TokenFile, source.Environ)
	if err := c.readSecrets(); err != nil {
		return Config{}, err
	}
	return c, c.Check()
}

// layer is what one source says, with a name for messages about each key.
type layer struct {
	values map[string]any
	origin func(path string) string
	found  problems // what was wrong before any value was looked at
}

// mergeInto lays the values over those merged so far and returns what is wrong
// with them.
func (l layer) mergeInto(merged *koanf.Koanf, all []setting) problems {
	found := l.found
	for _, s := range all {
		raw, given := l.values[s.path]
		if !given || raw == nil {
			continue
		}
		value, err := s.read(raw)
		if err == nil {
			err = merged.Set(s.path, value)
		}
		if err != nil {
			message, _ := fault.Public(err)
			found = append(found, l.origin(s.path)+": "+message)
		}
	}
	return found
}

// readFile reads a YAML file; keys that do not exist are problems of the layer.
func readFile(name string, all []setting) (layer, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return layer{}, fault.New(fault.NotFound, "there is no configuration file %s", name)
	}
	if err != nil {
		return layer{}, fault.New(fault.Invalid, "the configuration file cannot be read: %v", err)
	}
	tree, err := yaml.Parser().Unmarshal(text)
	if err != nil {
		return layer{}, fault.New(fault.Invalid, "%s is not valid YAML: %v", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	l := layer{values: make(map[string]any)}
	l.origin = func(path string) string { return place(name, text, path) }
	l.take(tree, "", all)
	return l, nil
}

// take flattens a tree of YAML into values by path.
func (l *layer) take(tree map[string]any, prefix string, all []setting) {
	for key, value := range tree {
		path := prefix + key
		if _, known := find(all, path); known {
			l.values[path] = value
			continue
		}
		section, isTree := value.(map[string]any)
		switch {
		case !isSection(all, path):
			l.found = append(l.found, l.origin(path)+": there is no such setting"+suggest(path, all))
		case isTree:
			l.take(section, path+".", all)
		case value != nil: // a section whose keys are all comments is nil
			l.found = append(l.found, l.origin(path)+": want settings below it, indented")
		}
	}
}

// readEnviron reads the variables of known names. An empty one sets nothing.
func readEnviron(environ []string, all []setting) layer {
	names := make(map[string]string)
	for _, s := range all {
		if !s.fileOnly() {
			names[s.env()] = s.path
		}
	}
	variables := koanf.New(".")
	err := variables.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if value == "" {
				return "", nil
			}
			return names[name], value
		},
	}), nil)
	l := layer{values: variables.All(), origin: func(path string) string {
		s, _ := find(all, path)
		return s.env()
	}}
	if err != nil {
		l.found = problems{"the environment cannot be read: " + err.Error()}
	}
	return l
}

// readFlags reads the flags that were given.
func readFlags(flags *pflag.FlagSet, all []setting) layer {
	l := layer{origin: func(path string) string {
		s, _ := find(all, path)
		return "--" + s.flag()
	}}
	if flags == nil {
		return l
	}
	paths := make(map[string]string)
	for _, s := range all {
		if s.flagged() {
			paths[s.flag()] = s.path
		}
	}
	given := koanf.New(".")
	err := given.Load(posflag.ProviderWithFlag(flags, ".", nil, func(flag *pflag.Flag) (string, any) {
		return paths[flag.Name], posflag.FlagVal(flags, flag)
	}), nil)
	if err != nil {
		l.found = problems{"the flags cannot be read: " + err.Error()}
	}
	l.values = given.All()
	return l
}

// readSecrets fills each secret from the file that is named for it.
func (c *Config) readSecrets() error {
	if c.NATS.TokenFile == "" {
		return nil
	}
	if c.NATS.Token != "" {
		return fault.At("nats.token", fault.Invalid, "nats.token and nats.token_file are both set: leave one out")
	}
	token, err := ReadSecret(c.NATS.TokenFile)
	if err != nil {
		return fault.At("nats.token_file", fault.Invalid, "nats.token_file: %v", err)
	}
	c.NATS.Token = token
	return nil
}

// OthersMayRead reports whether a file that holds a secret can be read by other users
// of the machine.
func OthersMayRead(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().Perm()&0o077 != 0
}

// readStart reads the first bytes of a file, more than any secret has.
func readStart(name string) (text []byte, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, 64<<10))
}

// ReadSecret returns the first line of a file. One that cannot be read, or has
// nothing on its first line, is fault.Invalid.
func ReadSecret(file string) (Secret, error) {
	text, err := readStart(file)
	if err != nil {
		return "", fault.New(fault.Invalid, "the secret cannot be read: %v", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if first = strings.TrimSpace(first); first == "" {
		return "", fault.New(fault.Invalid, "the first line of %s is empty: want the secret there", file)
	}
	return Secret(first), nil
}
