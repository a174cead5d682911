package netlinkx

import (
	"encoding/binary"
	"fmt"
	"os"

	"github.com/mdlayher/netlink"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Where filters find things: a notification begins with its header.
const (
	typeAt, flagsAt = 4, 6
	routeProtocolAt = unix.SizeofNlMsghdr + 5
	addressFlagsAt  = unix.SizeofNlMsghdr + 2
	addressAttrsAt  = unix.SizeofNlMsghdr + ifAddrLen
)

// Protocol is what virtual addresses, routes and rules are marked with: that of
// keepalived (RTPROT_KEEPALIVED).
const Protocol = 18

// passAll and passNone are what filters return.
var (
	passAll  = bpf.RetConstant{Val: 1 << 18}
	passNone = bpf.RetConstant{Val: 0}
)

// half is v as a load in the network's byte order sees it.
func half(v uint16) uint32 {
	return uint32(binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, v)))
}

// goneFilter passes messages of which a missing route or rule may be the
// consequence: a router's other changes must not wake anybody.
func goneFilter(protocol uint8) []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: typeAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: half(unix.RTM_DELRULE), SkipTrue: 6},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: half(unix.RTM_DELROUTE), SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: half(unix.RTM_NEWROUTE), SkipTrue: 5},
		// One route in place of another: the message has the new one only.
		bpf.LoadAbsolute{Off: flagsAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: half(uint16(netlink.Replace)), SkipTrue: 2, SkipFalse: 3},
		bpf.LoadAbsolute{Off: routeProtocolAt, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(protocol), SkipTrue: 1},
		passAll,
		passNone,
	}
}

// additionFilter tells notifications that a virtual address has been added from
// all others, and passes either these or those. One that is a duplicate counts
// among the others.
func additionFilter(additions bool) []bpf.Instruction {
	yes, no := passNone, passAll
	if additions {
		yes, no = passAll, passNone
	}
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: typeAt, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: half(unix.RTM_NEWADDR), SkipTrue: 9},
		bpf.LoadAbsolute{Off: addressFlagsAt, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: unix.IFA_F_DADFAILED, SkipTrue: 7},
		bpf.LoadConstant{Dst: bpf.RegX, Val: ifaProto},
		bpf.LoadConstant{Dst: bpf.RegA, Val: addressAttrsAt},
		bpf.LoadExtension{Num: bpf.ExtNetlinkAttr}, // where the attribute begins; 0: there is none
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 3},
		bpf.TAX{},
		bpf.LoadIndirect{Off: unix.SizeofNlAttr, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: Protocol, SkipTrue: 1},
		no,
		yes,
	}
}

// listen opens a connection for those notifications of groups that a filter
// passes. A few that came before the filter was there may be among them.
func listen(ns int, filter []bpf.Instruction, groups ...int) (*netlink.Conn, error) {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return nil, fmt.Errorf("netlinkx: filter: %w", err)
	}
	conn, err := dial(ns, mask(groups...))
	if err != nil {
		return nil, err
	}
	if err := conn.SetBPF(raw); err != nil {
		conn.Close()
		return nil, fmt.Errorf("netlinkx: filter: %w", err)
	}
	return conn, nil
}

// mask is how the kernel is told of groups.
func mask(groups ...int) (bits uint32) {
	for _, g := range groups {
		bits |= 1 << (g - 1)
	}
	return bits
}

// attach has the socket fd receive what a filter passes. It must not be in a
// group yet: what came before would not be filtered.
func attach(fd int, filter []bpf.Instruction) error {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	return os.NewSyscallError("setsockopt", unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program))
}
