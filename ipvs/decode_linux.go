package ipvs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// errMalformed is wrapped by errors about answers that do not parse.
var errMalformed = errors.New("malformed answer of the kernel")

// attributes calls note with the type and value of each attribute in b. Values
// are b's.
func attributes(b []byte, note func(attr uint16, value []byte)) error {
	for len(b) > 0 {
		if len(b) < attrHeader {
			return fmt.Errorf("%w: %d bytes after the last attribute", errMalformed, len(b))
		}
		size := int(binary.NativeEndian.Uint16(b))
		if size < attrHeader || size > len(b) {
			return fmt.Errorf("%w: an attribute of %d bytes in %d", errMalformed, size, len(b))
		}
		note(binary.NativeEndian.Uint16(b[2:])&attrTypeMask, b[attrHeader:size])
		b = b[min((size+3)&^3, len(b)):]
	}
	return nil
}

// number returns the unsigned integer of 1, 2, 4 or 8 bytes in b; 0 for others.
func number(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.NativeEndian.Uint16(b))
	case 4:
		return uint64(binary.NativeEndian.Uint32(b))
	case 8:
		return binary.NativeEndian.Uint64(b)
	}
	return 0
}

// port returns a number in network byte order.
func port(b []byte) uint16 {
	if len(b) != 2 {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// address returns the address in an attribute that has room for either family.
func address(b []byte, is6 bool) (netip.Addr, error) {
	switch {
	case is6 && len(b) == 16:
		return netip.AddrFrom16([16]byte(b)), nil
	case !is6 && len(b) >= 4:
		return netip.AddrFrom4([4]byte(b[:4])), nil
	}
	return netip.Addr{}, fmt.Errorf("%w: an address of %d bytes", errMalformed, len(b))
}

func decodeService(b []byte) (e Entry, err error) {
	var addr, mask []byte
	var is6 bool
	var toPort uint16
	var flags uint32
	s := &e.Service
	err = attributes(b, func(attr uint16, v []byte) {
		switch attr {
		case svcAttrFamily:
			is6 = number(v) == unix.AF_INET6
		case svcAttrProtocol:
			s.Protocol = Protocol(number(v))
		case svcAttrAddress:
			addr = v
		case svcAttrPort:
			toPort = port(v)
		case svcAttrMark:
			s.Mark = uint32(number(v))
		case svcAttrScheduler:
			s.Scheduler = text(v)
		case svcAttrFlags: // and which of them count
			flags = uint32(number(v[:min(4, len(v))]))
		case svcAttrTimeout:
			s.Persistence = time.Duration(number(v)) * time.Second
		case svcAttrNetmask:
			mask = v
		case svcAttrEngine:
			s.Engine = text(v)
		}
	})
	if err != nil {
		return Entry{}, err
	}
	s.Flags = SchedulerFlags(flags>>schedulerShift) & (Fallback | Ports | Flag3)
	s.OnePacket = flags&flagOnePacket != 0
	if flags&flagPersistent == 0 {
		s.Persistence = 0
	} else {
		s.Granularity = granularity(mask, is6)
	}
	if s.Mark != 0 {
		s.Protocol, s.IPv6 = 0, is6
		return e, nil
	}
	a, err := address(addr, is6)
	s.Address = netip.AddrPortFrom(a, toPort)
	return e, err
}

// granularity returns the mask, the zero Addr for that of a whole address.
func granularity(b []byte, is6 bool) netip.Addr {
	var s Service
	switch {
	case len(b) != 4:
	case is6:
		s.Granularity = mask6(int(min(number(b), 128)))
	default:
		s.Granularity = netip.AddrFrom4([4]byte(b))
	}
	return s.canonical().Granularity
}

func decodeDestination(b []byte, is6 bool) (d Destination, err error) {
	var addr []byte
	var toPort uint16
	err = attributes(b, func(attr uint16, v []byte) {
		switch attr {
		case destAttrFamily: // the service's, where the kernel does not say
			is6 = number(v) == unix.AF_INET6
		case destAttrAddress:
			addr = v
		case destAttrPort:
			toPort = port(v)
		case destAttrForwarding:
			d.Forwarding = fromForwarding(uint32(number(v)))
		case destAttrWeight:
			d.Weight = int(int32(number(v)))
		case destAttrUpper:
			d.Upper = uint32(number(v))
		case destAttrLower:
			d.Lower = uint32(number(v))
		case destAttrTunnelType:
			d.Tunnel.Encapsulation = Encapsulation(number(v))
		case destAttrTunnelPort:
			d.Tunnel.Port = port(v)
		case destAttrTunnelFlags:
			d.Tunnel.Checksum = Checksum(number(v))
		}
	})
	if err != nil {
		return Destination{}, err
	}
	if d.Forwarding != TUN {
		d.Tunnel = Tunnel{} // nobody looks at what is there
	}
	a, err := address(addr, is6)
	d.Address = netip.AddrPortFrom(a, toPort)
	return d, err
}

func decodeDaemon(b []byte) (d Daemon, err error) {
	var group error
	err = attributes(b, func(attr uint16, v []byte) {
		switch attr {
		case daemonAttrState:
			d.Role = Role(number(v))
		case daemonAttrInterface:
			d.Interface = text(v)
		case daemonAttrSyncID:
			d.SyncID = uint8(number(v))
		case daemonAttrMaxLen:
			d.MaxLen = uint16(number(v))
		case daemonAttrGroup, daemonAttrGroup6:
			d.Group, group = address(v, attr == daemonAttrGroup6)
		case daemonAttrPort:
			d.Port = uint16(number(v))
		case daemonAttrTTL:
			d.TTL = uint8(number(v))
		}
	})
	return d, errors.Join(err, group)
}

// decodeConnections returns how many connections a destination has.
func decodeConnections(b []byte) (active, inactive, persistent uint32, err error) {
	err = attributes(b, func(attr uint16, v []byte) {
		switch attr {
		case destAttrActive:
			active = uint32(number(v))
		case destAttrInactive:
			inactive = uint32(number(v))
		case destAttrPersistent:
			persistent = uint32(number(v))
		}
	})
	return active, inactive, persistent, err
}

// decodeCounters returns the counters in an attribute of those of a service or a
// destination: the 64 bits wide ones, or where there are none, those of 32.
func decodeCounters(b []byte, narrow, wide uint16) (c Counters, err error) {
	var stats []byte
	isWide := false
	err = attributes(b, func(attr uint16, v []byte) {
		if attr == wide || attr == narrow && !isWide {
			stats, isWide = v, attr == wide
		}
	})
	if err != nil {
		return Counters{}, err
	}
	fields := [...]*uint64{ // from IPVS_STATS_ATTR_CONNS, 1, on
		&c.Connections, &c.InPackets, &c.OutPackets, &c.InBytes, &c.OutBytes,
		&c.ConnectionRate, &c.InPacketRate, &c.OutPacketRate, &c.InByteRate, &c.OutByteRate,
	}
	err = attributes(stats, func(attr uint16, v []byte) {
		if attr >= 1 && int(attr) <= len(fields) {
			*fields[attr-1] = number(v)
		}
	})
	return c, err
}
