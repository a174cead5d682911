package confparse

import (
	"slices"
	"time"
)

const (
	defaultPriority = 100
	ownerPriority   = 255
	maxTTL          = 255
	maxAddresses    = 255 // the count in an advertisement is one byte
	maxV3Interval   = 40950 * time.Millisecond
)

// closeInstance applies what keepalived defaults, rounds, drops and refuses
// once an instance has been read, in its order.
func closeInstance(d *decoder, n *node, i *instance) {
	i.IPv6 = i.family == ipv6
	d.setVersion(i)
	d.setStrict(n, i)
	d.setRole(i)
	d.setAuth(i)
	d.setUnicast(i)
	d.setAddresses(i)
	d.setPreemption(i)
	d.setInterval(i)
	d.setTrackers(i)
	d.require(n, i)
}

func (d *decoder) adjusted(at Pos, format string, args ...any) {
	d.r.warnf(CodeAdjusted, at, "", format, args...)
}

// line returns where a keyword of the instance stands: the last one counts.
func (i *instance) line(keyword string) Pos {
	at := i.Pos
	for n := range i.node.body {
		if n.name() == keyword {
			at = n.pos()
		}
	}
	return at
}

func (d *decoder) setVersion(i *instance) {
	switch {
	case i.IPv6 && i.Version == 2:
		d.r.notef(CodeAdjusted, i.line("version"), "", "vrrp_instance %s uses version 3: there is no version 2 for IPv6", i.Name)
		i.Version = 3
	case i.IPv6:
		i.Version = 3
	case i.Version == 0:
		i.Version = d.cfg.Global.Version
	}
	if !i.MulticastGroup.IsValid() {
		i.MulticastGroup = d.cfg.Global.MulticastGroup4
		if i.IPv6 {
			i.MulticastGroup = d.cfg.Global.MulticastGroup6
		}
	}
}

func (d *decoder) setRole(i *instance) {
	if i.Priority == 0 {
		i.Priority = defaultPriority
		if i.State == StateMaster {
			i.Priority = ownerPriority
		}
		if i.State == StateMaster && !d.r.attempted(i.node.pos(), "priority") {
			d.r.warnf(CodeOwner, i.line("state"),
				"if that is not meant, add for example: priority 150",
				"state MASTER without a priority makes vrrp_instance %s the address owner: priority 255, which always preempts and ignores trackers", i.Name)
		}
	}
	if i.State == stateUnset {
		i.State = StateBackup
		if i.Priority == ownerPriority {
			i.State = StateMaster
		}
	}
	if owner := i.Priority == ownerPriority; i.Strict && owner != (i.State == StateMaster) {
		was := i.State
		i.State = StateBackup
		if owner {
			i.State = StateMaster
		}
		d.adjusted(i.line("state"), "state %v of vrrp_instance %s becomes %v in strict mode: MASTER is for priority %d, and for nothing else", was, i.Name, i.State, ownerPriority)
	}
}

func (d *decoder) setAuth(i *instance) {
	at := i.Auth.Pos
	switch {
	case i.Auth.Type == AuthNone && i.Auth.Password == "" && i.Auth.File == "":
		return
	case i.Auth.Type == AuthNone:
		d.r.notef(CodeAdjusted, i.Pos, "", "auth_pass of vrrp_instance %s is ignored without an auth_type", i.Name)
	case i.Version == 3:
		d.adjusted(at, "authentication of vrrp_instance %s is ignored: VRRP version 3 has none", i.Name)
	case i.Strict:
		d.adjusted(at, "authentication of vrrp_instance %s is ignored in strict mode", i.Name)
	case i.Auth.Password != "" && i.Auth.File != "":
		d.r.notef(CodeAdjusted, at, "", "auth_pass of vrrp_instance %s is ignored beside its auth_pass_file", i.Name)
		i.Auth.Password = ""
		return
	case i.Auth.Password == "" && i.Auth.File == "":
		d.adjusted(at, "authentication of vrrp_instance %s is ignored without an auth_pass", i.Name)
	default:
		if i.Auth.Type == AuthAH && i.State == StateMaster && i.Priority != ownerPriority {
			d.adjusted(i.line("state"), "vrrp_instance %s starts as BACKUP: state MASTER does not go with auth_type AH", i.Name)
			i.State = StateBackup
		}
		return
	}
	i.Auth = Auth{}
}

func (d *decoder) setUnicast(i *instance) {
	if i.Source.IsValid() {
		i.Peers = slices.DeleteFunc(i.Peers, func(p Peer) bool {
			if p.Addr == i.Source {
				d.r.notef(CodeListEntry, p.Pos, "", "unicast_peer %s is this router's own address, and skipped", p.Addr)
			}
			return p.Addr == i.Source
		})
	}
	if i.unicast.IsValid() && !i.Unicast() && !i.UnicastNoPeer {
		d.r.warnf(CodeDeprecated, i.unicast, "add a unicast_peer block, or write mcast_src_ip", "vrrp_instance %s has no unicast_peer, and therefore uses multicast", i.Name)
	}
	if !i.Unicast() && i.UnicastTTL != maxTTL {
		d.adjusted(i.line("unicast_ttl"), "unicast_ttl of vrrp_instance %s is ignored: it has no unicast_peer", i.Name)
		i.UnicastTTL = maxTTL
	}
	if i.IPVLAN != nil && i.VMAC != nil {
		d.adjusted(i.VMAC.Pos, "use_vmac of vrrp_instance %s is ignored: it has use_ipvlan", i.Name)
		i.VMAC = nil
	}
	if i.VMACXmitBase && i.VMAC == nil {
		d.adjusted(i.line("vmac_xmit_base"), "vmac_xmit_base of vrrp_instance %s is ignored: it has no use_vmac", i.Name)
		i.VMACXmitBase = false
	}
	if i.VRF != "" && i.Interface != "" {
		d.adjusted(i.line("vrf"), "vrf of vrrp_instance %s is ignored: it has an interface", i.Name)
		i.VRF = ""
	}
	for _, p := range i.Peers {
		if p.MinTTL > 0 || p.MaxTTL < 255 {
			i.CheckUnicastSource = true
		}
		if p.MinTTL > p.MaxTTL {
			d.r.errorf(CodeOutOfRange, p.Pos, "", "min_ttl %d of %s is greater than its max_ttl %d", p.MinTTL, p.Addr, p.MaxTTL)
		}
	}
}

func (d *decoder) setPreemption(i *instance) {
	if i.NoPreempt {
		switch {
		case i.State == StateMaster:
			d.r.warnf(CodeAdjusted, i.line("nopreempt"), "nopreempt needs state BACKUP, on all nodes", "nopreempt of vrrp_instance %s is ignored: it has state MASTER", i.Name)
			i.NoPreempt = false
		case i.Priority == ownerPriority:
			d.adjusted(i.line("nopreempt"), "nopreempt of vrrp_instance %s is ignored: priority 255 always preempts", i.Name)
			i.NoPreempt = false
		}
	}
	if i.PreemptDelay == 0 {
		return
	}
	at := i.line("preempt_delay")
	switch {
	case i.State == StateMaster:
		d.adjusted(at, "preempt_delay of vrrp_instance %s is ignored: it has state MASTER", i.Name)
	case i.Strict:
		d.adjusted(at, "preempt_delay of vrrp_instance %s is ignored in strict mode", i.Name)
	case i.NoPreempt:
		d.adjusted(at, "preempt_delay of vrrp_instance %s is ignored: it does not preempt", i.Name)
	default:
		return
	}
	i.PreemptDelay = 0
}

func (d *decoder) setInterval(i *instance) {
	want := i.AdvertInterval
	if i.Version == 2 {
		i.AdvertInterval = max(want.Round(time.Second), time.Second)
	} else {
		i.AdvertInterval = min(want.Round(10*time.Millisecond), maxV3Interval)
	}
	if h := i.HMAC; h != nil && h.Window == 0 {
		h.Window = min(max(3*i.AdvertInterval, 5*time.Second), 300*time.Second)
	}
	if i.AdvertInterval == want {
		return
	}
	unit := "whole seconds"
	if i.Version == 3 {
		unit = "hundredths of a second, at most 40.95"
	}
	d.adjusted(i.line("advert_int"), "advert_int %s of vrrp_instance %s becomes %s: VRRP version %d has %s",
		formatSeconds(want), i.Name, formatSeconds(i.AdvertInterval), i.Version, unit)
}

// setTrackers drops trackers that cannot have an effect.
func (d *decoder) setTrackers(i *instance) {
	i.TrackInterfaces = slices.DeleteFunc(i.TrackInterfaces, func(t TrackInterface) bool {
		if t.Name == i.Interface {
			d.adjusted(t.Pos, "track_interface %s is ignored: it is the instance's own interface, and watched anyway", t.Name)
			return true
		}
		return d.vain(i, "track_interface", t.Name, t.Weight, t.Pos)
	})
	i.TrackScripts = slices.DeleteFunc(i.TrackScripts, func(t TrackScript) bool {
		return d.vain(i, "track_script", t.Script.Name, t.Weight, t.Pos)
	})
	i.TrackFiles = slices.DeleteFunc(i.TrackFiles, func(t TrackedFile) bool {
		return d.vain(i, "track_file", t.File.Name, t.Weight, t.Pos)
	})
	i.TrackProcesses = slices.DeleteFunc(i.TrackProcesses, func(t TrackedProcess) bool {
		return d.vain(i, "track_process", t.Process.Name, t.Weight, t.Pos)
	})
	i.TrackBFDs = slices.DeleteFunc(i.TrackBFDs, func(t TrackedBFD) bool {
		return d.vain(i, "track_bfd", t.BFD.Name, t.Weight, t.Pos)
	})
}

// vain reports, also to the user, whether a weight is meant for the owner of
// the addresses, whose priority nothing changes.
func (d *decoder) vain(i *instance, block, name string, w Weight, at Pos) bool {
	if i.Priority != ownerPriority || w.Value == 0 {
		return false
	}
	d.adjusted(at, "%s %s is ignored: a weight does not change priority 255", block, name)
	return true
}
