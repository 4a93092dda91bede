package page

import (
	"context"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// icons holds the drawings of Bootstrap Icons by name, read once out of the
// binary. They are markup of ours, and the only markup that is not escaped.
var icons = sync.OnceValue(func() map[string]string {
	names, err := fs.Glob(static, "static/vendor/bootstrap-icons-*/*.svg")
	if err != nil {
		panic("page: the pattern of icons is wrong: " + err.Error())
	}
	drawings := make(map[string]string, len(names))
	for _, name := range names {
		content, err := static.ReadFile(name)
		if err != nil {
			panic("page: the embedded icons cannot be read: " + err.Error())
		}
		drawings[strings.TrimSuffix(path.Base(name), ".svg")] = strings.TrimSpace(string(content))
	}
	return drawings
})

// icon draws one of the vendored icons in the color of the text around it. It
// says nothing to a screen reader: the words beside it do. An unknown name
// panics, and the first test that draws the page finds it.
func icon(name string) templ.Component {
	drawing, found := icons()[name]
	if !found {
		panic("page: no icon " + name + ": add it to vendor.sh")
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, strings.Replace(drawing, "<svg ", `<svg aria-hidden="true" focusable="false" `, 1))
		return err
	})
}

// paths returns what stands inside an icon's svg element, to be drawn at another
// size inside another drawing.
func paths(name string) string {
	drawing := icons()[name]
	_, inner, _ := strings.Cut(drawing, ">")
	return strings.TrimSpace(strings.TrimSuffix(inner, "</svg>"))
}
