package ipvs

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// State is what IPVS of one network namespace holds, or should hold.
type State struct {
	Table Table

	// Timeouts of a desired State may be zero, each by itself: that one is left
	// as it is.
	Timeouts Timeouts

	// Daemons are the sync daemons, at most one of each Role. One whose Role a
	// desired State does not mention is left alone.
	Daemons []Daemon
}

func (s State) clone() State {
	return State{Table: s.Table.Clone(), Timeouts: s.Timeouts, Daemons: slices.Clone(s.Daemons)}
}

// Timeouts are how long IPVS remembers a connection without packets, in whole
// seconds up to 31 days (keepalived: lvs_timeouts).
type Timeouts struct {
	TCP    time.Duration // established; 15 minutes unless changed
	TCPFin time.Duration // after a FIN; 2 minutes unless changed
	UDP    time.Duration // 5 minutes unless changed
}

// fields are the three.
func (t *Timeouts) fields() [3]*time.Duration { return [...]*time.Duration{&t.TCP, &t.TCPFin, &t.UDP} }

// over returns t with what is zero in it taken from below.
func (t Timeouts) over(below Timeouts) Timeouts {
	from := below.fields()
	for i, f := range t.fields() {
		if *f == 0 {
			*f = *from[i]
		}
	}
	return t
}

// besides returns what of t is neither zero nor already so in actual.
func (t Timeouts) besides(actual Timeouts) Timeouts {
	is := actual.fields()
	for i, f := range t.fields() {
		if *f == *is[i] {
			*f = 0
		}
	}
	return t
}

// Role is what a sync daemon does.
type Role uint8

// The roles; one namespace may have both.
const (
	Master Role = iota + 1 // multicasts the connections that are made here
	Backup                 // learns those that others multicast
)

// String returns ipvsadm's name.
func (r Role) String() string {
	switch r {
	case Master:
		return "master"
	case Backup:
		return "backup"
	}
	return fmt.Sprintf("role %d", uint8(r))
}

// Daemon is a sync daemon of the kernel: it tells the other directors about
// connections, so that these survive a failover (keepalived: lvs_sync_daemon).
// It is comparable.
type Daemon struct {
	Role      Role
	Interface string // that the multicast goes through; it needs an address
	SyncID    uint8  // a Backup listens only to Masters with the same
	MaxLen    uint16 // of a message, up to 65487; 0: as the interface's MTU allows

	Group netip.Addr // multicast; the zero Addr: 224.0.0.81
	Port  uint16     // 0: 8848
	TTL   uint8      // 0: 1
}

// String returns the daemon as ipvsadm's options.
func (d Daemon) String() string {
	text := fmt.Sprintf("%v --mcast-interface %s --syncid %d", d.Role, d.Interface, d.SyncID)
	if d.MaxLen != 0 {
		text += fmt.Sprintf(" --sync-maxlen %d", d.MaxLen)
	}
	if d.Group.IsValid() {
		text += fmt.Sprintf(" --mcast-group %v", d.Group)
	}
	if d.Port != 0 {
		text += fmt.Sprintf(" --mcast-port %d", d.Port)
	}
	if d.TTL != 0 {
		text += fmt.Sprintf(" --mcast-ttl %d", d.TTL)
	}
	return text
}

// complete returns d as the kernel would run it, but for a MaxLen of 0, which
// depends on the interface.
func (d Daemon) complete() Daemon {
	if !d.Group.IsValid() {
		d.Group = netip.AddrFrom4([4]byte{224, 0, 0, 81})
	}
	if d.Port == 0 {
		d.Port = 8848
	}
	if d.TTL == 0 {
		d.TTL = 1
	}
	if d.Role == Backup && d.MaxLen != 0 {
		d.MaxLen = max(d.MaxLen, 1024)
	}
	return d
}

// runsAs reports whether a daemon that runs as actual is the one desired.
func (d Daemon) runsAs(actual Daemon) bool {
	d = d.complete()
	if d.MaxLen == 0 {
		d.MaxLen = actual.MaxLen
	}
	return d == actual.complete()
}
