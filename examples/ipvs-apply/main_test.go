package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vrrpkit/vrrpkit/ipvs"
	"github.com/vrrpkit/vrrpkit/ipvs/ipvstest"
)

const table = `-A -t 192.0.2.1:80 -s wrr
-a -t 192.0.2.1:80 -r 198.51.100.1:80 -g -w 1
`

const foreign = "-A -f 7 -s rr\n"

func file(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "table")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func opener(k ipvs.Kernel) func() (ipvs.Kernel, error) {
	return func() (ipvs.Kernel, error) { return k, nil }
}

func addForeign(t *testing.T, k *ipvstest.Kernel) {
	if err := k.Meddle(ipvs.Change{Op: ipvs.AddService, Service: ipvs.Service{Key: ipvs.Key{Mark: 7}, Scheduler: "rr"}}); err != nil {
		t.Fatal(err)
	}
}

func TestRun(t *testing.T) {
	name := file(t, table)
	for _, tt := range []struct{ option, has string }{
		{"-n", foreign},
		{"", table + foreign},
		{"-all", table},
	} {
		var k ipvstest.Kernel
		addForeign(t, &k)
		args := append(strings.Fields(tt.option), name)
		var out strings.Builder
		if err := run(t.Context(), opener(&k), args, &out); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if k.String() != tt.has || !strings.Contains(out.String(), "ipvsadm -A -t 192.0.2.1:80 -s wrr\n") {
			t.Errorf("%s: has\n%vsaid\n%v", tt.option, &k, &out)
		}
	}
	err := run(t.Context(), nil, []string{file(t, "-A -s rr")}, nil)
	if err == nil || !strings.Contains(err.Error(), "line 1: no service") {
		t.Errorf("%v", err)
	}
	if err := run(t.Context(), nil, nil, nil); err == nil || !strings.Contains(err.Error(), "give a file") {
		t.Errorf("without a file: %v", err)
	}
}

func TestKeep(t *testing.T) {
	name := file(t, table)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var k ipvstest.Kernel
		addForeign(t, &k)
		var out strings.Builder
		done := make(chan error)
		go func() { done <- run(ctx, opener(&k), []string{"-keep", name}, &out) }()
		synctest.Wait()
		if err := k.Meddle(ipvs.Change{Op: ipvs.Flush}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if k.String() != table {
			t.Errorf("not kept:\n%v", &k)
		}
		cancel()
		if err := <-done; err != nil || k.String() != "" || !strings.Contains(out.String(), "corrected [-A") {
			t.Errorf("%v, left:\n%vsaid:\n%v", err, &k, &out)
		}
	})
}
