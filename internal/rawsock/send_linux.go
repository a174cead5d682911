package rawsock

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sender is the memory of one batch on its way out.
type sender struct {
	messages [Batch]mmsghdr
	iov      [Batch][2]unix.Iovec // header (IPv4), payload
	header   [Batch][headerSize]byte
	name4    [Batch]unix.RawSockaddrInet4
	name6    [Batch]unix.RawSockaddrInet6
	control  []byte // IPv6
}

func newSender(six bool) *sender {
	t := &sender{}
	if six {
		t.control = make([]byte, Batch*control6)
	}
	for i := range t.messages {
		h := &t.messages[i].hdr
		if six {
			t.name6[i].Family = unix.AF_INET6
			h.Name, h.Namelen = (*byte)(unsafe.Pointer(&t.name6[i])), unix.SizeofSockaddrInet6
			h.Iov = &t.iov[i][1]
			h.SetIovlen(1)
			h.Control = &t.control[i*control6]
			h.SetControllen(control6)
			continue
		}
		t.name4[i].Family = unix.AF_INET
		h.Name, h.Namelen = (*byte)(unsafe.Pointer(&t.name4[i])), unix.SizeofSockaddrInet4
		t.iov[i][0].Base = &t.header[i][0]
		t.iov[i][0].SetLen(headerSize)
		h.Iov = &t.iov[i][0]
		h.SetIovlen(2)
	}
	return t
}

// Send sends ps and returns how many left. On error ps[n] is the packet that
// failed. IPv4: a zero ID is replaced by a counter of the socket's own, a zero
// Protocol by VRRP's. IPv6: neither is used.
func (s *Socket) Send(ps []Packet) (n int, err error) {
	for n < len(ps) && err == nil {
		staged := 0
		for i := range ps[n:min(n+Batch, len(ps))] {
			if err = s.stage(i, &ps[n+i]); err != nil {
				break
			}
			staged++
		}
		sent, failed := s.flush(staged)
		if n += sent; failed != nil {
			return n, failed
		}
	}
	return n, err
}

// stage makes p the message i of the batch.
func (s *Socket) stage(i int, p *Packet) error {
	if !p.Destination.IsValid() || p.Destination.Is4() == s.six {
		return os.NewSyscallError("sendmsg", unix.EAFNOSUPPORT) // as the kernel would say
	}
	t := s.tx
	payload := &t.iov[i][1]
	payload.Base = unsafe.SliceData(p.Payload)
	payload.SetLen(len(p.Payload))
	if s.six {
		t.name6[i].Addr = p.Destination.As16()
		t.name6[i].Scope_id = s.zone(p.Destination)
		putControl6(t.control[i*control6:], p, s.index)
		return nil
	}
	t.name4[i].Addr = p.Destination.As4()
	id := p.ID
	if id == 0 {
		if s.id++; s.id == 0 {
			s.id = 1 // the kernel would put a number of its own
		}
		id = s.id
	}
	putHeader(&t.header[i], p, id)
	return nil
}

// flush sends the staged messages; it sends again from where the kernel
// stopped, which then tells why.
func (s *Socket) flush(staged int) (sent int, err error) {
	for sent < staged && err == nil {
		var n int
		n, err = s.sendmmsg(s.tx.messages[sent:staged])
		sent += n
	}
	for i := range staged {
		s.tx.iov[i][1].Base = nil // payloads are not kept
	}
	return sent, err
}

func (s *Socket) sendmmsg(m []mmsghdr) (int, error) {
	if len(m) == 1 {
		_, _, errno := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&m[0].hdr)), unix.MSG_DONTWAIT)
		if errno != 0 {
			return 0, os.NewSyscallError("sendmsg", errno)
		}
		return 1, nil
	}
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&m[0])), uintptr(len(m)),
		unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, os.NewSyscallError("sendmmsg", errno)
	}
	return int(n), nil
}
