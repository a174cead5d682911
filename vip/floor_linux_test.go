package vip_test

import (
	"encoding/binary"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// BenchmarkKernelFloor is what the kernel itself takes for a thousand addresses:
// requests that have been made in advance, in one send, on a machine where nobody
// listens.
func BenchmarkKernelFloor(b *testing.B) {
	const n = 1000
	lab := netlab.New(b)
	h := lab.Host("h", "192.0.2.1/24")
	index, fd := 0, -1
	err := h.Do(func() (err error) {
		c, err := netlinkx.Dial(0)
		if err != nil {
			return err
		}
		defer c.Close()
		list, err := c.Interfaces()
		for _, i := range list {
			if i.Name == "eth0" {
				index = i.Index
			}
		}
		if err != nil {
			return err
		}
		fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(fd)
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 4<<20)
	encode := func(kind int, chunk int) [][]byte {
		var all [][]byte
		var buf []byte
		for i := range n {
			a := netlinkx.Address{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32), Protocol: 18,
				Valid: netlinkx.Forever, Preferred: netlinkx.Forever}
			m, err := netlinkx.SetAddress(index, a)
			if kind == unix.RTM_DELADDR {
				m, err = netlinkx.DeleteAddress(index, a)
			}
			if err != nil {
				b.Fatal(err)
			}
			flags := uint16(m.Header.Flags) | unix.NLM_F_REQUEST
			last := i%chunk == chunk-1 || i == n-1
			if last {
				flags |= unix.NLM_F_ACK
			}
			buf = binary.NativeEndian.AppendUint32(buf, uint32(16+len(m.Data)))
			buf = binary.NativeEndian.AppendUint16(buf, uint16(m.Header.Type))
			buf = binary.NativeEndian.AppendUint16(buf, flags)
			buf = binary.NativeEndian.AppendUint32(buf, uint32(i+1))
			buf = binary.NativeEndian.AppendUint32(buf, 0)
			buf = append(buf, m.Data...)
			if last {
				all, buf = append(all, buf), nil
			}
		}
		return all
	}
	send := func(all [][]byte) {
		answer := make([]byte, 4096)
		for _, buf := range all {
			if err := unix.Sendto(fd, buf, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
				b.Fatal(os.NewSyscallError("sendto", err))
			}
			n, _, err := unix.Recvfrom(fd, answer, 0)
			if err != nil || n < 20 || binary.NativeEndian.Uint32(answer[16:]) != 0 {
				b.Fatal(err, n, int32(binary.NativeEndian.Uint32(answer[16:])))
			}
		}
	}
	for name, chunk := range map[string]int{"one": n, "128": 128, "16": 16} {
		b.Run(name, func(b *testing.B) {
			add, del := encode(unix.RTM_NEWADDR, chunk), encode(unix.RTM_DELADDR, chunk)
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				send(add)
				took = append(took, time.Since(start))
				send(del)
			}
			b.ReportMetric(median(took), "floor-ms")
		})
	}
}
