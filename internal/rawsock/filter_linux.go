package rawsock

import (
	"encoding/binary"
	"net/netip"
	"os"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// netOff is the kernel's SKF_NET_OFF: offsets from here count from the IP
// header, although an IPv6 raw socket's packets begin behind it.
const netOff = 0xfff00000

// keep is longer than any packet.
const keep = 1 << 18

var (
	dropAll = []bpf.Instruction{bpf.RetConstant{Val: 0}}
	passAll = []bpf.Instruction{bpf.RetConstant{Val: keep}}

	// dropOtherAH drops the IPsec of others, and goes on with an Authentication
	// Header in front of VRRP. IPv4 packets begin with their header.
	dropOtherAH = []bpf.Instruction{
		bpf.LoadMemShift{Off: 0},
		bpf.LoadIndirect{Off: 0, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: Protocol, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
	}
)

// dropFrom returns a filter that drops what comes from addr.
func dropFrom(addr netip.Addr) []bpf.Instruction {
	bytes, offset := addr.AsSlice(), uint32(12)
	if addr.Is6() {
		offset = 8
	}
	var f []bpf.Instruction
	words := len(bytes) / 4
	for i := range words {
		f = append(f,
			bpf.LoadAbsolute{Off: netOff + offset + uint32(4*i), Size: 4},
			// A word that differs ends the comparison.
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: binary.BigEndian.Uint32(bytes[4*i:]), SkipTrue: uint8(2*(words-i) - 1)})
	}
	return append(f, bpf.RetConstant{Val: 0}, bpf.RetConstant{Val: keep})
}

// filter replaces the socket's filter.
func (s *Socket) filter(program []bpf.Instruction) error {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return err
	}
	f := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		f[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return os.NewSyscallError("setsockopt SO_ATTACH_FILTER", unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET,
		unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}))
}
