package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"crossdock/core/fault"
	"crossdock/site/intake/sample"
)

const sampleHelp = `Write the sample as files to import: products.csv, stock.csv and orders.csv. The same
seed gives the same bytes on every machine. The orders have every kind of dirt that
files of real shops have. A file that is there already is left alone, unless --force
is given.`

const sampleExample = `  crossdock sample --out sample
  crossdock import products sample/products.csv
  crossdock import stock sample/stock.csv
  crossdock import orders sample/orders.csv`

// written is a file of the sample, as --json prints it.
type written struct {
	File  string `json:"file"`
	Bytes int    `json:"bytes"`
}

func (p program) sampleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sample", Short: "Write sample files to import", Long: sampleHelp, Example: sampleExample,
		Args: takesNothing,
	}
	out := cmd.Flags().String("out", ".", "directory to write to; it is made where it is missing")
	completesDirs(cmd, "out")
	seed := cmd.Flags().Uint64("seed", sample.DefaultSeed, "number that the sample is made from")
	force := cmd.Flags().Bool("force", false, "replace files that are there")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		files, err := writeSample(*out, *seed, *force)
		if err != nil {
			return err
		}
		if *asJSON {
			return p.printJSON(map[string]any{"seed": *seed, "files": files})
		}
		t := newTable("FILE", ">BYTES")
		for _, file := range files {
			t.add(file.File, file.Bytes)
		}
		return p.printTable(t, "")
	}
	return cmd
}

func writeSample(dir string, seed uint64, force bool) ([]written, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	set := sample.Make(seed)
	contents := []struct {
		name string
		text []byte
	}{
		{"products.csv", set.ProductsCSV()}, {"stock.csv", set.StockCSV()}, {"orders.csv", set.OrdersCSV()},
	}
	var files []written
	for _, content := range contents {
		name := filepath.Join(dir, content.name)
		if err := writeFile(name, mode, content.text); err != nil {
			return files, err
		}
		files = append(files, written{name, len(content.text)})
	}
	return files, nil
}

func writeFile(name string, mode int, text []byte) error {
	file, err := os.OpenFile(name, mode, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Exists, "the file %s is there already: give --force to replace it", name)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
