package netlinkx

import (
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// IPVLANModeL2 is the mode in which ipvlans take part in the parent's Ethernet:
// they hear its multicasts and resolve addresses themselves.
const IPVLANModeL2 = 0 // IPVLAN_MODE_L2

// Flags of ipvlans, the same for all of one parent: they hear one another, or
// not at all, or by way of the switch.
const (
	IPVLANBridge  = 0
	IPVLANPrivate = 1 // IPVLAN_F_PRIVATE
	IPVLANVEPA    = 2 // IPVLAN_F_VEPA
)

// AddIPVLAN returns the request that makes an ipvlan in mode L2 with the given
// flags, in a link group, on the interface parent. It is down.
func AddIPVLAN(name string, parent int, flags uint16, group uint32) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, netlink.Create|netlink.Excl, ifInfo{}, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.IFLA_IFNAME, name)
		ae.Uint32(unix.IFLA_LINK, uint32(parent))
		ae.Uint32(unix.IFLA_GROUP, group)
		linkInfo(ae, "ipvlan", func(ae *netlink.AttributeEncoder) {
			ae.Uint16(unix.IFLA_IPVLAN_MODE, IPVLANModeL2)
			ae.Uint16(unix.IFLA_IPVLAN_FLAGS, flags)
		})
	})
}
