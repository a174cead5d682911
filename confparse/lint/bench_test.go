package lint

import (
	"fmt"
	"strings"
	"testing"
)

// A thousand instances and ten thousand servers are looked at in no time.
func BenchmarkCheck(b *testing.B) {
	doc := documents([]File{{"large.conf", large(1000, 10000)}})[0]
	for b.Loop() {
		Check(doc, doc)
	}
}

// large returns the text of a configuration of that many instances, each on
// an interface of its own, and servers.
func large(instances, servers int) string {
	var b strings.Builder
	for i := range instances {
		fmt.Fprintf(&b, "vrrp_instance V%d {\n interface eth%d\n virtual_router_id %d\n priority 100\n virtual_ipaddress {\n 10.%d.%d.1/24\n }\n}\n", i, i/250, i%250+1, i/250, i%250)
	}
	fmt.Fprint(&b, "virtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n")
	for i := range servers {
		fmt.Fprintf(&b, " real_server 10.8.%d.%d 80 {\n TCP_CHECK {\n }\n }\n", i/250, i%250+1)
	}
	return b.String() + "}\n"
}
