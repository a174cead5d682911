package rawsock

import (
	"encoding/binary"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// recvBatch is how many packets one system call fetches at most: fewer
	// than it sends, for the room they take.
	recvBatch = Batch / 2

	// packetSize is room for the largest VRRP packet: an IPv4 header with
	// options, AH, and 255 IPv6 addresses. Of anything longer the head is
	// delivered, which then has the wrong length for what it says.
	packetSize = 4352

	// controlSize is room for the control messages of one packet.
	controlSize = 192
)

// Buffer is the memory of one batch on its way in. Sockets may share one, of
// either family, as long as they are read by the same goroutine.
type Buffer struct {
	messages [recvBatch]mmsghdr
	iov      [recvBatch]unix.Iovec
	name     [recvBatch]unix.RawSockaddrInet6 // room for an IPv4 one too
	control  [recvBatch][controlSize]byte
	packets  []byte
	stamps   [recvBatch]int64
}

// NewBuffer returns a Buffer.
func NewBuffer() *Buffer {
	b := &Buffer{packets: make([]byte, recvBatch*packetSize)}
	for i := range b.messages {
		h := &b.messages[i].hdr
		b.iov[i].Base = &b.packets[i*packetSize]
		b.iov[i].SetLen(packetSize)
		h.Iov = &b.iov[i]
		h.SetIovlen(1)
		h.Control = &b.control[i][0]
		h.Name = (*byte)(unsafe.Pointer(&b.name[i]))
	}
	return b
}

// Stamp returns the kernel's receive timestamp of the i-th packet of the newest
// Recv, in nanoseconds; 0: there is none. Copies of one packet that came up
// several interfaces have the same.
func (b *Buffer) Stamp(i int) int64 { return b.stamps[i] }

// Recv fills ps, or part of it, and returns how many have come; 0 and a
// nil error mean that none waits. Payloads are in b: valid until the next Recv
// of any socket into it.
func (s *Socket) Recv(b *Buffer, ps []Packet) (int, error) {
	want := min(len(ps), recvBatch)
	if want == 0 {
		return 0, nil
	}
	for i := range want { // the kernel has overwritten these
		h := &b.messages[i].hdr
		h.SetControllen(controlSize)
		h.Namelen = unix.SizeofSockaddrInet6
	}
	start := time.Now()
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&b.messages[0])),
		uintptr(want), unix.MSG_DONTWAIT, 0, 0)
	switch errno {
	case 0:
	case unix.EAGAIN:
		s.empty = start
		return 0, nil
	case unix.EINTR:
		return 0, nil
	default:
		return 0, os.NewSyscallError("recvmmsg", errno)
	}
	now := time.Now()
	n := 0
	for i := range int(got) {
		p := &ps[n]
		*p = Packet{At: now}
		data := b.packets[i*packetSize:][:b.messages[i].n:packetSize]
		if s.six {
			p.Payload = data
			p.Protocol = Protocol
			p.Source = netip.AddrFrom16(b.name[i].Addr)
		} else if !parseHeader(data, p) {
			continue
		}
		b.stamps[n] = parseControl(b.control[i][:b.messages[i].hdr.Controllen], p, s.empty, now)
		n++
	}
	if int(got) < want {
		s.empty = start // there was no more: what comes later came after it
	}
	return n, nil
}

// parseControl takes from b what the packet itself does not say, and returns the
// kernel's timestamp. The packet came between empty and now.
func parseControl(b []byte, p *Packet, empty, now time.Time) (stamp int64) {
	for len(b) >= unix.CmsgLen(0) {
		h, data, rest, err := unix.ParseOneSocketControlMessage(b)
		if err != nil {
			break
		}
		b = rest
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SCM_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
			ts := (*unix.Timespec)(unsafe.Pointer(&data[0]))
			at := time.Unix(int64(ts.Sec), int64(ts.Nsec))
			stamp, p.At = at.UnixNano(), received(empty, now, at)
		case h.Level != unix.IPPROTO_IPV6:
		case h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			p.Destination = netip.AddrFrom16([16]byte(data))
		case h.Type == unix.IPV6_HOPLIMIT && len(data) >= 4:
			p.TTL = uint8(binary.NativeEndian.Uint32(data))
		case h.Type == unix.IPV6_TCLASS && len(data) >= 4:
			p.TOS = uint8(binary.NativeEndian.Uint32(data))
		}
	}
	return stamp
}
