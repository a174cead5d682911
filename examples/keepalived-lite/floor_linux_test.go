package main_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// kernelFloor returns the least time in which any program can put the mass test's
// addresses on an interface: the kernel's own for requests that were made in
// advance and go to it in one send, on a host where nobody listens. Nothing is
// announced.
func kernelFloor(t *testing.T, lab *netlab.Lab, name string) time.Duration {
	t.Helper()
	h := lab.Host(name, "192.0.2.1/24")
	took, err := time.Duration(0), error(nil)
	if e := h.Do(func() error { took, err = addAtOnce("eth0"); return nil }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return took
}

// addAtOnce adds all addresses of the mass test in the namespace that it is
// called in.
func addAtOnce(dev string) (took time.Duration, err error) {
	index, err := indexOf(dev)
	if err != nil {
		return 0, err
	}
	var requests []byte
	for n := range massAddresses {
		m, err := netlinkx.SetAddress(index, netlinkx.Address{
			Prefix: netip.PrefixFrom(massAddress(n), 32), Protocol: netlinkx.Protocol, Valid: netlinkx.Forever, Preferred: netlinkx.Forever,
		})
		if err != nil {
			return 0, err
		}
		flags := uint16(m.Header.Flags) | unix.NLM_F_REQUEST
		if n == massAddresses-1 {
			flags |= unix.NLM_F_ACK
		}
		requests = binary.NativeEndian.AppendUint32(requests, uint32(unix.SizeofNlMsghdr+len(m.Data)))
		requests = binary.NativeEndian.AppendUint16(requests, uint16(m.Header.Type))
		requests = binary.NativeEndian.AppendUint16(requests, flags)
		requests = binary.NativeEndian.AppendUint64(requests, 0) // sequence and port
		requests = append(requests, m.Data...)
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 4<<20); err != nil {
		return 0, err
	}
	answer := make([]byte, 4096)
	start := time.Now()
	if err := unix.Sendto(fd, requests, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, err
	}
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return 0, err
	}
	took = time.Since(start)
	if n < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:]) != 0 {
		return 0, fmt.Errorf("the kernel refused: %x", answer[:n])
	}
	return took, nil
}

func indexOf(dev string) (int, error) {
	c, err := netlinkx.Dial(0)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	list, err := c.Interfaces()
	for _, i := range list {
		if i.Name == dev {
			return i.Index, err
		}
	}
	return 0, fmt.Errorf("no interface %s (%v)", dev, err)
}
