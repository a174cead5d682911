package lint_test

import (
	"fmt"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/lint"
)

// Two nodes whose files keepalived accepts, each by itself, and which never hear one
// another: both will be master.
func Example() {
	const node = `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id VRID
    priority 100
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`
	var docs []*confparse.Document
	for _, vrid := range []string{"51", "52"} {
		doc, _ := confparse.ParseDocument("node"+vrid+".conf", []byte(strings.Replace(node, "VRID", vrid, 1)), confparse.Options{})
		docs = append(docs, doc)
	}
	for _, f := range lint.Check(docs...) {
		if f.Predicts != nil && f.Predicts.Kind == lint.SplitBrain {
			fmt.Println(f)
		}
	}
	// Output:
	// node52.conf:4:5: error: vrrp_instance VI_1 has virtual_router_id 52, but VI_1 in node51.conf has virtual_router_id 51: both will be master [vrid-mismatch]
}
