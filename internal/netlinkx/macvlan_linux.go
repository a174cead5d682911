package netlinkx

import (
	"net"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// MacvlanPrivate is the mode in which the macvlans of one parent never hear one
// another.
const MacvlanPrivate = 1

const (
	macvlanMode     = 1 // IFLA_MACVLAN_MODE
	inet6AddrGen    = 8 // IFLA_INET6_ADDR_GEN_MODE
	addrGenModeNone = 1 // IN6_ADDR_GEN_MODE_NONE
)

// AddMacvlan returns the request that makes a macvlan in private mode with the
// given hardware address, in a link group, on the interface parent. It is down.
func AddMacvlan(name string, parent int, mac net.HardwareAddr, group uint32) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, netlink.Create|netlink.Excl, ifInfo{}, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.IFLA_IFNAME, name)
		ae.Uint32(unix.IFLA_LINK, uint32(parent))
		ae.Bytes(unix.IFLA_ADDRESS, mac)
		ae.Uint32(unix.IFLA_GROUP, group)
		linkInfo(ae, "macvlan", func(ae *netlink.AttributeEncoder) {
			ae.Uint32(macvlanMode, MacvlanPrivate)
		})
	})
}

// SetAlias returns the request that notes text about the interface index, at
// most 255 octets.
func SetAlias(index int, text string) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, 0, ifInfo{index: index}, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.IFLA_IFALIAS, text)
	})
}

// SetNoLinkLocal returns the request that has the kernel generate no IPv6
// addresses on the interface index.
func SetNoLinkLocal(index int) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, 0, ifInfo{index: index}, func(ae *netlink.AttributeEncoder) {
		ae.Nested(unix.IFLA_AF_SPEC, func(ae *netlink.AttributeEncoder) error {
			ae.Nested(unix.AF_INET6, func(ae *netlink.AttributeEncoder) error {
				ae.Uint8(inet6AddrGen, addrGenModeNone)
				return nil
			})
			return nil
		})
	})
}
