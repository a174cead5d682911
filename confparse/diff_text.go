package confparse

import (
	"fmt"
	"strings"
)

// String returns the difference for people, a line for each object and setting:
// "+" is new, "-" is gone, "~" changes. It ends in a newline, and is empty if
// nothing changes.
func (d *Difference) String() string {
	var b strings.Builder
	writeFields(&b, "", d.Settings)
	writeChanges(&b, "", d.Scripts, func(s *Script) string { return "vrrp_script " + s.Name })
	writeChanges(&b, "", d.TrackFiles, func(f *TrackFile) string { return "track_file " + f.Name })
	writeChanges(&b, "", d.TrackProcesses, func(p *TrackProcess) string { return "vrrp_track_process " + p.Name })
	writeChanges(&b, "", d.BFDs, func(x *BFD) string { return "bfd_instance " + x.Name })
	writeChanges(&b, "", d.Instances, func(i *Instance) string { return "vrrp_instance " + i.Name })
	writeChanges(&b, "", d.SyncGroups, func(g *SyncGroup) string { return "vrrp_sync_group " + g.Name })
	writeChanges(&b, "", d.ServerGroups, func(g *ServerGroup) string { return "virtual_server_group " + g.Name })
	for _, v := range d.VirtualServers {
		writeChanges(&b, "", []Change[VirtualServer]{v.Change}, func(v *VirtualServer) string { return "virtual_server " + serviceOf(v) })
		writeChanges(&b, indent, v.RealServers, func(r *RealServer) string { return fmt.Sprintf("real_server %v %d", r.Address, r.Port) })
	}
	return b.String()
}

func writeChanges[T any](b *strings.Builder, in string, list []Change[T], title func(*T) string) {
	for _, c := range list {
		switch {
		case c.Old == nil:
			fmt.Fprintf(b, "%s+ %s\n", in, title(c.New))
		case c.New == nil:
			fmt.Fprintf(b, "%s- %s\n", in, title(c.Old))
		default:
			fmt.Fprintf(b, "%s~ %s\n", in, title(c.New))
			writeFields(b, in+indent, c.Fields)
		}
	}
}

// String returns the change in a line: "+" is new, "-" is gone, "~" changes.
func (f FieldChange) String() string {
	switch {
	case f.List && f.Old == "":
		return "+ " + f.Name + " " + f.New
	case f.List:
		return "- " + f.Name + " " + f.Old
	}
	return "~ " + f.Name + " " + f.Old + " -> " + f.New
}

func writeFields(b *strings.Builder, in string, list []FieldChange) {
	for _, f := range list {
		fmt.Fprintf(b, "%s%v\n", in, f)
	}
}
