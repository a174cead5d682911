package confparse

import (
	"fmt"
	"strings"
	"testing"
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

// manyInstances returns a configuration with n instances on lo.
func manyInstances(n int) string {
	var b strings.Builder
	b.WriteString("global_defs {\n    router_id bench\n}\n")
	for i := range n {
		fmt.Fprintf(&b, "vrrp_instance VI_%d {\n    state BACKUP\n    interface eth%d\n    virtual_router_id %d\n    priority 100\n    advert_int 1\n    authentication {\n        auth_type PASS\n        auth_pass secret\n    }\n    virtual_ipaddress {\n        10.%d.%d.1/24\n    }\n}\n", i, i/250, 1+i%250, i/250, i%250)
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

func BenchmarkParse10000Servers(b *testing.B)  { benchmarkParse(b, manyServers(10000)) }
func BenchmarkParse1000Instances(b *testing.B) { benchmarkParse(b, manyInstances(1000)) }
