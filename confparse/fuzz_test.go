package confparse

import (
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// hermetic are options that make a parse depend on its input only.
func hermetic(files fs.FS) Options {
	return Options{
		ConfigID: "main", FS: files, Dir: "/etc/keepalived",
		Env:  func(name string) string { return "env-" + name },
		Rand: func(lo, _ int) int { return lo },
	}
}

// seedCorpus adds every configuration in testdata.
func seedCorpus(f *testing.F) {
	names, err := filepath.Glob("testdata/*/*.conf")
	if err != nil || len(names) == 0 {
		f.Fatalf("no corpus: %v", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("$A=${A}x\nfoo $A"))
	f.Add([]byte("~SEQ(a, 1, 1000000) ~SEQ(b, 1, 1000000) ~SEQx(c, 9) x${a}${b}$c"))
	f.Add([]byte("$A= \\\n$A\n$A"))
	f.Add([]byte("include self.conf\ninclude {a,b}*.conf\ninclude other.conf"))
	f.Add([]byte("~LST({a,b}, {1,2}, {3}) vrrp_instance V$a { virtual_router_id ${a} }"))
	f.Add([]byte("vrrp_instance A {\nvirtual_ipaddress {\n fe80::1%eth0\n ::ffff:1.2.3.4/120 brd + dev a dev b\n}"))
}

// sameAsWhole holds parseEarly to its plain twin: decoding after all has been
// read.
func sameAsWhole(t *testing.T, src []byte, opts Options) {
	t.Helper()
	cfg, ds := Parse("keepalived.conf", src, opts)
	whole, ds2 := ParseDocument("keepalived.conf", src, opts)
	if diff := cmp.Diff(whole.Config, cfg, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("decoded early, the configuration differs:\n%s", diff)
	}
	// Of one place, as a repeated statement is, they may come in another order.
	alike := func(ds Diagnostics) (list []string) {
		for _, d := range ds {
			list = append(list, Diagnostics{d}.Render())
		}
		slices.Sort(list)
		return list
	}
	if a, b := alike(ds2), alike(ds); !slices.Equal(a, b) && len(ds) <= maxFindings {
		t.Errorf("decoded early, the findings differ:\n%s", cmp.Diff(a, b))
	}
}

// TestEarly has what later parts of a file change in earlier ones.
func TestEarly(t *testing.T) {
	const server = "virtual_server group G {\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 { TCP_CHECK { } }\n}\n"
	const group = "virtual_server_group G {\n192.0.2.1 80\n}\n"
	const instance = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\n}\n"
	for name, src := range map[string]string{
		"globals first":          "global_defs { vrrp_version 3 }\n" + instance + server + group,
		"globals behind":         instance + "global_defs { vrrp_version 3 }\n",
		"globals between":        "global_defs { }\n" + instance + "global_defs { vrrp_version 3 }\n",
		"a group behind":         server + group,
		"a group of nothing":     server,
		"a group between":        instance + group + server,
		"a script behind":        "vrrp_instance A {\ntrack_script { s }\n}\nvrrp_script s {\nscript \"/bin/true\"\n}\n",
		"a script of nothing":    "vrrp_instance A {\ntrack_script { s }\n}\n",
		"a brace is missing":     "vrrp_instance A {\ninterface eth0\n" + instance + "global_defs { vrrp_version 3 }\n",
		"the last is not closed": server + group + "vrrp_instance A {\ninterface eth0\n",
		"no block":               "vrrp_instance A\npriority 9\n}\n" + instance,
		"only closing":           "}\n",
		"empty":                  "\n",
	} {
		t.Run(name, func(t *testing.T) { sameAsWhole(t, []byte(src), hermetic(nil)) })
	}
	cfg, _ := Parse("k.conf", []byte(instance+"global_defs { vrrp_version 3 }\n"), hermetic(nil))
	if v := cfg.Instances[0].Version; v != 3 {
		t.Errorf("version %d", v)
	}
}

// FuzzParse holds Parse to what it promises for any input: it ends, says where,
// says the same as with a tree of everything, and what it passes is fit to run.
func FuzzParse(f *testing.F) {
	seedCorpus(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		opts := hermetic(fstest.MapFS{
			"etc/keepalived/self.conf":  {Data: src},
			"etc/keepalived/other.conf": {Data: []byte("include self.conf\n$OTHER=1\nvrrp_script s { script a }\n")},
		})
		opts.limits = limits{depth: 16, lines: 2000, bytes: 1 << 20, lineBytes: 4096, references: 100}
		cfg, ds := Parse("keepalived.conf", src, opts)
		sameAsWhole(t, src, opts)
		if cfg == nil {
			if ds.ExitCode() != ExitCannot {
				t.Errorf("no Config, but exit code %d:\n%s", ds.ExitCode(), ds.Render())
			}
			return
		}
		lines := strings.Count(string(src), "\n") + 1
		for _, d := range ds {
			if d.Message == "" || d.File == "keepalived.conf" && (d.Line < 1 || d.Line > lines) && d.Code != CodeTooLarge {
				t.Errorf("bad finding %+v", d)
			}
		}
		if !ds.HasErrors() {
			checkRunnable(t, cfg)
		}
	})
}

// checkRunnable asserts what whoever runs a Config relies on.
func checkRunnable(t *testing.T, cfg *Config) {
	t.Helper()
	for _, i := range cfg.Instances {
		for what, ok := range map[string]bool{
			"VRID":      i.VRID > 0,
			"Priority":  i.Priority > 0,
			"Version":   i.Version == 2 || i.Version == 3,
			"State":     i.State == StateMaster || i.State == StateBackup,
			"Interval":  i.AdvertInterval > 0,
			"Interface": i.Interface != "",
			"Addresses": len(i.Addresses) > 0 && len(i.Addresses) <= 255,
			"Password":  len(i.Auth.Password) <= 8,
			"Timer":     i.DownTimerAdverts > 0,
			"GARP":      i.GARP.MasterRepeat > 0 && i.GARP.MasterRefreshRepeat > 0 && i.GARP.LowerPrioDelay >= 0,
			"Group":     i.MulticastGroup.IsMulticast() && i.MulticastGroup.Is6() == i.IPv6,
		} {
			if !ok {
				t.Errorf("vrrp_instance %s passes with a bad %s: %+v", i.Name, what, *i)
			}
		}
		for _, a := range i.Addresses {
			if a.Prefix.Addr().Is6() != i.IPv6 || !a.Prefix.IsValid() || a.Interface == "" {
				t.Errorf("vrrp_instance %s passes with a bad address %+v", i.Name, a)
			}
		}
		for _, s := range i.TrackScripts {
			if !slices.Contains(cfg.Scripts, s.Script) || s.Script.Command == nil {
				t.Errorf("vrrp_instance %s tracks %+v", i.Name, s)
			}
		}
	}
	for _, v := range cfg.VirtualServers {
		if len(v.RealServers) == 0 || v.Scheduler == "" || v.Period <= 0 || v.Hysteresis > 0 && v.Hysteresis >= v.Quorum {
			t.Errorf("bad virtual_server passes: %+v", v)
		}
		for _, r := range v.RealServers {
			if !r.Address.IsValid() || r.Forwarding.Method == MethodUnset || r.Weight < 0 {
				t.Errorf("bad real_server passes: %+v", r)
			}
			for _, k := range r.Checks {
				timed := k.Type != FileCheck && k.Type != BFDCheck
				if timed && (k.Period <= 0 || k.Retry < 0) || timed && k.Type != MiscCheck && (!k.Connect.Address.IsValid() || k.Connect.Timeout <= 0) {
					t.Errorf("bad %v passes: %+v", k.Type, k)
				}
			}
		}
	}
	for _, s := range cfg.Scripts {
		if s.Interval <= 0 || s.Timeout <= 0 || s.Rise < 1 || s.Fall < 1 || s.Command == nil || len(s.Command.Argv) == 0 {
			t.Errorf("bad script passes: %+v", s)
		}
	}
}

// sameEitherWay has a line handled in the short way, and in the long one if the
// short one takes it: both must make the same of it, at the same cost.
func sameEitherWay(t *testing.T, line string) {
	handle := func(long bool) (taken bool, made []Word, cost [2]int) {
		p := newParser(hermetic(nil)).pre
		p.sink = func(l text) { made = append(made, Word{Text: l.s, Pos: l.at(0)}) }
		at := mark{&reading{file: "f"}, 1, 1}
		if taken = !long && p.simple(line, at); long {
			p.physical(text{s: line, pos: at})
		}
		return taken, made, [2]int{p.lines, p.bytes}
	}
	taken, short, shortCost := handle(false)
	if !taken {
		return
	}
	if _, long, longCost := handle(true); !slices.Equal(short, long) || shortCost != longCost {
		t.Errorf("%q: the short way makes %v at %v, the long one %v at %v", line, short, shortCost, long, longCost)
	}
}

// FuzzLexer holds the lowest layer to its promises: words keep to their line,
// and positions point at what they name.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{`a "b c" d"e f"g`, `a\#b #c`, `x "`, `{ a } "{"`, "${X} $Y, $Z", `'a "b`, "\u201ca\u201d", "  a 1 {", "\tb\v2 \r", " }", "include x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\n") {
			return
		}
		sameEitherWay(t, s)
		end, _ := commentStart(s)
		line := text{s: s, pos: mark{&reading{file: "f"}, 1, 1}}.cut(0, end).trim()
		if i := braceIndex(line.s); i >= 0 && line.s[i] != '{' && line.s[i] != '}' {
			t.Errorf("braceIndex(%q) = %d", line.s, i)
		}
		n := newBuilder(newReporter(), language(), nil).node(line)
		if n == nil {
			n = &node{}
		}
		last := 0
		for _, w := range n.words() {
			col := w.Pos.Column
			if col <= last || col > end {
				t.Fatalf("word %q of %q is at column %d", w.Text, s, col)
			}
			if want := s[col-1:]; !w.Quoted && !strings.HasPrefix(want, w.Text) && !strings.Contains(s, `\`) {
				t.Errorf("word %q of %q is not at column %d", w.Text, s, col)
			}
			last = col
		}
		splitArgs(s)
		splitCommandLine(s)
		expandBraces(s)
		if _, values, err := parseRange(s, false); err == nil {
			n := 0
			for range values {
				if n++; n > 10 {
					break
				}
			}
		}
		parseList(s)
	})
}
