package compose

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// What instances want is taken over from before a reload, and is what it would be
// if each were looked at anew.
func TestLayoutTakenOver(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	text := `vrrp_script chk {
    script /bin/true
    init_fail
}
vrrp_instance A {
    interface eth0
    virtual_router_id 51
    use_vmac
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24 dev eth1 use_vmac
    }
    track_script {
        chk
    }
}
vrrp_instance B {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress {
        192.0.2.3/24
    }
}
vrrp_instance C {
    interface eth0
    virtual_router_id 53
    authentication {
        auth_type PASS
        auth_pass_file ` + secret + `
    }
    virtual_ipaddress {
        192.0.2.4/24
    }
}
`
	read := func(text, password string) *confparse.Config {
		if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, diags := confparse.Parse("test.conf", []byte(text), confparse.Options{})
		if diags.HasErrors() {
			t.Fatal(diags.Render())
		}
		return cfg
	}
	for name, tc := range map[string]struct {
		old, new string // what changes in the text
		kept     string
	}{
		"nothing":             {"", "", "AB"},
		"a comment":           {"vrrp_instance A {", "# moved\n\nvrrp_instance A {", "AB"},
		"one":                 {"192.0.2.3/24", "192.0.2.5/24", "A"},
		"a script":            {"    init_fail\n", "", ""},
		"a name that is used": {"virtual_router_id 52", "virtual_router_id 52\n    use_vmac vrrp.51", ""},
	} {
		t.Run(name, func(t *testing.T) {
			from := read(text, "first")
			old, err := newLayout(from, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			to := read(strings.Replace(text, tc.old, tc.new, 1), "other")
			p := &Plan{c: &Composition{layout: old}, Difference: confparse.Diff(from, to)}
			olds := map[*confparse.Instance]Instance{}
			for _, pair := range p.Difference.Pairs() {
				if pair.Old != nil && pair.New != nil {
					olds[pair.New] = Instance{Config: pair.Old}
				}
			}
			prior := p.prior(olds)
			got, err := newLayout(to, prior, nil)
			if err != nil {
				t.Fatal(err)
			}
			anew, err := newLayout(to, func(i *confparse.Instance) (*virtual, *wants) { v, _ := prior(i); return v, nil }, nil)
			if err != nil || !reflect.DeepEqual(got, anew) {
				t.Errorf("it is not what it is anew: %v", err)
			}
			kept := ""
			for _, i := range to.Instances {
				if got.wants[i] == old.wants[olds[i].Config] {
					kept += i.Name
				}
			}
			if kept != tc.kept {
				t.Errorf("%q are taken over, want %q", kept, tc.kept)
			}
			if password := got.wants[to.Instances[2]].router.Password; string(password) != "other" {
				t.Error("the password is not what the file has now")
			}
		})
	}
}
