package vip

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// vmacPatience is how long Acquire waits for new interfaces to be seen, which
// takes a running Run.
const vmacPatience = 200 * time.Millisecond

// VMAC is an interface on top of another one with the hardware address of a
// virtual router (keepalived: use_vmac): what moves from one machine to another
// is then that address too, and no neighbour has to learn anything. On Linux it
// is a macvlan in private mode, or an ipvlan.
//
// It belongs into a Set of its own, without a Lifetime, that is acquired before
// the routers start and released after they have ended. While it is there,
// Parent does not answer ARP requests for addresses of the VMAC; the former
// setting comes back with the last VMAC of the parent. Its name must be among
// the Silent of the Filter.
//
// It has no addresses of its own. keepalived copies the parent's link-local
// address to one for IPv6: neighbours then find the machine itself at the
// virtual MAC address, which on a backup is another machine.
type VMAC struct {
	Name   string // of the interface; at most MaxInterface octets
	Parent string // the interface below
	MAC    net.HardwareAddr

	// IPVLAN makes it an ipvlan instead of a macvlan (keepalived: use_ipvlan),
	// for parents that bear no second hardware address. It then has the
	// parent's, and MAC must be nil; Parent answers as before, and the Filter
	// need not know. It has its own address to advertise from; what the master
	// holds is on Parent. A parent cannot have both kinds, and all its ipvlans
	// are in the mode of the last one.
	IPVLAN IPVLANMode

	// IPv6 says that it carries IPv6 addresses: without, IPv6 is off.
	IPv6 bool

	// Group is the link group; 0: the parent's.
	Group uint32
}

// IPVLANMode says how the ipvlans of one parent hear one another.
type IPVLANMode uint8

// The modes of ipvlans, all of them of layer 2.
const (
	NoIPVLAN IPVLANMode = iota
	IPVLANBridge
	IPVLANPrivate // not at all
	IPVLANVEPA    // by way of the switch
)

var ipvlanModes = [...]string{"none", "bridge", "private", "vepa"}

// String returns the mode as ip(8) does.
func (m IPVLANMode) String() string {
	if int(m) < len(ipvlanModes) {
		return ipvlanModes[m]
	}
	return fmt.Sprintf("mode %d", m)
}

// RouterMAC returns the hardware address of a virtual router: RFC 9568 section
// 7.3.
func RouterMAC(vrid uint8, ipv6 bool) net.HardwareAddr {
	mac := net.HardwareAddr{0x00, 0x00, 0x5e, 0x00, 0x01, vrid}
	if ipv6 {
		mac[4] = 0x02
	}
	return mac
}

// String returns the interface in the words of `ip link add`.
func (v VMAC) String() string {
	text := fmt.Sprintf("%s link %s", v.Name, v.Parent)
	if v.MAC != nil {
		text += " address " + v.MAC.String()
	}
	if v.Group != 0 {
		text += fmt.Sprintf(" group %d", v.Group)
	}
	if v.IPVLAN != NoIPVLAN {
		return fmt.Sprintf("%s type ipvlan mode l2 %v", text, v.IPVLAN)
	}
	return text + " type macvlan mode private"
}

// Validate returns all that is wrong with the interface, joined, or nil.
func (v VMAC) Validate() error {
	var errs []error
	for _, name := range []string{v.Name, v.Parent} {
		if name == "" || len(name) > MaxInterface || strings.ContainsAny(name, "/: \t\n") || name == "." || name == ".." {
			errs = append(errs, fmt.Errorf("vip: link %v: %q is no interface name", v, name))
		}
	}
	if v.Name == v.Parent {
		errs = append(errs, fmt.Errorf("vip: link %v: cannot be on top of itself", v))
	}
	switch {
	case int(v.IPVLAN) >= len(ipvlanModes):
		errs = append(errs, fmt.Errorf("vip: link %v: there is no such mode", v))
	case v.IPVLAN != NoIPVLAN && v.MAC != nil:
		errs = append(errs, fmt.Errorf("vip: link %v: an ipvlan has its parent's hardware address", v))
	case v.IPVLAN == NoIPVLAN && (len(v.MAC) != 6 || v.MAC[0]&1 != 0):
		errs = append(errs, fmt.Errorf("vip: link %v: needs a unicast hardware address of six octets", v))
	}
	return errors.Join(errs...)
}

func (v VMAC) place() place { return place{text: "link " + v.Name} }

// device is the parent: without it there is nothing to add.
func (v VMAC) device() string { return v.Parent }

// awaitVMACs waits until Watch has seen the interfaces that have just been made,
// so that addresses can be added to them at once.
func (s *Set) awaitVMACs(claims []*claim) {
	end := time.Now().Add(vmacPatience)
	for _, c := range claims {
		v, ok := c.object.(VMAC)
		if !ok || c.state != claimHeld {
			continue
		}
		for time.Now().Before(end) {
			if i, err := s.manager.kernel.Seen(v.Name); err == nil && i.Up {
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
}
