package confparse

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const oldConfig = `
global_defs {
    router_id A
    notification_email { a@example.com }
}
vrrp_script chk { 
    script "/bin/a x"
    interval 2
}
vrrp_script gone {
    script /bin/b
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    authentication { auth_type PASS
        auth_pass first }
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24 label eth0:b
    }
    track_script { chk weight -20 }
    track_script { gone }
    notify_master "/bin/n  m" root
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress { 192.0.2.9 }
}
virtual_server 192.0.2.1 80 {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 192.0.2.11 80 { weight 1 }
    real_server 192.0.2.12 80 { weight 1 }
}
`

func TestDiff(t *testing.T) {
	old, _ := Parse("a.conf", []byte(oldConfig), hermetic(nil))
	changed, _ := Parse("b.conf", []byte("# moved\n"+strings.NewReplacer(
		"router_id A", "router_id B", "a@example.com", "b@example.com",
		"interval 2", "interval 3", "vrrp_script gone", "vrrp_script fresh", "{ gone }", "{ fresh }",
		"VI_1", "VI_WEB", "priority 100", "priority 150", "auth_pass first", "auth_pass second",
		"192.0.2.2/24 label eth0:b", "192.0.2.3/24 dev eth1", "weight -20", "weight -60",
		"virtual_router_id 52", "virtual_router_id 53", "root", "bob",
		"lb_algo rr", "lb_algo wlc", "192.0.2.12 80", "192.0.2.13 80", "192.0.2.11 80 { weight 1", "192.0.2.11 80 { weight 5",
	).Replace(oldConfig)), hermetic(nil))
	const want = `~ global_defs.router_id A -> B
- global_defs.notification_email a@example.com
+ global_defs.notification_email b@example.com
~ vrrp_script chk
    ~ interval 2 s -> 3 s
    ~ timeout 2 s -> 3 s
- vrrp_script gone
+ vrrp_script fresh
~ vrrp_instance VI_WEB
    ~ name VI_1 -> VI_WEB
    ~ priority 100 -> 150
    ~ auth_pass ******** -> ********
    - virtual_ipaddress 192.0.2.2/24 dev eth0 label eth0:b preferred_lft forever
    + virtual_ipaddress 192.0.2.3/24 dev eth1 preferred_lft forever
    - track_script chk weight -20
    - track_script gone
    + track_script chk weight -60
    + track_script fresh
    ~ notify_master "/bin/n  m" user root -> "/bin/n  m" user bob
- vrrp_instance VI_2
+ vrrp_instance VI_2
~ virtual_server 192.0.2.1 80 tcp
    ~ lb_algo rr -> wlc
    ~ real_server 192.0.2.11 80
        ~ weight 1 -> 5
    - real_server 192.0.2.12 80
    + real_server 192.0.2.13 80
`
	if diff := cmp.Diff(want, Diff(old, changed).String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What a reload keeps is the same instance whatever its name; what it cannot
// keep is another one whatever its name.
func TestDiffInstances(t *testing.T) {
	const head = "vrrp_instance A {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress {\n 192.0.2.1\n }\n"
	for change, kept := range map[string]bool{
		"name B": true, "priority 7": true, "advert_int 2": true, "mcast_src_ip 192.0.2.9": true,
		"interface eth1": false, "virtual_router_id 6": false, "mcast_dst_ip 224.0.0.99": false,
		"unicast_peer {\n 192.0.2.3\n }": false, "use_vmac": false,
	} {
		text := head + change + "\n}\n"
		if change == "name B" {
			text = strings.Replace(head, "A", "B", 1) + "}\n"
		}
		old, _ := Parse("a.conf", []byte(head+"}\n"), hermetic(nil))
		changed, _ := Parse("a.conf", []byte(text), hermetic(nil))
		d := Diff(old, changed)
		if got := len(d.Instances) == 1; got != kept || d.Empty() {
			t.Errorf("%s: kept %v, want %v:\n%s", change, got, kept, d)
		}
	}
}

// TestDiffCorpus holds Diff to what it promises for each configuration in
// testdata with itself and with the next one: it is empty if and only if they
// mean the same.
func TestDiffCorpus(t *testing.T) {
	configs := corpus(t)
	for i, a := range configs {
		for _, j := range []int{i, (i + 1) % len(configs)} {
			b := configs[j]
			d := Diff(a, b)
			if same := cmp.Equal(a, b, sameMeaning); d.Empty() != same || (d.String() == "") != same {
				t.Errorf("%d and %d: the same %v, but the difference is\n%s", i, j, same, d)
			}
		}
	}
}

// corpus returns the configurations of testdata.
func corpus(t *testing.T) (configs []*Config) {
	names, _ := filepath.Glob("testdata/*/*.conf")
	for _, name := range append(names, "testdata/reference.conf") {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if cfg, _ := Parse(name, src, hermetic(nil)); cfg != nil {
			configs = append(configs, cfg)
		}
	}
	return configs
}

// Each field of a Config changes something that Diff tells.
func TestDiffFields(t *testing.T) {
	src, err := os.ReadFile("testdata/reference.conf")
	if err != nil {
		t.Fatal(err)
	}
	old, _ := Parse("reference.conf", src, hermetic(nil))
	cfg, _ := Parse("reference.conf", src, hermetic(nil))
	tried := map[string]bool{}
	leaves(reflect.ValueOf(cfg).Elem(), "", func(v reflect.Value, path string) {
		if tried[path] {
			return
		}
		tried[path] = true
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		alter(v)
		if Diff(old, cfg).Empty() {
			t.Errorf("a change of %s is not told", path)
		}
		v.Set(was)
	})
	if d := Diff(old, cfg); !d.Empty() || len(tried) < 300 {
		t.Errorf("%d fields tried; the copy differs:\n%s", len(tried), d)
	}
}

// What is the same at a glance is the same in words: with and without the glance,
// the configurations of testdata differ in the same things.
func TestSame(t *testing.T) {
	var plain func(name string, a, b reflect.Value) []FieldChange
	plain = func(name string, a, b reflect.Value) []FieldChange { return compareText(name, a, b, plain) }
	configs := corpus(t)
	for i, a := range configs {
		for _, b := range []*Config{a, configs[(i+1)%len(configs)]} {
			a, b := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
			if d := cmp.Diff(plain("", a, b), compare("", a, b)); d != "" {
				t.Errorf("%d: %s", i, d)
			}
		}
	}
}

// leaves calls f for each value in v that has no parts.
func leaves(v reflect.Value, path string, f func(v reflect.Value, path string)) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr]() || v.Type() == reflect.TypeFor[netip.Prefix]():
		f(v, path)
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			leaves(v.Elem(), path, f)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8, v.Kind() == reflect.Array:
		for i := range v.Len() {
			leaves(v.Index(i), path, f)
		}
	case v.Kind() == reflect.Struct:
		for field := range v.Type().NumField() {
			name := v.Type().Field(field).Name
			pos := v.Type().Field(field).Type == reflect.TypeFor[Pos]()
			if !pos && name != "Files" && !redundant[v.Type().Name()+"."+name] || name == "RealServers" {
				leaves(v.Field(field), path+"."+name, f)
			}
		}
	default:
		f(v, path)
	}
}

// alter gives a leaf another value.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 7)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(v.Uint() ^ 1)
	case reflect.Slice:
		v.SetBytes(append([]byte{7}, v.Bytes()...))
	default:
		switch v.Interface().(type) {
		case netip.Addr:
			v.Set(reflect.ValueOf(netip.MustParseAddr("192.0.2.77")))
		default:
			v.Set(reflect.ValueOf(netip.MustParsePrefix("192.0.2.77/31")))
		}
	}
}
