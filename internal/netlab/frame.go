package netlab

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"time"
)

// Frame is one Ethernet frame on the wire.
type Frame struct {
	At   time.Time // when the switch's kernel received it, wall clock
	Host string    // the host whose cable it came from
	Dev  string    // and the interface there
	Data []byte
}

// Advert is a VRRP advertisement as a test looks at it: read straight from
// the bytes, whatever they are worth. The code under test is not its judge.
type Advert struct {
	Frame
	SourceMAC           net.HardwareAddr
	Source, Destination netip.Addr
	TTL                 uint8 // or hop limit
	Version             uint8
	VRID, Priority      uint8
	Payload             []byte // from the version octet on
}

// ARP is an ARP message over Ethernet and IPv4.
type ARP struct {
	Frame
	Op        uint16
	SenderMAC net.HardwareAddr
	Sender    netip.Addr
	Target    netip.Addr
}

// Gratuitous reports whether the message announces its sender.
func (a ARP) Gratuitous() bool { return a.Sender == a.Target && a.Sender.IsValid() }

const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherIPv6 = 0x86dd
	protoVRRP = 112
	protoAH   = 51
)

// ip returns the parts of an IPv4 or IPv6 packet without extension headers.
func (f Frame) ip() (src, dst netip.Addr, ttl, proto uint8, payload []byte, ok bool) {
	if len(f.Data) < 14 {
		return
	}
	b := f.Data[14:]
	switch binary.BigEndian.Uint16(f.Data[12:]) {
	case etherIPv4:
		if len(b) < 20 {
			return
		}
		hlen, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		if hlen < 20 || total < hlen || total > len(b) {
			return
		}
		return netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20])), b[8], b[9], b[hlen:total], true
	case etherIPv6:
		if len(b) < 40 {
			return
		}
		n := int(binary.BigEndian.Uint16(b[4:]))
		if n > len(b)-40 {
			return
		}
		return netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40])), b[7], b[6], b[40 : 40+n], true
	}
	return
}

// Advert reads the frame as a VRRP advertisement, also behind an
// authentication header.
func (f Frame) Advert() (Advert, bool) {
	src, dst, ttl, proto, p, ok := f.ip()
	if ok && proto == protoAH && len(p) >= 8 && len(p) >= int(p[1]+2)*4 {
		proto, p = p[0], p[int(p[1]+2)*4:]
	}
	if !ok || proto != protoVRRP || len(p) < 8 || p[0]&15 != 1 {
		return Advert{}, false
	}
	return Advert{Frame: f, SourceMAC: f.Data[6:12], Source: src, Destination: dst, TTL: ttl,
		Version: p[0] >> 4, VRID: p[1], Priority: p[2], Payload: p}, true
}

// ARP reads the frame as an ARP message.
func (f Frame) ARP() (ARP, bool) {
	if len(f.Data) < 42 || binary.BigEndian.Uint16(f.Data[12:]) != etherARP {
		return ARP{}, false
	}
	b := f.Data[14:]
	return ARP{Frame: f, Op: binary.BigEndian.Uint16(b[6:]), SenderMAC: b[8:14],
		Sender: netip.AddrFrom4([4]byte(b[14:18])), Target: netip.AddrFrom4([4]byte(b[24:28]))}, true
}

// NeighborAdvert reads the frame as an IPv6 neighbour advertisement and
// returns the address it speaks for.
func (f Frame) NeighborAdvert() (target netip.Addr, ok bool) {
	const icmpv6, advert = 58, 136
	_, _, _, proto, p, ok := f.ip()
	if !ok || proto != icmpv6 || len(p) < 24 || p[0] != advert {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16([16]byte(p[8:24])), true
}

// WritePcap writes frames to a file in the pcap format, with nanoseconds.
func WritePcap(file string, frames []Frame) error {
	var b bytes.Buffer
	const magic, major, minor, snaplen, ethernet = 0xa1b23c4d, 2, 4, 1 << 16, 1
	le := binary.LittleEndian
	head := le.AppendUint32(nil, magic)
	head = le.AppendUint16(le.AppendUint16(head, major), minor)
	head = le.AppendUint32(le.AppendUint32(head, 0), 0) // time zone, accuracy
	b.Write(le.AppendUint32(le.AppendUint32(head, snaplen), ethernet))
	for _, f := range frames {
		rec := le.AppendUint32(nil, uint32(f.At.Unix()))
		rec = le.AppendUint32(rec, uint32(f.At.Nanosecond()))
		rec = le.AppendUint32(rec, uint32(len(f.Data)))
		b.Write(le.AppendUint32(rec, uint32(len(f.Data))))
		b.Write(f.Data)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
