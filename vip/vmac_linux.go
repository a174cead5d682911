package vip

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// vmac makes or removes an interface.
func (k *linux) vmac(op Op, v VMAC) error {
	list, err := k.conn.Interfaces()
	if err != nil {
		return err
	}
	var parent, old *netlinkx.Interface
	for i := range list {
		switch list[i].Name {
		case v.Parent:
			parent = &list[i]
		case v.Name:
			old = &list[i]
		}
	}
	var is mark
	var ours bool
	if old != nil {
		is, ours = parseMark(old.Alias)
	}
	if op == Delete {
		if !ours || !k.mayReplace(is) {
			return nil // gone, or somebody else's
		}
		return k.removeVMAC(list, old)
	}
	if parent == nil {
		return ErrNoInterface
	}
	if ours && !k.mayReplace(is) {
		return fmt.Errorf("the interface %s belongs to %s, which is running: give this one another name, or another virtual router ID", v.Name, is.process())
	}
	if old != nil && !isVMAC(old, parent, v) {
		if !ours {
			return fmt.Errorf("there is another interface %s (%s)", v.Name, old.Kind)
		}
		if err := k.removeVMAC(list, old); err != nil { // of a former configuration
			return err
		}
		old = nil
	}
	if old == nil {
		if err := k.makeVMAC(parent, v); err != nil {
			return err
		}
	}
	return k.configureVMAC(list, parent, v)
}

// isVMAC reports whether an interface is what v asks for.
func isVMAC(i, parent *netlinkx.Interface, v VMAC) bool {
	if v.IPVLAN != NoIPVLAN {
		return i.Kind == "ipvlan" && i.IPVLANMode == netlinkx.IPVLANModeL2 && i.IPVLANFlags == ipvlanFlags[v.IPVLAN] && i.Parent == parent.Index
	}
	return i.Kind == "macvlan" && i.MacvlanMode == netlinkx.MacvlanPrivate && i.Parent == parent.Index && bytes.Equal(i.HardwareAddr, v.MAC)
}

func (k *linux) makeVMAC(parent *netlinkx.Interface, v VMAC) error {
	group := v.Group
	if group == 0 {
		group = parent.Group
	}
	request, err := netlinkx.AddMacvlan(v.Name, parent.Index, v.MAC, group)
	if v.IPVLAN != NoIPVLAN {
		request, err = netlinkx.AddIPVLAN(v.Name, parent.Index, ipvlanFlags[v.IPVLAN], group)
	}
	err = k.do(request, err)
	if errors.Is(err, unix.EBUSY) {
		err = fmt.Errorf("%s is part of another interface, or is to have both macvlans and ipvlans: %w", v.Parent, err)
	}
	return err
}

var ipvlanFlags = map[IPVLANMode]uint16{
	IPVLANBridge: netlinkx.IPVLANBridge, IPVLANPrivate: netlinkx.IPVLANPrivate, IPVLANVEPA: netlinkx.IPVLANVEPA,
}

// configureVMAC brings an interface into shape and up, and verifies it: before
// it can hear or say anything.
func (k *linux) configureVMAC(list []netlinkx.Interface, parent *netlinkx.Interface, v VMAC) error {
	again, err := k.conn.Interfaces()
	if err != nil {
		return err
	}
	var made *netlinkx.Interface
	for i := range again {
		if again[i].Name == v.Name && isVMAC(&again[i], parent, v) {
			made = &again[i]
		}
	}
	if made == nil {
		return fmt.Errorf("interface %s is not as it was made", v.Name)
	}
	alias, ignore := mark{owner: k.owner.name}, -1
	if v.IPVLAN == NoIPVLAN {
		if ignore, err = k.arpIgnore(list, parent); err != nil {
			return err
		}
		alias.ignore = strconv.Itoa(ignore)
	}
	err = errors.Join(
		k.do(netlinkx.SetAlias(made.Index, alias.String())),
		k.do(netlinkx.SetNoLinkLocal(made.Index)),
		netns.Do(k.namespace, func() error { return vmacSysctls(v) }),
	)
	if err == nil && ignore == 0 {
		// An ARP request for an address of the VMAC is the VMAC's to answer.
		err = k.setSysctl("ipv4", v.Parent, "arp_ignore", 1)
	}
	if err == nil {
		err = k.do(netlinkx.SetUp(made.Index, true))
	}
	if err != nil {
		_ = k.do(netlinkx.DeleteLink(made.Index))
	}
	return err
}

// arpIgnore returns the parent's arp_ignore as it was before us: another VMAC of
// its knows.
func (k *linux) arpIgnore(list []netlinkx.Interface, parent *netlinkx.Interface) (int, error) {
	for _, i := range list {
		if m, ok := parseMark(i.Alias); ok && i.Parent == parent.Index {
			if n, err := strconv.Atoi(m.ignore); err == nil {
				return n, nil
			}
		}
	}
	return k.sysctl("ipv4", parent.Name, "arp_ignore")
}

// removeVMAC removes an interface of ours, and gives the parent its setting back
// if that was the last one.
func (k *linux) removeVMAC(list []netlinkx.Interface, old *netlinkx.Interface) error {
	if err := k.do(netlinkx.DeleteLink(old.Index)); err != nil && !errors.Is(err, unix.ENODEV) {
		return err
	}
	was, _ := parseMark(old.Alias)
	before, err := strconv.Atoi(was.ignore)
	if err != nil {
		return nil // an ipvlan
	}
	parent := ""
	for _, i := range list {
		if i.Index == old.Parent {
			parent = i.Name
		}
		if m, ok := parseMark(i.Alias); ok && m.ignore != "" && i.Index != old.Index && i.Parent == old.Parent {
			return nil
		}
	}
	if parent == "" {
		return nil
	}
	return k.setSysctl("ipv4", parent, "arp_ignore", before)
}

// vmacSysctls sets what a VMAC needs; its values go with it.
func vmacSysctls(v VMAC) error {
	filter := 0
	if all, err := readSysctl("ipv4", "all", "rp_filter"); err != nil || all != 0 {
		filter = 2 // the greater of the two counts: loose is as good as off
	}
	off := 1
	if v.IPv6 {
		off = 0
	}
	err := errors.Join(
		writeSysctl("ipv4", v.Name, "arp_ignore", 1),
		writeSysctl("ipv4", v.Name, "accept_local", 1),
		writeSysctl("ipv4", v.Name, "promote_secondaries", 1),
		writeSysctl("ipv4", v.Name, "rp_filter", filter),
	)
	if e := writeSysctl("ipv6", v.Name, "disable_ipv6", off); e != nil && (v.IPv6 || !errors.Is(e, os.ErrNotExist)) {
		err = errors.Join(err, e)
	}
	return err
}

func (k *linux) sysctl(family, dev, name string) (value int, err error) {
	err = netns.Do(k.namespace, func() error {
		value, err = readSysctl(family, dev, name)
		return err
	})
	return value, err
}

func (k *linux) setSysctl(family, dev, name string, value int) error {
	return netns.Do(k.namespace, func() error { return writeSysctl(family, dev, name, value) })
}

func sysctlPath(family, dev, name string) string {
	return "/proc/sys/net/" + family + "/conf/" + dev + "/" + name
}

func readSysctl(family, dev, name string) (int, error) {
	text, err := os.ReadFile(sysctlPath(family, dev, name))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

func writeSysctl(family, dev, name string, value int) error {
	return os.WriteFile(sysctlPath(family, dev, name), []byte(strconv.Itoa(value)), 0)
}

// do makes one request.
func (k *linux) do(m netlink.Message, err error) error {
	if err != nil {
		return err
	}
	if errs := k.conn.Do([]netlink.Message{m}); errs != nil {
		return errs[0]
	}
	return nil
}
