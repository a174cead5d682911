package ipvs

import (
	"errors"
	"sync"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// receiveBuffer holds the largest datagram that the kernel makes of a dump.
// Given one, the connection does not ask for the size first: half the system
// calls of a look.
const receiveBuffer = 32 << 10

// genl is a connection to the kernel's generic netlink family IPVS. It may be used
// by several goroutines.
type genl struct {
	mu     sync.Mutex // from each request to its answer
	conn   *genetlink.Conn
	family uint16
}

func dialGenl(namespace int) (*genl, error) {
	conn, err := genetlink.Dial(&netlink.Config{NetNS: max(namespace, 0), MessageBufferSize: receiveBuffer})
	if err != nil {
		return nil, err
	}
	family, err := conn.GetFamily("IPVS")
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &genl{conn: conn, family: family.ID}, nil
}

func (g *genl) close() error { return g.conn.Close() }

func message(cmd uint8, data []byte) genetlink.Message {
	return genetlink.Message{Header: genetlink.Header{Command: cmd, Version: 1}, Data: data}
}

func (g *genl) execute(cmd uint8, data []byte, flags netlink.HeaderFlags) ([]genetlink.Message, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.conn.Execute(message(cmd, data), g.family, netlink.Request|flags)
}

// request has the kernel do something.
func (g *genl) request(cmd uint8, data []byte) error {
	_, err := g.execute(cmd, data, netlink.Acknowledge)
	return err
}

// each calls note with every attribute of the given type in the answers.
func each(answers []genetlink.Message, attr uint16, note func([]byte) error) error {
	for _, m := range answers {
		var err error
		bad := attributes(m.Data, func(a uint16, value []byte) {
			if a == attr && err == nil {
				err = note(value)
			}
		})
		if err := errors.Join(bad, err); err != nil {
			return err
		}
	}
	return nil
}

// services returns all services, without destinations, and calls note, which
// may be nil, with the attributes of each.
func (g *genl) services(note func([]byte) error) (Table, error) {
	answers, err := g.execute(ipvsCmdGetService, nil, netlink.Dump)
	if err != nil {
		return nil, err
	}
	var table Table
	seen := make(map[Key]bool, len(answers))
	err = each(answers, cmdAttrService, func(b []byte) error {
		e, err := decodeService(b)
		if err != nil || seen[e.Key] { // one may come twice where the table changes meanwhile
			return err
		}
		seen[e.Key] = true
		table = append(table, e)
		if note != nil {
			return note(b)
		}
		return nil
	})
	return table, err
}

// service calls note with the attributes of one service, if it exists.
func (g *genl) service(key Key, note func([]byte) error) error {
	answers, err := g.execute(ipvsCmdGetService, encodeKey(key), 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	return each(answers, cmdAttrService, note)
}

// destinations calls note with each destination and its attributes. A service
// that does not exist has none.
func (g *genl) destinations(key Key, note func(Destination, []byte) error) error {
	answers, err := g.execute(ipvsCmdGetDest, encodeKey(key), netlink.Dump)
	if err != nil {
		return err
	}
	return each(answers, cmdAttrDest, func(b []byte) error {
		d, err := decodeDestination(b, key.Is6())
		if err != nil {
			return err
		}
		return note(d, b)
	})
}
