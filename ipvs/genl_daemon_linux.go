package ipvs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func (g *genl) daemons() (daemons []Daemon, err error) {
	answers, err := g.execute(ipvsCmdGetDaemon, nil, netlink.Dump)
	if err != nil {
		return nil, err
	}
	err = each(answers, cmdAttrDaemon, func(b []byte) error {
		d, err := decodeDaemon(b)
		daemons = append(daemons, d)
		return err
	})
	return daemons, err
}

// stopDaemon stops the daemon of a role. One that is stopped before its thread
// has ever run makes the kernel end with EINTR, of which it sends no answer: to
// wait for one would be for ever. So this takes the answer that is there when the
// request has been sent, for the kernel works while it is sent, and without one
// the list of daemons tells.
func (g *genl) stopDaemon(role Role) error {
	answered, err := g.requestNow(ipvsCmdDelDaemon, encodeDaemon(Daemon{Role: role}))
	if err != nil || answered {
		return err
	}
	list, err := g.daemons()
	if err != nil {
		return err
	}
	if _, runs := daemon(list, role); runs {
		return fmt.Errorf("the %v daemon runs on: %w", role, unix.EINTR)
	}
	return nil
}

// requestNow has the kernel do something, without waiting for its answer.
func (g *genl) requestNow(cmd uint8, data []byte) (answered bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	socket, err := g.conn.SyscallConn()
	if err != nil {
		return false, err
	}
	if _, err := g.conn.Send(message(cmd, data), g.family, netlink.Request|netlink.Acknowledge); err != nil {
		return false, err
	}
	var n int
	var failed error
	answer := make([]byte, 4096)
	err = socket.Read(func(fd uintptr) bool {
		n, _, failed = unix.Recvfrom(int(fd), answer, unix.MSG_DONTWAIT)
		return true
	})
	switch {
	case err != nil:
		return false, err
	case errors.Is(failed, unix.EAGAIN):
		return false, nil
	case failed != nil:
		return false, failed
	}
	return true, acknowledged(answer[:n])
}

// acknowledged returns the error that an acknowledgement has, if it has one.
func acknowledged(b []byte) error {
	list, err := syscall.ParseNetlinkMessage(b)
	if err != nil || len(list) == 0 || list[0].Header.Type != unix.NLMSG_ERROR || len(list[0].Data) < 4 {
		return fmt.Errorf("no acknowledgement: % x (%w)", b, errors.Join(err, unix.EBADMSG))
	}
	if code := int32(binary.NativeEndian.Uint32(list[0].Data)); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}
