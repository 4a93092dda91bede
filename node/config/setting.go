package config

import (
	"reflect"
	"strings"
	"time"

	"crossdock/core/catalog"
)

// setting is one key of the configuration, as its field in Config says.
type setting struct {
	path   string // such as "quota.ask_wait"
	doc    string
	oneof  []string
	typ    reflect.Type
	value  reflect.Value // in the Config that the settings were made of
	secret bool
}

// settings lists the keys of c in the order of its fields.
func settings(c Config) []setting { return fields(reflect.ValueOf(c), "") }

func fields(section reflect.Value, prefix string) []setting {
	var all []setting
	for i := range section.NumField() {
		field := section.Type().Field(i)
		path := prefix + field.Tag.Get("koanf")
		if field.Type.Kind() == reflect.Struct {
			all = append(all, fields(section.Field(i), path+".")...)
			continue
		}
		s := setting{path: path, doc: field.Tag.Get("doc"), typ: field.Type, value: section.Field(i)}
		if choices := field.Tag.Get("oneof"); choices != "" {
			s.oneof = strings.Split(choices, ",")
		}
		s.secret = field.Type == reflect.TypeFor[Secret]()
		all = append(all, s)
	}
	return all
}

// env is the variable that sets it: CROSSDOCK_QUOTA_ASK_WAIT.
func (s setting) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
}

// flag is the flag that sets it: quota-ask-wait.
func (s setting) flag() string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(s.path)
}

// fileOnly tells a setting that is too much for a flag or a variable.
func (s setting) fileOnly() bool {
	return s.typ == reflect.TypeFor[[]catalog.District]() || s.typ == reflect.TypeFor[[]catalog.Warehouse]()
}

// flagged tells a setting that has a flag. A secret has none, because every
// user of the machine can read the arguments of a process.
func (s setting) flagged() bool { return !s.fileOnly() && !s.secret }

func (s setting) isDuration() bool { return s.typ == reflect.TypeFor[time.Duration]() }

// find returns the setting of a path.
func find(all []setting, path string) (setting, bool) {
	for _, s := range all {
		if s.path == path {
			return s, true
		}
	}
	return setting{}, false
}

// isSection tells a key that has only further keys in it.
func isSection(all []setting, path string) bool {
	for _, s := range all {
		if strings.HasPrefix(s.path, path+".") {
			return true
		}
	}
	return false
}
