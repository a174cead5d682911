package mutate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// switches is what the mistakes in a test binary are switched by.
const switches = `package %s

import (
	"os"
	"strconv"
	"time"
)

type mutantDuration = time.Duration // for files that do not import it

var mutant = func() int { n, _ := strconv.Atoi(os.Getenv(%q)); return n }()

func mutantIs(n int) bool { return n == mutant }

func mutantFlip(n int, b bool) bool { return b != (n == mutant) }

func mutantShift[T ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](n int, v T) T {
	if n == mutant {
		v++
	}
	return v
}
`

// Run makes every mistake, runs the tests that args select, and returns the
// mistakes that they did not notice. A test that takes longer than limit has.
func (p *Package) Run(dir, temp string, limit time.Duration, args ...string) (survivors []Mutant, err error) {
	binary := filepath.Join(temp, "switched.test")
	if err := p.build(dir, temp, binary, 0); err != nil {
		return nil, err
	}
	if notices(binary, dir, "0", limit, args) {
		return nil, errors.New("mutate: the tests fail without a mistake")
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	for _, m := range p.Mutants {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			killed, e := p.try(m, dir, temp, binary, limit, args)
			mu.Lock()
			defer mu.Unlock()
			if e != nil {
				err = e
			} else if !killed {
				survivors = append(survivors, m)
			}
		})
	}
	wg.Wait()
	slices.SortFunc(survivors, func(a, b Mutant) int { return a.ID - b.ID })
	return survivors, err
}

func (p *Package) try(m Mutant, dir, temp, binary string, limit time.Duration, args []string) (killed bool, err error) {
	if m.edit.constant != "" {
		sub, err := os.MkdirTemp(temp, "constant")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(sub)
		binary = filepath.Join(sub, "constant.test")
		if p.build(dir, sub, binary, m.ID) != nil {
			return true, nil // the compiler noticed
		}
	}
	return notices(binary, dir, strconv.Itoa(m.ID), limit, args), nil
}

// notices reports whether the tests fail.
func notices(binary, dir, mutant string, limit time.Duration, args []string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), variable+"="+mutant, "VRRPKIT_SOAK=") // or each would take minutes
	return cmd.Run() != nil
}

// build compiles the tests with all switched mistakes, or, where constant is not
// zero, with the one in a constant.
func (p *Package) build(dir, temp, binary string, constant int) error {
	replace := map[string]string{}
	add := func(path string, text []byte) error {
		file := filepath.Join(temp, filepath.Base(path))
		replace[path] = file
		return os.WriteFile(file, text, 0o600)
	}
	for path := range p.source {
		if err := add(path, p.apply(path, constant)); err != nil {
			return err
		}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := add(filepath.Join(abs, "mutant_switches.go"), fmt.Appendf(nil, switches, p.Name, variable)); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	file := filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return err
	}
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", binary, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mutate: %w:\n%s", err, out)
	}
	return nil
}

// apply returns a file with its mistakes.
func (p *Package) apply(path string, constant int) []byte {
	type insertion struct {
		at    int
		order int // of insertions at one place: what opens later stands inside
		text  string
	}
	var list []insertion
	text := p.source[path]
	replaced := map[int]insertion{} // by offset
	for _, m := range p.Mutants {
		e := m.edit
		switch {
		case e.file != path || e.constant != "" && m.ID != constant || e.constant == "" && constant != 0:
		case e.constant != "":
			replaced[e.start] = insertion{at: e.end, text: e.constant}
		case strings.HasSuffix(e.switched, ")"):
			replaced[e.start] = insertion{at: e.end, text: e.switched}
		default:
			closing := ")"
			if strings.HasSuffix(e.switched, "{ ") {
				closing = " }"
			}
			list = append(list, insertion{e.start, m.ID, e.switched}, insertion{e.end, -m.ID, closing})
		}
	}
	slices.SortStableFunc(list, func(a, b insertion) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return a.order - b.order
	})
	var out []byte
	for at := 0; at <= len(text); {
		for len(list) > 0 && list[0].at <= at {
			out = append(out, list[0].text...)
			list = list[1:]
		}
		if r, ok := replaced[at]; ok {
			out = append(out, r.text...)
			delete(replaced, at)
			at = r.at
			continue
		}
		if at < len(text) {
			out = append(out, text[at])
		}
		at++
	}
	return out
}
