package rawsock

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is what sendmmsg and recvmmsg take an array of. Go pads it as C does.
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// putControl writes the header of a control message with size bytes of data
// into b, and returns the place of the data and what is behind it.
func putControl(b []byte, level, kind, size int) (data, rest []byte) {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = int32(level), int32(kind)
	h.SetLen(unix.CmsgLen(size))
	return b[unix.CmsgLen(0):], b[unix.CmsgSpace(size):]
}

// control6 is the room that the three control messages of an IPv6 packet take.
var control6 = unix.CmsgSpace(unix.SizeofInet6Pktinfo) + 2*unix.CmsgSpace(4)

// putControl6 writes what an IPv6 packet's header shall say into b.
func putControl6(b []byte, p *Packet, index int) {
	data, b := putControl(b, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
	var src [16]byte
	if p.Source.IsValid() {
		src = p.Source.As16()
	}
	copy(data, src[:])
	binary.NativeEndian.PutUint32(data[16:], uint32(index))
	data, b = putControl(b, unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT, 4)
	binary.NativeEndian.PutUint32(data, uint32(p.TTL))
	data, _ = putControl(b, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, 4)
	binary.NativeEndian.PutUint32(data, uint32(p.TOS))
}
