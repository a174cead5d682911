package confparse

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sameMeaning compares configurations without regard to where things stand.
var sameMeaning = cmp.Options{
	cmpopts.IgnoreTypes(Pos{}), cmpopts.IgnoreFields(Config{}, "Files"), cmpopts.EquateEmpty(),
	cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}),
}

// small limits keep inputs that multiply themselves from being all that is tried.
var small = limits{depth: 16, lines: 2000, bytes: 1 << 20, lineBytes: 4096, references: 100}

func TestPrint(t *testing.T) {
	const src = `$VIP=192.0.2.1
global_defs { router_id  A   # me
}
@main include more.conf
@^main include other.conf
vrrp_instance X
{
  interface	eth0; virtual_router_id 5
}
vrrp_instance ${_INSTANCE} { interface eth0
 ~SEQ(i, 2) # twice
 virtual_router_id 7
 notify_master "/x.sh  'a   b'" root
 virtual_ipaddress { $VIP }
 ~LST(a, 1, 2) virtual_ipaddress { 192.0.2.10${a}/24 label "eth0:${a}" }
}
`
	files := fstest.MapFS{"etc/keepalived/more.conf": {Data: []byte("vrrp_script s {\n script a\\#b\n}\n")}}
	doc, _ := ParseDocument("k.conf", []byte(src), hermetic(files))
	want := `global_defs {
    router_id A
}

vrrp_script s {
    script a\#b
}

vrrp_instance X {
    interface eth0; virtual_router_id 5
}

vrrp_instance main {
    interface eth0
    virtual_router_id 7
    notify_master "/x.sh  'a   b'" root
    virtual_ipaddress {
        192.0.2.1
    }
    virtual_ipaddress {
        192.0.2.101/24 label "eth0:1"
    }
    virtual_ipaddress {
        192.0.2.102/24 label "eth0:2"
    }
}
`
	if diff := cmp.Diff(want, doc.Print()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestPrintCorpus prints every configuration in testdata.
func TestPrintCorpus(t *testing.T) {
	names, err := filepath.Glob("testdata/*/*.conf")
	if err != nil || len(names) < 10 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, name := range append(names, "testdata/reference.conf") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkPrint(t, src)
		checkFormat(t, src)
	}
}

// scatter changes the layout of a file at random: where braces and line ends
// are, what is indented, what a comment follows, what counts for one host only.
func scatter(src string, r *rand.Rand) string {
	var b strings.Builder
	for line := range strings.Lines(src) {
		switch r.IntN(24) {
		case 0:
			b.WriteString("@main ")
		case 1:
			b.WriteString("\n\t # a { comment\n")
		case 2:
			b.WriteString("$A=1\n$B= \\\n { \\\n\n")
		case 3:
			line = strings.TrimRight(line, "\n") + "! end\r\n"
		}
		for i := range len(line) {
			c := line[i]
			switch n := r.IntN(8); {
			case (c == '{' || c == '}') && n == 0:
				b.WriteByte('\n')
				b.WriteByte(c)
				continue
			case (c == '{' || c == '}') && n == 1:
				b.WriteString(string(c) + "\n")
				continue
			case c == '\n' && n == 0 && strings.ContainsAny(line, "{}"):
				c = ' '
			case c == ' ' && n == 0:
				c = '\t'
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// TestScatteredCorpus prints and formats the corpus in a hundred layouts.
func TestScatteredCorpus(t *testing.T) {
	layouts := 12
	if os.Getenv("VRRPKIT_SOAK") != "" {
		layouts = 2000
	}
	r := rand.New(rand.NewPCG(1, 2))
	names, _ := filepath.Glob("testdata/seeds/*.conf")
	for _, name := range append(names, "testdata/reference.conf") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for range layouts {
			text := scatter(string(src), r)
			checkPrint(t, []byte(text))
			checkFormat(t, []byte(text))
		}
	}
}

// checkPrint asserts that what a configuration prints means the same, to any
// host, and prints the same.
func checkPrint(t *testing.T, src []byte) {
	t.Helper()
	opts := hermetic(fstest.MapFS{"etc/keepalived/other.conf": {Data: []byte("vrrp_script s { script a }\n")}})
	opts.limits = small
	doc, ds := ParseDocument("k.conf", src, opts)
	if ds.HasErrors() || doc.Config == nil {
		return // who is told of mistakes prints nothing
	}
	opts.ConfigID = "elsewhere"
	opts.limits = defaultLimits // for what the definitions and sequences have grown to
	text := doc.Print()
	again, ds := ParseDocument("k.conf", []byte(text), opts)
	if ds.HasErrors() && text != "" {
		t.Fatalf("printed with mistakes:\n%s\n%s", text, ds.Render())
	}
	if diff := cmp.Diff(doc.Config, again.Config, sameMeaning); diff != "" && text != "" {
		t.Fatalf("what is printed means something else:\n%s\n%s\n%s", diff, src, text)
	}
	if diff := cmp.Diff(text, again.Print()); diff != "" {
		t.Fatalf("not idempotent:\n%s", diff)
	}
}

func TestFormat(t *testing.T) {
	const src = "#  top\n\n\n\nglobal_defs{\nrouter_id   LB1   # me\n   }\n" +
		"$X= \\\n  a b \\\n   c\n" +
		"vrrp_instance A # first\n{\n@main  priority   9\n  @^main priority 8 # rest\n" +
		"virtual_ipaddress { 192.0.2.1   dev eth0 } # one\nauthentication { auth_type PASS\nauth_pass \"a  b\" }}\n" +
		"@main vrrp_instance B {\n@^main vrrp_instance C {\ninterface $X\n}\n~SEQ(i, 3) vrrp_script s$i { script a }\ninclude {a,b}.conf   # both\n\n\n"
	const want = `#  top

global_defs {
    router_id LB1 # me
}
$X= \
  a b \
   c
vrrp_instance A { # first
    @main priority 9
    @^main priority 8 # rest
    virtual_ipaddress { # one
        192.0.2.1 dev eth0
    }
    authentication {
        auth_type PASS
        auth_pass "a  b"
    }
}
@main vrrp_instance B {
@^main vrrp_instance C {
    interface $X
}
~SEQ(i, 3) vrrp_script s$i { script a }
include {a,b}.conf # both
`
	if diff := cmp.Diff(want, Format(src)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	checkFormat(t, []byte(src))
}

// TestFormatOddities has what the fuzzer found.
func TestFormatOddities(t *testing.T) {
	for name, src := range map[string]string{
		"a blank of Unicode alone":  "a {\x11\u0085}",
		"a no-break space":          "virtual_server_group \u00a0 {\n\u00a0192.0.2.1 80\u00a0\n}\n",
		"invalid UTF-8 and a blank": "anH\nincde ,bo\xfc{\x11\u0085}",
	} {
		t.Run(name, func(t *testing.T) {
			checkFormat(t, []byte(src))
			for _, odd := range []string{"\u0085", "\u00a0"} {
				if n := strings.Count(src, odd); strings.Count(Format(src), odd) != n {
					t.Errorf("%q becomes %q", src, Format(src))
				}
			}
		})
	}
}

// checkFormat asserts that formatting changes the layout only, and once.
func checkFormat(t *testing.T, src []byte) {
	t.Helper()
	text := Format(string(src))
	if diff := cmp.Diff(text, Format(text)); diff != "" {
		t.Fatalf("not idempotent:\n%s\nof:\n%q", diff, src)
	}
	opts := hermetic(fstest.MapFS{"etc/keepalived/other.conf": {Data: []byte("vrrp_script s { script a }\n")}})
	opts.limits = small
	opts.ConfigID = []string{"main", "elsewhere"}[len(src)%2]
	if cfg, ds := Parse("k.conf", src, opts); cfg != nil && !ds.HasErrors() {
		again, ds := Parse("k.conf", []byte(text), opts)
		if diff := cmp.Diff(cfg, again, sameMeaning); diff != "" {
			t.Fatalf("formatting changes the meaning:\n%s\n%s\nof:\n%q\nformatted:\n%q", diff, ds.Render(), src, text)
		}
	}
	if strings.Count(string(src), "\ufeff") == 0 && comments(string(src)) != comments(text) {
		t.Fatalf("comments differ:\n%q\nformatted:\n%q", src, text)
	}
}

// comments returns how many lines have one.
func comments(s string) (n int) {
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		if end, _ := commentStart(line); end < len(line) {
			n++
		}
	}
	return n
}

// FuzzPrint holds the printer and the formatter to their promises.
func FuzzPrint(f *testing.F) {
	seedCorpus(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 2048 {
			return
		}
		checkPrint(t, src)
		checkFormat(t, src)
	})
}
