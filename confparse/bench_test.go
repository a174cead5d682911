package confparse

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// manyServers returns a configuration with n real servers, 100 to a service.
func manyServers(n int) string {
	var b strings.Builder
	b.WriteString("global_defs {\n    router_id bench\n}\n")
	for i := range n {
		if i%100 == 0 {
			fmt.Fprintf(&b, "virtual_server 10.%d.%d.1 80 {\n    delay_loop 6\n    lb_algo wrr\n    lb_kind NAT\n    protocol TCP\n", i/100/250, i/100%250)
		}
		fmt.Fprintf(&b, "    real_server 192.168.%d.%d 8080 {\n        weight 1\n        TCP_CHECK {\n            connect_timeout 3\n            retry 2\n            delay_before_retry 1\n        }\n    }\n", i/250, 1+i%250)
		if i%100 == 99 || i == n-1 {
			b.WriteString("}\n")
		}
	}
	return b.String()
}

func benchmarkParse(b *testing.B, src string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if cfg, ds := Parse("k.conf", []byte(src), Options{ConfigID: "main", AllowUnsupported: true}); cfg == nil || ds.HasErrors() {
			b.Fatal(ds.Render())
		}
	}
}

func BenchmarkParse10000Servers(b *testing.B) { benchmarkParse(b, manyServers(10000)) }

// manyInstances returns a configuration with n instances, 250 to an interface.
func manyInstances(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "vrrp_instance VI_%d {\n    interface eth%d\n    virtual_router_id %d\n    virtual_ipaddress {\n        192.0.2.%d\n    }\n}\n", i, i/250, i%250+1, i%250+1)
	}
	return b.String()
}

func BenchmarkParse1000Instances(b *testing.B) { benchmarkParse(b, manyInstances(1000)) }

func BenchmarkDocument1000Instances(b *testing.B) {
	src := []byte(manyInstances(1000))
	b.ReportAllocs()
	for b.Loop() {
		if doc, ds := ParseDocument("k.conf", src, Options{ConfigID: "main"}); ds.HasErrors() || doc.Print() == "" {
			b.Fatal(ds.Render())
		}
	}
}

func BenchmarkDiff1000Instances(b *testing.B) {
	text := manyInstances(1000)
	from, _ := Parse("k.conf", []byte(text), Options{})
	to, _ := Parse("k.conf", []byte("# moved\n"+strings.Replace(text, "VI_500 {", "VI_500 {\npriority 50", 1)), Options{})
	b.ReportAllocs()
	for b.Loop() {
		if d := Diff(from, to); len(d.Instances) != 1 {
			b.Fatal(d)
		}
	}
}

// TestMemory bounds what 10,000 servers need. All that is allocated counts, so
// that at no moment there can be more.
func TestMemory(t *testing.T) {
	src := []byte(manyServers(10000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cfg, _ := Parse("k.conf", src, Options{ConfigID: "main", AllowUnsupported: true})
	runtime.ReadMemStats(&after)
	if mb := float64(after.TotalAlloc-before.TotalAlloc) / (1 << 20); mb > 64 || len(cfg.VirtualServers) != 100 {
		t.Errorf("%.1f MiB for %d virtual servers", mb, len(cfg.VirtualServers))
	}
}

// TestHostileInput has a megabyte of what is worst for each part of the parser:
// none may take more than 200 MB at a time. How long it took is only shown.
func TestHostileInput(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, 1<<20/len(s)) }
	for name, src := range map[string]string{
		"opening braces":     fill("vrrp_instance A {\n"),
		"braces in one line": fill("{"),
		"closing braces":     fill("}\n"),
		"quotes":             fill("\"\n"),
		"one long line":      fill("a "),
		"unknown keywords":   fill("keywrd 1\n"),
		"definitions":        fill("$A=x\n"),
		"references":         "$A=b\n" + fill("${A}"),
		"doubling":           "$A=aaaaaaaaaa\n" + fill("$A=${A}${A}\n") + "router_id ${A}\n",
		"sequences":          fill("~SEQ(A, 1, 1000000000) x $A\n"),
		"nested sequences":   "~SEQ(A, 1000) ~SEQ(B, 1000) ~SEQ(C, 1000) $A$B$C\n",
		"one block":          "vrrp_instance A {\n" + fill("priority 1\n"),
		"addresses":          "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n" + fill("192.0.2.1\n"),
		"instances":          fill("vrrp_instance A { }\n"),
		"real servers":       "virtual_server 192.0.2.1 80 {\n" + fill("real_server 192.0.2.2 80 { }\n"),
		"track_script":       "vrrp_instance A {\ntrack_script {\n" + fill("no\n"),
		"patterns":           fill("include {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\n"),
		"hexadecimal":        "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\nUDP_CHECK {\npayload " + fill("61"),
	} {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			peak, stop := watchHeap()
			start := time.Now()
			_, ds := Parse("k.conf", []byte(src), hermetic(nil))
			took := time.Since(start)
			stop()
			if len(ds) == 0 {
				t.Error("nothing to say")
			}
			t.Logf("%v, %d MB", took.Round(time.Millisecond), *peak>>20)
			if *peak > 200<<20 {
				t.Errorf("%d MB", *peak>>20)
			}
		})
	}
}

// watchHeap returns where the most memory in use is kept until stop.
func watchHeap() (peak *uint64, stop func()) {
	peak = new(uint64)
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			*peak = max(*peak, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return peak, func() { close(done); <-gone }
}
