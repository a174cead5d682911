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

// receiver is the memory of one batch on its way in.
type receiver struct {
	messages [recvBatch]mmsghdr
	iov      [recvBatch]unix.Iovec
	name6    [recvBatch]unix.RawSockaddrInet6
	control  [recvBatch][controlSize]byte
	packets  []byte
}

func newReceiver(six bool) *receiver {
	r := &receiver{packets: make([]byte, recvBatch*packetSize)}
	for i := range r.messages {
		h := &r.messages[i].hdr
		r.iov[i].Base = &r.packets[i*packetSize]
		r.iov[i].SetLen(packetSize)
		h.Iov = &r.iov[i]
		h.SetIovlen(1)
		h.Control = &r.control[i][0]
		if six {
			h.Name = (*byte)(unsafe.Pointer(&r.name6[i]))
		}
	}
	return r
}

// Recv fills ps, or part of it, and returns how many have come; 0 and a
// nil error mean that none waits. Payloads are valid until the next Recv.
func (s *Socket) Recv(ps []Packet) (int, error) {
	r := s.rx
	want := min(len(ps), recvBatch)
	if want == 0 {
		return 0, nil
	}
	for i := range want { // the kernel has overwritten these
		h := &r.messages[i].hdr
		h.SetControllen(controlSize)
		if s.six {
			h.Namelen = unix.SizeofSockaddrInet6
		}
	}
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&r.messages[0])),
		uintptr(want), unix.MSG_DONTWAIT, 0, 0)
	switch errno {
	case 0:
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	default:
		return 0, os.NewSyscallError("recvmmsg", errno)
	}
	now := time.Now()
	n := 0
	for i := range int(got) {
		p := &ps[n]
		*p = Packet{At: now}
		b := r.packets[i*packetSize:][:r.messages[i].n:packetSize]
		if s.six {
			p.Payload = b
			p.Protocol = Protocol
			p.Source = netip.AddrFrom16(r.name6[i].Addr)
		} else if !parseHeader(b, p) {
			continue
		}
		parseControl(r.control[i][:r.messages[i].hdr.Controllen], p, now)
		n++
	}
	return n, nil
}

// parseControl takes from b what the packet itself does not say.
func parseControl(b []byte, p *Packet, now time.Time) {
	for len(b) >= unix.CmsgLen(0) {
		h, data, rest, err := unix.ParseOneSocketControlMessage(b)
		if err != nil {
			return
		}
		b = rest
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SCM_TIMESTAMPNS && len(data) >= int(unsafe.Sizeof(unix.Timespec{})):
			ts := (*unix.Timespec)(unsafe.Pointer(&data[0]))
			p.At = received(now, int64(ts.Sec), int64(ts.Nsec))
		case h.Level != unix.IPPROTO_IPV6:
		case h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			p.Destination = netip.AddrFrom16([16]byte(data))
		case h.Type == unix.IPV6_HOPLIMIT && len(data) >= 4:
			p.TTL = uint8(binary.NativeEndian.Uint32(data))
		case h.Type == unix.IPV6_TCLASS && len(data) >= 4:
			p.TOS = uint8(binary.NativeEndian.Uint32(data))
		}
	}
}
