package vip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// preferences are the values of RTA_PREF.
var preferences = map[Preference]uint8{PreferenceMedium: 0, PreferenceHigh: 1, PreferenceLow: 3}

// errNoVRF means that an interface has no routing table of its own.
var errNoVRF = errors.New("interface is no VRF")

// names finds interfaces.
type names func(name string) (index int, vrfTable uint32, err error)

// routeRequest returns the message that adds or removes a route.
func routeRequest(op Op, r Route, find names) (netlink.Message, error) {
	m := netlink.Message{Header: netlink.Header{Type: unix.RTM_DELROUTE}}
	if op == Add {
		m.Header.Type = unix.RTM_NEWROUTE
		m.Header.Flags = netlink.Create
		switch r.Mode {
		case RouteAppend:
			m.Header.Flags |= netlink.Append
		case RouteAdd:
			m.Header.Flags |= netlink.Excl
		}
	}
	table := r.Table
	switch {
	case r.VRF != "":
		_, t, err := find(r.VRF)
		if err != nil {
			return m, err
		}
		if t == 0 {
			return m, fmt.Errorf("%w: %s", errNoVRF, r.VRF)
		}
		table = t
	case table == 0:
		table = TableMain
	}
	m.Data = make([]byte, unix.SizeofRtMsg, 128)
	m.Data[0] = family(r.ipv6())
	m.Data[1], m.Data[2] = byte(r.Destination.Bits()), byte(max(r.From.Bits(), 0))
	m.Data[3] = r.TOS
	if table <= 255 {
		m.Data[4] = byte(table)
	}
	m.Data[5], m.Data[6], m.Data[7] = r.protocol(), byte(r.Scope), byte(r.routeType())
	if r.OnLink {
		m.Data[8] = unix.RTNH_F_ONLINK
	}
	attributes, err := encode(func(ae *netlink.AttributeEncoder) error { return r.encode(ae, table, op, find) })
	m.Data = append(m.Data, attributes...)
	return m, err
}

func (r Route) encode(ae *netlink.AttributeEncoder, table uint32, op Op, find names) error {
	if r.Destination.Bits() > 0 {
		ae.Bytes(unix.RTA_DST, r.Destination.Addr().AsSlice())
	}
	if r.From.Bits() > 0 {
		ae.Bytes(unix.RTA_SRC, r.From.Addr().AsSlice())
	}
	ae.Uint32(unix.RTA_TABLE, table)
	if r.Metric != 0 {
		ae.Uint32(unix.RTA_PRIORITY, r.Metric)
	}
	if r.Source.IsValid() {
		ae.Bytes(unix.RTA_PREFSRC, r.Source.AsSlice())
	}
	if r.Expires != 0 && op == Add {
		ae.Uint32(unix.RTA_EXPIRES, uint32(r.Expires/time.Second))
	}
	if r.Preference != PreferenceMedium {
		ae.Uint8(unix.RTA_PREF, preferences[r.Preference])
	}
	switch r.TTLPropagate {
	case SwitchOn:
		ae.Uint8(unix.RTA_TTL_PROPAGATE, 1)
	case SwitchOff:
		ae.Uint8(unix.RTA_TTL_PROPAGATE, 0)
	}
	r.encodeMetrics(ae)
	if r.Interface != "" {
		index, _, err := find(r.Interface)
		if err != nil {
			return err
		}
		ae.Uint32(unix.RTA_OIF, uint32(index))
	}
	r.Hop.encode(ae, r.ipv6())
	if len(r.NextHops) == 0 {
		return nil
	}
	var hops []byte
	for _, h := range r.NextHops {
		var index int
		if h.Interface != "" {
			var err error
			if index, _, err = find(h.Interface); err != nil {
				return err
			}
		}
		attributes, err := encode(func(ae *netlink.AttributeEncoder) error {
			h.Hop.encode(ae, r.ipv6())
			return nil
		})
		if err != nil {
			return err
		}
		head := make([]byte, unix.SizeofRtNexthop)
		binary.NativeEndian.PutUint16(head, uint16(len(head)+len(attributes)))
		if h.OnLink {
			head[2] = unix.RTNH_F_ONLINK
		}
		head[3] = byte(max(h.Weight, 1) - 1)
		binary.NativeEndian.PutUint32(head[4:], uint32(index))
		hops = append(append(hops, head...), attributes...)
	}
	ae.Bytes(unix.RTA_MULTIPATH, hops)
	return nil
}

func (r Route) encodeMetrics(ae *netlink.AttributeEncoder) {
	if len(r.Metrics) == 0 && r.CongestionControl == "" {
		return
	}
	ae.Nested(unix.RTA_METRICS, func(ae *netlink.AttributeEncoder) error {
		var locked uint32
		for _, m := range r.Metrics {
			ae.Uint32(uint16(m.Kind), m.Value)
			if m.Lock {
				locked |= 1 << m.Kind
			}
		}
		if r.CongestionControl != "" {
			ae.String(uint16(metricCongestion), r.CongestionControl)
			if r.LockCongestionControl {
				locked |= 1 << metricCongestion
			}
		}
		if locked != 0 {
			ae.Uint32(unix.RTAX_LOCK, locked)
		}
		return nil
	})
}

// encode adds the attributes that are the same for the one and for one of
// several ways. The interface is not among them.
func (h Hop) encode(ae *netlink.AttributeEncoder, ipv6 bool) {
	switch {
	case !h.Via.IsValid():
	case h.Via.Is6() == ipv6:
		ae.Bytes(unix.RTA_GATEWAY, h.Via.AsSlice())
	default:
		via := binary.NativeEndian.AppendUint16(nil, uint16(family(h.Via.Is6())))
		ae.Bytes(unix.RTA_VIA, append(via, h.Via.AsSlice()...))
	}
	if h.Realms != (Realms{}) {
		ae.Uint32(unix.RTA_FLOW, uint32(h.Realms.From)<<16|uint32(h.Realms.To))
	}
	if h.Encap.Type == EncapNone {
		return
	}
	ae.Uint16(unix.RTA_ENCAP_TYPE, uint16(h.Encap.Type))
	ae.Nested(unix.RTA_ENCAP, h.Encap.encode)
}

// decodeRoute returns the route that b describes, as far as Kernel.Routing
// tells it. ok is false for what does not parse.
func decodeRoute(b []byte, name func(index int) string) (r Route, ok bool) {
	if len(b) < unix.SizeofRtMsg {
		return r, false
	}
	ad, err := netlink.NewAttributeDecoder(b[unix.SizeofRtMsg:])
	if err != nil {
		return r, false
	}
	unspecified := netip.IPv4Unspecified()
	if b[0] == unix.AF_INET6 {
		unspecified = netip.IPv6Unspecified()
	}
	destination, from := unspecified, netip.Addr{}
	r.TOS, r.Table, r.Protocol, r.Type = b[3], uint32(b[4]), b[5], RouteType(b[7])
	if b[0] == unix.AF_INET {
		r.Scope = Scope(b[6])
	}
	for ad.Next() {
		switch ad.Type() {
		case unix.RTA_DST:
			destination, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.RTA_SRC:
			from, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.RTA_TABLE:
			r.Table = ad.Uint32()
		case unix.RTA_PRIORITY:
			r.Metric = ad.Uint32()
		case unix.RTA_PREFSRC:
			r.Source, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.RTA_OIF:
			r.Interface = name(int(ad.Uint32()))
		case unix.RTA_GATEWAY:
			r.Via, _ = netip.AddrFromSlice(ad.Bytes())
		case unix.RTA_VIA:
			if via := ad.Bytes(); len(via) > 2 {
				r.Via, _ = netip.AddrFromSlice(via[2:])
			}
		}
	}
	r.Destination = netip.PrefixFrom(destination, int(b[1]))
	if from.IsValid() {
		r.From = netip.PrefixFrom(from, int(b[2]))
	}
	return r, ad.Err() == nil && r.Destination.IsValid() && r.From.IsValid() == from.IsValid()
}

// family returns the number of an address family.
func family(ipv6 bool) byte {
	if ipv6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

func encode(fill func(ae *netlink.AttributeEncoder) error) ([]byte, error) {
	ae := netlink.NewAttributeEncoder()
	if err := fill(ae); err != nil {
		return nil, err
	}
	return ae.Encode()
}
