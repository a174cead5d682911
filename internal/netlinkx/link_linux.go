package netlinkx

import (
	"encoding/binary"
	"fmt"
	"net"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Attributes of IFLA_INFO_DATA that package unix does not name.
const (
	vethInfoPeer          = 1  // VETH_INFO_PEER
	bridgeForwardDelay    = 1  // IFLA_BR_FORWARD_DELAY, in hundredths of a second
	bridgeMulticastSnoops = 23 // IFLA_BR_MCAST_SNOOPING
)

// AddBridge returns the request that makes a bridge which forwards at once and
// floods every multicast.
func AddBridge(name string) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, netlink.Create|netlink.Excl, ifInfo{}, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.IFLA_IFNAME, name)
		linkInfo(ae, "bridge", func(ae *netlink.AttributeEncoder) {
			ae.Uint32(bridgeForwardDelay, 0)
			ae.Uint8(bridgeMulticastSnoops, 0)
		})
	})
}

// AddVeth returns the request that lays a cable: the interface name here, its
// other end under the name peer and with the hardware address mac in the network
// namespace that the descriptor ns refers to. Both ends are down.
func AddVeth(name, peer string, mac net.HardwareAddr, ns int) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, netlink.Create|netlink.Excl, ifInfo{}, func(ae *netlink.AttributeEncoder) {
		ae.String(unix.IFLA_IFNAME, name)
		linkInfo(ae, "veth", func(ae *netlink.AttributeEncoder) {
			ae.Do(vethInfoPeer, func() ([]byte, error) {
				other := netlink.NewAttributeEncoder()
				other.String(unix.IFLA_IFNAME, peer)
				other.Bytes(unix.IFLA_ADDRESS, mac)
				other.Uint32(unix.IFLA_NET_NS_FD, uint32(ns))
				attributes, err := other.Encode()
				return append(make([]byte, ifInfoLen), attributes...), err
			})
		})
	})
}

// SetMaster returns the request that makes the interface index a port of the
// bridge master.
func SetMaster(index, master int) (netlink.Message, error) {
	return linkMessage(unix.RTM_NEWLINK, 0, ifInfo{index: index}, func(ae *netlink.AttributeEncoder) {
		ae.Uint32(unix.IFLA_MASTER, uint32(master))
	})
}

// SetUp returns the request that enables or disables the interface index.
func SetUp(index int, up bool) (netlink.Message, error) {
	info := ifInfo{index: index, change: unix.IFF_UP}
	if up {
		info.flags = unix.IFF_UP
	}
	return linkMessage(unix.RTM_NEWLINK, 0, info, nil)
}

// DeleteLink returns the request that removes the interface index, and of a
// cable its other end too.
func DeleteLink(index int) (netlink.Message, error) {
	return linkMessage(unix.RTM_DELLINK, 0, ifInfo{index: index}, nil)
}

func linkInfo(ae *netlink.AttributeEncoder, kind string, data func(*netlink.AttributeEncoder)) {
	ae.Nested(unix.IFLA_LINKINFO, func(ae *netlink.AttributeEncoder) error {
		ae.String(unix.IFLA_INFO_KIND, kind)
		ae.Nested(unix.IFLA_INFO_DATA, func(ae *netlink.AttributeEncoder) error {
			data(ae)
			return nil
		})
		return nil
	})
}

// ifInfo is what changes in struct ifinfomsg.
type ifInfo struct {
	index         int
	flags, change uint32 // IFF_*: which are set, of those that change
}

func linkMessage(
	kind netlink.HeaderType, flags netlink.HeaderFlags, info ifInfo, more func(*netlink.AttributeEncoder),
) (netlink.Message, error) {
	ae := netlink.NewAttributeEncoder()
	if more != nil {
		more(ae)
	}
	attributes, err := ae.Encode()
	if err != nil {
		return netlink.Message{}, fmt.Errorf("netlinkx: link: %w", err)
	}
	body := make([]byte, ifInfoLen, ifInfoLen+len(attributes))
	binary.NativeEndian.PutUint32(body[4:], uint32(info.index))
	binary.NativeEndian.PutUint32(body[8:], info.flags)
	binary.NativeEndian.PutUint32(body[12:], info.change)
	return netlink.Message{
		Header: netlink.Header{Type: kind, Flags: flags},
		Data:   append(body, attributes...),
	}, nil
}
