//go:build linux

// Bench measures keepalived-lite beside the keepalived that is installed, in
// network namespaces of its own, in turns: how far above the protocol's floor a
// backup takes over, what a thousand masters cost, and how long a start, a reload
// and the test of a configuration take. It runs as root, and waits for other labs
// of the machine to end.
//
//	go run ./internal/bench                        # everything, 10 repeats
//	go run ./internal/bench -run s1 -repeats 30
//
// The rows are medians with the least and the greatest value; the ratio is the
// median of the ratios of the repeats, keepalived-lite's to keepalived's.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// daemon is one of the two that are compared.
type daemon struct {
	name  string
	start func(h *netlab.Host, conf string) running
	test  []string // the command that tests a configuration, without its file
}

// running is a daemon at work, with its configuration file.
type running struct {
	*netlab.Proc
	file string
}

// values are what was measured of one daemon in one repeat, in milliseconds unless
// the name says another unit.
type values map[string]float64

func main() {
	repeats := flag.Int("repeats", 10, "how often each is measured")
	which := flag.String("run", "", "scenarios to measure, a regular expression; empty: all")
	flag.Parse()
	if err := run(*repeats, *which); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(repeats int, which string) error {
	pattern, err := regexp.Compile(which)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	if repeats < 1 {
		return fmt.Errorf("-repeats %d: once at least", repeats)
	}
	chosen := slices.DeleteFunc(scenarios(), func(s scenario) bool { return !pattern.MatchString(s.name) })
	if len(chosen) == 0 {
		return fmt.Errorf("-run %q fits none of: %s", which, names(scenarios()))
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	daemons, err := build(dir)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "ms\t%s\t%s\tratio\n", daemons[0].name, daemons[1].name)
	for _, s := range chosen {
		found := [2][]values{}
		for n := range repeats {
			for i := range daemons {
				i = (i + n) % len(daemons) // who begins changes
				v := values{}
				err := onStage(func(t *stage) { s.measure(t, daemons[i], float64(n)/float64(repeats), v) })
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.name, daemons[i].name, err)
				}
				found[i] = append(found[i], v)
			}
			fmt.Fprintf(os.Stderr, "%s: %d of %d\n", s.name, n+1, repeats)
		}
		for _, metric := range s.metrics {
			var ratios []float64
			for n := range repeats {
				ratios = append(ratios, found[1][n][metric]/found[0][n][metric])
			}
			fmt.Fprintf(out, "%s, %s\t%s\t%s\t%.2f\n", s.name, metric, row(found[0], metric), row(found[1], metric), median(ratios))
		}
	}
	return out.Flush()
}

func names(list []scenario) string {
	var all []string
	for _, s := range list {
		all = append(all, s.name)
	}
	return strings.Join(all, "; ")
}

// build builds keepalived-lite and returns both daemons, keepalived first.
func build(dir string) ([]daemon, error) {
	lite := filepath.Join(dir, "keepalived-lite")
	cmd := exec.Command("go", "build", "-o", lite, "github.com/vrrpkit/vrrpkit/examples/keepalived-lite")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	startLite := func(h *netlab.Host, conf string) running {
		file := filepath.Join(dir, "lite-"+h.Name+".conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			panic(failure(err.Error()))
		}
		return running{h.Start(lite, "-n", "-l", "-D", "-G", "-f", file, "-p", filepath.Join(dir, h.Name+".pid")), file}
	}
	startKeepalived := func(h *netlab.Host, conf string) running {
		k := h.Keepalived(conf)
		return running{k.Proc, filepath.Join(k.Dir, "keepalived.conf")}
	}
	return []daemon{
		{"keepalived", startKeepalived, []string{"keepalived", "-t", "-f"}},
		{"keepalived-lite", startLite, []string{lite, "-t", "-f"}},
	}, nil
}

// row is "median [least..greatest]" of one metric.
func row(all []values, metric string) string {
	var list []float64
	for _, v := range all {
		list = append(list, v[metric])
	}
	return fmt.Sprintf("%.2f [%.2f..%.2f]", median(list), slices.Min(list), slices.Max(list))
}

func median(list []float64) float64 {
	list = slices.SortedFunc(slices.Values(list), cmp.Compare)
	middle := len(list) / 2
	if len(list)%2 == 1 {
		return list[middle]
	}
	return (list[middle-1] + list[middle]) / 2
}
