package demo

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	mdpacket "github.com/mdlayher/packet"
	"golang.org/x/net/bpf"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// client asks the address for an echo, over and over. It does not listen for
// the answers: they are seen on the cables, which tells who sent them.
type client struct {
	conn net.PacketConn
	stop context.CancelFunc
	wg   sync.WaitGroup
}

func newClient(address netip.Addr, dev string, see func(sight)) (*client, error) {
	network, typ := "ip4:icmp", icmp.Type(ipv4.ICMPTypeEcho)
	to := &net.IPAddr{IP: address.AsSlice()}
	if address.Is6() {
		network, typ = "ip6:ipv6-icmp", ipv6.ICMPTypeEchoRequest
		if address.IsLinkLocalUnicast() {
			to.Zone = dev
		}
	}
	conn, err := net.ListenPacket(network, "")
	if err != nil {
		return nil, fmt.Errorf("a raw socket: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &client{conn: conn, stop: stop}
	c.wg.Go(func() { c.ask(ctx, typ, to, see) })
	return c, nil
}

func (c *client) ask(ctx context.Context, typ icmp.Type, to net.Addr, see func(sight)) {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for seq := 0; ; seq++ {
		m := icmp.Message{Type: typ, Body: &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: seq & 0xffff, Data: echoData(seq)}}
		see(sight{at: time.Now(), kind: sawProbe, node: nobody, seq: seq})
		if b, err := m.Marshal(nil); err == nil {
			_, _ = c.conn.WriteTo(b, to) // nobody there: no answer, and that is the finding
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *client) close() {
	c.stop()
	c.wg.Wait()
	_ = c.conn.Close()
}

// incoming is a filter that passes what comes in through an interface, and not
// what goes out.
var incoming = []bpf.Instruction{
	bpf.LoadExtension{Num: bpf.ExtType},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 1},
	bpf.RetConstant{Val: 1 << 16},
	bpf.RetConstant{Val: 0},
}

// tap reports what a node sends through its cable to a LAN, until ctx ends.
func (l *spaces) tap(ctx context.Context, n *spaceNode, node int, port string, lan int) error {
	if lan != l.plan.lan && lan != l.plan.advertLAN {
		return nil
	}
	ifi, err := net.InterfaceByName(port)
	if err != nil {
		return err
	}
	filter, err := bpf.Assemble(incoming)
	if err != nil {
		return err
	}
	// A bridge takes what its ports receive before anybody else, except those
	// who ask for every protocol.
	conn, err := mdpacket.Listen(ifi, mdpacket.Raw, unix.ETH_P_ALL, &mdpacket.Config{Filter: filter})
	if err != nil {
		return fmt.Errorf("a packet socket: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	vrid := l.plan.watched[0].VRID
	n.wg.Go(func() {
		buf := make([]byte, 1<<16)
		for {
			size, _, err := conn.ReadFrom(buf)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				continue // the interface went down, or came up
			}
			s, ok := read(buf[:size], l.plan.address, vrid)
			if ok && (s.kind != sawAdvert || lan == l.plan.advertLAN) {
				s.at, s.node = time.Now(), node
				l.see(s)
			}
		}
	})
	return nil
}
