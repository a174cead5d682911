package netlinkx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// ErrMalformed is wrapped by every error about a message that does not parse.
var ErrMalformed = errors.New("netlinkx: malformed message")

const (
	ifInfoLen = 16 // struct ifinfomsg
	ifAddrLen = 8  // struct ifaddrmsg

	ifaProto           = 11 // IFA_PROTO, Linux 5.18
	netconfaIfindex    = 1  // NETCONFA_IFINDEX
	netconfaForwarding = 2  // NETCONFA_FORWARDING
	devconf6Forwarding = 0  // index into IFLA_INET6_CONF
)

// linkIndex returns which interface a link message is about. ok is false for
// messages that are not about an interface as such: bridges report the coming
// and going of their ports with the same types, and a port that left its bridge
// has not vanished.
func linkIndex(b []byte) (index int, ok bool) {
	if len(b) < ifInfoLen || b[0] != unix.AF_UNSPEC {
		return 0, false
	}
	return int(int32(binary.NativeEndian.Uint32(b[4:]))), true
}

// decodeLink lays the link message b over i, whose fields keep their values
// where the message says nothing: some notifications carry little more than an
// index. The message is one that linkIndex accepts.
func decodeLink(b []byte, i *Interface) error {
	index, ok := linkIndex(b)
	if !ok {
		return fmt.Errorf("%w: not a link", ErrMalformed)
	}
	i.Index = index
	i.setFlags(binary.NativeEndian.Uint32(b[8:]))

	ad, err := netlink.NewAttributeDecoder(b[ifInfoLen:])
	if err != nil {
		return fmt.Errorf("%w: link: %w", ErrMalformed, err)
	}
	for ad.Next() {
		switch ad.Type() {
		case unix.IFLA_IFNAME:
			i.Name = ad.String()
		case unix.IFLA_MTU:
			i.MTU = int(ad.Uint32())
		case unix.IFLA_ADDRESS:
			i.HardwareAddr = net.HardwareAddr(ad.Bytes())
		case unix.IFLA_LINK:
			i.Parent = int(ad.Uint32())
		case unix.IFLA_IFALIAS:
			i.Alias = ad.String()
		case unix.IFLA_GROUP:
			i.Group = ad.Uint32()
		case unix.IFLA_LINKINFO:
			ad.Nested(i.decodeInfo)
		case unix.IFLA_AF_SPEC:
			ad.Nested(func(families *netlink.AttributeDecoder) error {
				for families.Next() {
					if families.Type() == unix.AF_INET6 {
						families.Nested(i.decodeINET6)
					}
				}
				return nil
			})
		}
	}
	if err := ad.Err(); err != nil {
		return fmt.Errorf("%w: link: %w", ErrMalformed, err)
	}
	return nil
}

// decodeInfo takes the kind of a link, and what matters of it.
func (i *Interface) decodeInfo(ad *netlink.AttributeDecoder) error {
	for ad.Next() {
		switch ad.Type() {
		case unix.IFLA_INFO_KIND:
			i.Kind = ad.String()
		case unix.IFLA_INFO_DATA:
			switch i.Kind {
			case "vrf", "macvlan", "ipvlan":
				ad.Nested(i.decodeKind)
			}
		}
	}
	return nil
}

func (i *Interface) decodeKind(ad *netlink.AttributeDecoder) error {
	for ad.Next() {
		switch {
		case i.Kind == "vrf" && ad.Type() == unix.IFLA_VRF_TABLE:
			i.VRFTable = ad.Uint32()
		case i.Kind == "macvlan" && ad.Type() == macvlanMode:
			i.MacvlanMode = ad.Uint32()
		case i.Kind == "ipvlan" && ad.Type() == unix.IFLA_IPVLAN_MODE:
			i.IPVLANMode = ad.Uint16()
		case i.Kind == "ipvlan" && ad.Type() == unix.IFLA_IPVLAN_FLAGS:
			i.IPVLANFlags = ad.Uint16()
		}
	}
	return nil
}

func (i *Interface) decodeINET6(ad *netlink.AttributeDecoder) error {
	for ad.Next() {
		if ad.Type() == unix.IFLA_INET6_CONF && ad.Len() >= 4*(devconf6Forwarding+1) {
			i.Forwarding6 = binary.NativeEndian.Uint32(ad.Bytes()[4*devconf6Forwarding:]) != 0
		}
	}
	return nil
}

// addressIndex returns the index of the interface that an address message is
// about.
func addressIndex(b []byte) (index int, ok bool) {
	if len(b) < ifAddrLen {
		return 0, false
	}
	return int(int32(binary.NativeEndian.Uint32(b[4:]))), true
}

// decodeAddress returns the address that b describes and the index of its
// interface.
func decodeAddress(b []byte) (index int, a Address, err error) {
	index, ok := addressIndex(b)
	if !ok {
		return 0, a, fmt.Errorf("%w: address of %d bytes", ErrMalformed, len(b))
	}
	a = Address{Flags: uint32(b[2]), Scope: b[3], Preferred: Forever, Valid: Forever}

	ad, err := netlink.NewAttributeDecoder(b[ifAddrLen:])
	if err != nil {
		return 0, a, fmt.Errorf("%w: address: %w", ErrMalformed, err)
	}
	// On a point-to-point link IFA_ADDRESS is the peer and IFA_LOCAL our own;
	// elsewhere they are equal, or IFA_LOCAL is missing (IPv6).
	var address, local netip.Addr
	for ad.Next() {
		switch ad.Type() {
		case unix.IFA_ADDRESS:
			address, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.IFA_LOCAL:
			local, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.IFA_BROADCAST:
			a.Broadcast, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.IFA_LABEL:
			a.Label = ad.String()
		case unix.IFA_RT_PRIORITY:
			a.Metric = ad.Uint32()
		case unix.IFA_FLAGS:
			a.Flags = ad.Uint32()
		case ifaProto:
			a.Protocol = ad.Uint8()
		case unix.IFA_CACHEINFO:
			if info := ad.Bytes(); len(info) >= 8 {
				a.Preferred = binary.NativeEndian.Uint32(info)
				a.Valid = binary.NativeEndian.Uint32(info[4:])
			}
		}
	}
	if err := ad.Err(); err != nil {
		return 0, a, fmt.Errorf("%w: address: %w", ErrMalformed, err)
	}
	switch {
	case !local.IsValid():
		local = address
	case address.IsValid() && address != local:
		a.Peer = address
	}
	a.Prefix = netip.PrefixFrom(local, int(b[1]))
	if !a.Prefix.IsValid() {
		return 0, a, fmt.Errorf("%w: address %v/%d", ErrMalformed, local, b[1])
	}
	return index, a, nil
}

// decodeForwarding6 returns the interface and the state that a netconf message
// reports. ok is false where it reports something else.
func decodeForwarding6(b []byte) (index int, on, ok bool, err error) {
	const header = 4 // struct netconfmsg, padded
	if len(b) < header {
		return 0, false, false, fmt.Errorf("%w: netconf of %d bytes", ErrMalformed, len(b))
	}
	if b[0] != unix.AF_INET6 {
		return 0, false, false, nil
	}
	ad, err := netlink.NewAttributeDecoder(b[header:])
	if err != nil {
		return 0, false, false, fmt.Errorf("%w: netconf: %w", ErrMalformed, err)
	}
	for ad.Next() {
		switch ad.Type() {
		case netconfaIfindex:
			index = int(ad.Int32())
		case netconfaForwarding:
			on, ok = ad.Int32() != 0, true
		}
	}
	if err := ad.Err(); err != nil {
		return 0, false, false, fmt.Errorf("%w: netconf: %w", ErrMalformed, err)
	}
	return index, on, ok, nil
}
