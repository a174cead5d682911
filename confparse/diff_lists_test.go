package confparse

import (
	"strings"
	"testing"
)

const everyKind = `
global_defs {
    router_id A
}
vrrp_script chk {
    script /bin/true
}
track_file drain {
    file /run/drain
}
vrrp_track_process web {
    process nginx
}
bfd_instance peer {
    neighbor_ip 192.0.2.9
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress { 192.0.2.100 }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    virtual_ipaddress { 192.0.2.101 }
}
vrrp_sync_group G {
    group { VI_1 VI_2 }
}
virtual_server_group web {
    192.0.2.100 80
}
virtual_server group web {
    lb_algo rr
    lb_kind NAT
    real_server 192.0.2.11 80 { weight 1 }
}
`

// one checks that of a list one object changes, in one field.
func one[T any](t *testing.T, kind string, list []Change[T], want FieldChange) {
	t.Helper()
	if len(list) != 1 || list[0].Old == nil || list[0].New == nil || len(list[0].Fields) != 1 || list[0].Fields[0] != want {
		t.Errorf("%s: %+v, want one with %+v", kind, list, want)
	}
}

// TestDifferenceOfEveryKind changes a setting of each kind of object and looks for
// it where it belongs.
func TestDifferenceOfEveryKind(t *testing.T) {
	old, ds := Parse("a.conf", []byte(everyKind), hermetic(nil))
	changed, _ := Parse("a.conf", []byte(strings.NewReplacer(
		"router_id A", "router_id B", "/bin/true", "/bin/false", "/run/drain", "/run/drained", "process nginx", "process nginx\nquorum 2",
		"192.0.2.9\n", "192.0.2.8\n", "{ 192.0.2.101 }", "{ 192.0.2.102 }", "group { VI_1 VI_2 }", "group { VI_1 VI_2 }\ntrack_interface { eth9 }",
		"192.0.2.100 80", "192.0.2.100 8080", "weight 1", "weight 2",
	).Replace(everyKind)), hermetic(nil))
	if ds.HasErrors() {
		t.Fatal(ds.Render())
	}
	d := Diff(old, changed)
	if len(d.Settings) != 1 || d.Settings[0] != (FieldChange{Name: "global_defs.router_id", Old: "A", New: "B"}) {
		t.Errorf("settings: %+v", d.Settings)
	}
	one(t, "scripts", d.Scripts, FieldChange{Name: "script", Old: "/bin/true", New: "/bin/false"})
	one(t, "files", d.TrackFiles, FieldChange{Name: "file", Old: "/run/drain", New: "/run/drained"})
	one(t, "processes", d.TrackProcesses, FieldChange{Name: "quorum", Old: "1", New: "2"})
	one(t, "BFD", d.BFDs, FieldChange{Name: "neighbor_ip", Old: "192.0.2.9", New: "192.0.2.8"})
	one(t, "groups", d.SyncGroups, FieldChange{Name: "track_interface", New: "eth9", List: true})
	if c := d.Instances; len(c) != 1 || c[0].New != changed.Instance("VI_2") || len(c[0].Fields) != 2 {
		t.Errorf("instances: %+v", c)
	}
	if c := d.ServerGroups; len(c) != 1 || c[0].New.Name != "web" {
		t.Errorf("server groups: %+v", c)
	}
	if c := d.VirtualServers; len(c) != 1 || len(c[0].Change.Fields) != 0 {
		t.Errorf("virtual servers: %+v", c)
	} else {
		one(t, "real servers", c[0].RealServers, FieldChange{Name: "weight", Old: "1", New: "2"})
	}
	if s := changed.Script("chk"); s == nil || s.Command.Line != "/bin/false" {
		t.Errorf("script chk: %+v", s)
	}
}
