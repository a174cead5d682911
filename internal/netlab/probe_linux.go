package netlab

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Prober is a client that keeps asking whether an address answers.
type Prober struct {
	conn net.PacketConn
	dst  *net.IPAddr
	typ  icmp.Type
	stop chan struct{}
	wg   sync.WaitGroup

	mu     sync.Mutex
	report Report
}

// Report is what a client saw. Times are those at which it got answers.
type Report struct {
	Sent    int
	Answers []time.Time
}

// Outage is a time without an answer, between two answers.
type Outage struct{ From, To time.Time }

// Duration returns how long it lasted.
func (o Outage) Duration() time.Duration { return o.To.Sub(o.From) }

// Longest returns the longest time between two answers.
func (r Report) Longest() Outage {
	var longest Outage
	for i := 1; i < len(r.Answers); i++ {
		if o := (Outage{r.Answers[i-1], r.Answers[i]}); o.Duration() > longest.Duration() {
			longest = o
		}
	}
	return longest
}

// Probe starts sending an ICMP echo request to an address every interval,
// until [Prober.Stop] or the end of the test. The host's neighbour entries no
// longer expire: once it has found the address, only an announcement moves it.
func (h *Host) Probe(addr string, interval time.Duration) *Prober {
	t := h.lab.t
	t.Helper()
	ip := netip.MustParseAddr(addr)
	network, family := "ip4:icmp", "ipv4"
	p := &Prober{stop: make(chan struct{}), typ: ipv4.ICMPTypeEcho, dst: &net.IPAddr{IP: ip.AsSlice(), Zone: ip.Zone()}}
	if ip.Is6() {
		network, family, p.typ = "ip6:ipv6-icmp", "ipv6", ipv6.ICMPTypeEchoRequest
	}
	h.Sysctl("net/" + family + "/neigh/eth0/base_reachable_time_ms=3600000")
	err := h.Do(func() (err error) {
		if p.dst.Zone != "" { // by number: a name would be looked up in the test's own namespace
			ifi, err := net.InterfaceByName(p.dst.Zone)
			if err != nil {
				return err
			}
			p.dst.Zone = strconv.Itoa(ifi.Index)
		}
		p.conn, err = net.ListenPacket(network, "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.wg.Add(2)
	go p.send(interval)
	go p.receive()
	t.Cleanup(func() { p.Stop() })
	return p
}

func (p *Prober) id() int { return os.Getpid() & 0xffff }

func (p *Prober) send(interval time.Duration) {
	defer p.wg.Done()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for seq := 0; ; seq++ {
		m := icmp.Message{Type: p.typ, Body: &icmp.Echo{ID: p.id(), Seq: seq & 0xffff, Data: make([]byte, 16)}}
		if b, err := m.Marshal(nil); err == nil {
			_, _ = p.conn.WriteTo(b, p.dst) // no route, no neighbour: no answer, and that is the finding
		}
		p.mu.Lock()
		p.report.Sent++
		p.mu.Unlock()
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
	}
}

func (p *Prober) receive() {
	defer p.wg.Done()
	reply := byte(ipv4.ICMPTypeEchoReply)
	if p.typ == ipv6.ICMPTypeEchoRequest {
		reply = byte(ipv6.ICMPTypeEchoReply)
	}
	buf := make([]byte, 1500)
	for {
		n, from, err := p.conn.ReadFrom(buf)
		if err != nil {
			select {
			case <-p.stop:
				return
			default:
				continue // an ICMP error on its way back
			}
		}
		if n < 8 || buf[0] != reply || int(binary.BigEndian.Uint16(buf[4:])) != p.id() || !from.(*net.IPAddr).IP.Equal(p.dst.IP) {
			continue
		}
		p.mu.Lock()
		p.report.Answers = append(p.report.Answers, time.Now())
		p.mu.Unlock()
	}
}

// Answers returns how many answers came so far.
func (p *Prober) Answers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.report.Answers)
}

// Stop ends the probing and returns what was seen.
func (p *Prober) Stop() Report {
	p.mu.Lock()
	select {
	case <-p.stop:
	default:
		close(p.stop)
		p.conn.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
	return p.report
}
