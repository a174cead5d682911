package confparse_test

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
)

const text = `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priorty 150
    virtual_ipaddress {
        192.0.2.100/24
    }
}
`

// A configuration with a mistake in it: there is a Config all the same, and the
// Diagnostics say what is wrong, where, and what to write.
func Example() {
	cfg, diags := confparse.Parse("keepalived.conf", []byte(text), confparse.Options{})
	fmt.Print(diags.Render())
	i := cfg.Instance("VI_1")
	fmt.Println(i.VRID, i.Priority, i.Addresses[0].Prefix, diags.HasErrors())
	// Output:
	// keepalived.conf:5:5: error: unknown keyword priorty in vrrp_instance [unknown-keyword]
	//       priorty 150
	//       ^
	//   help: did you mean priority?
	// 51 100 192.0.2.100/24 true
}

// What changes in meaning between two files, and how a reload would see it.
func ExampleDiff() {
	parse := func(text string) *confparse.Config {
		cfg, _ := confparse.Parse("keepalived.conf", []byte(text), confparse.Options{})
		return cfg
	}
	const before = "vrrp_script chk {\n script /bin/true\n interval 2\n}\n"
	const after = "# faster\nvrrp_script chk {\n script /bin/true\n interval 1\n}\n"
	fmt.Print(confparse.Diff(parse(before), parse(after)))
	// Output:
	// ~ vrrp_script chk
	//     ~ interval 2 s -> 1 s
	//     ~ timeout 2 s -> 1 s
}
