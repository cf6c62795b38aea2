package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// reading is what kubectl makes of one file: the values before the first error, and that error.
type reading struct {
	Values []any  `json:"values"`
	Error  string `json:"error,omitempty"`
}

// read answers each line on standard input, which is a file in base64, with a line of JSON: its reading.
// The steps are those of `kubectl create -f` (cli-runtime's FileVisitor and StreamVisitor, and the
// decoder behind them) up to what it asks of the values.
func read() int {
	lines := bufio.NewReader(os.Stdin)
	answers := bufio.NewWriter(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return 0
		}
		if err := answer(answers, bytes.TrimSpace(line)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
}

func answer(answers *bufio.Writer, line []byte) error {
	file, err := base64.StdEncoding.DecodeString(string(line))
	if err != nil {
		return err
	}
	text, err := json.Marshal(readFile(file))
	if err != nil {
		return err
	}
	if _, err := answers.Write(append(text, '\n')); err != nil {
		return err
	}
	return answers.Flush()
}

func readFile(file []byte) (answer reading) {
	values := []any{}
	defer func() {
		if panicked := recover(); panicked != nil {
			answer = reading{values, fmt.Sprintf("kubectl would panic: %v", panicked)}
		}
	}()
	text := transform.NewReader(bytes.NewReader(file), unicode.BOMOverride(unicode.UTF8.NewDecoder()))
	documents := yaml.NewYAMLOrJSONDecoder(text, 4096)
	for {
		document := runtime.RawExtension{}
		if err := documents.Decode(&document); errors.Is(err, io.EOF) {
			return reading{values, ""}
		} else if err != nil {
			return reading{values, err.Error()}
		}
		raw := bytes.TrimSpace(document.Raw)
		if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
			continue
		}
		var value any
		if err := utiljson.Unmarshal(raw, &value); err != nil {
			return reading{values, err.Error()}
		}
		values = append(values, value)
	}
}
