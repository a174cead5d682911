package demo

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vip/viptest"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
	"github.com/vrrpkit/vrrpkit/vrrp/vrrptest"
)

// inMemory runs the demo on a segment in memory.
func inMemory(ctx context.Context, o Options, p *plan, cfgs [2]*confparse.Config, why *refusal) error {
	where := append([]string{
		"IN MEMORY, without namespaces: " + why.reason,
		"the protocol runs in real time, but no packet leaves this process",
	}, aboutScripts(cfgs)...)
	return tell(ctx, o, p, where, func(see func(sight)) (lab, error) {
		return newMemory(p, cfgs, see), nil
	})
}

// memory is the lab in memory: the watched virtual router of each node, with a
// kernel of its own, on one segment.
type memory struct {
	plan    *plan
	cfgs    [2]*confparse.Config
	see     func(sight)
	segment *vrrptest.Segment
	logs    [2]*tail
	cancel  context.CancelFunc // ends the client
	wg      sync.WaitGroup

	mu       sync.Mutex
	nodes    [2]*memoryNode // nil without power
	believed int            // who announced the address last: the client goes by that
}

type memoryNode struct {
	port   *vrrptest.Port
	cancel context.CancelFunc
	holds  bool
}

func newMemory(p *plan, cfgs [2]*confparse.Config, see func(sight)) *memory {
	ctx, cancel := context.WithCancel(context.Background())
	m := &memory{plan: p, see: see, segment: vrrptest.NewSegment(), cancel: cancel, believed: nobody}
	for n := range cfgs {
		cfg := *cfgs[n]
		cfg.Instances = []*confparse.Instance{p.watched[n]} // a segment is one LAN
		m.cfgs[n] = &cfg
		m.logs[n] = &tail{show: func(string) {}}
	}
	m.segment.Tap(m.tap)
	m.wg.Go(func() { m.ask(ctx) })
	return m
}

// start implements lab.
func (m *memory) start(node int) error {
	kernel := viptest.NewKernel("lo")
	var addresses []string
	for _, f := range m.plan.interfaces[node] {
		kernel.AddInterface(f.name)
	}
	for _, a := range m.plan.iface(node, m.plan.watched[node].Interface).addresses {
		addresses = append(addresses, a.Addr().String())
	}
	n := &memoryNode{port: m.segment.Attach(addresses...)}
	c, err := compose.New(m.cfgs[node], compose.Options{
		Network: n.port, Kernel: announcer{kernel, func() { m.announced(node, n) }},
		Checker: func(*confparse.Script) (check.Checker, error) { return good, nil },
		Logger:  slog.New(slog.NewTextHandler(m.logs[node], nil)),
	})
	if err != nil {
		return err
	}
	var ctx context.Context
	ctx, n.cancel = context.WithCancel(context.Background())
	m.mu.Lock()
	m.nodes[node] = n
	m.mu.Unlock()
	m.wg.Go(func() { _ = kernel.Watch(ctx, func() { m.changed(node, n, kernel) }) })
	m.wg.Go(func() {
		if err := c.Run(ctx); err != nil {
			m.see(sight{at: time.Now(), kind: sawEnd, node: node, err: err})
		}
	})
	return nil
}

// cut implements lab.
func (m *memory) cut(node int) error {
	m.mu.Lock()
	n := m.nodes[node]
	m.nodes[node] = nil
	m.mu.Unlock()
	m.segment.Cut(n.port)
	n.cancel()
	m.see(sight{at: time.Now(), kind: sawHold, node: node})
	return nil
}

// output implements lab.
func (m *memory) output(node int) string { return m.logs[node].String() }

// close implements lab.
func (m *memory) close() {
	m.cancel()
	for node := range m.nodes {
		m.mu.Lock()
		n := m.nodes[node]
		m.mu.Unlock()
		if n != nil {
			_ = m.cut(node)
		}
	}
	m.wg.Wait()
}

// changed looks whether a node's kernel has the address.
func (m *memory) changed(node int, n *memoryNode, kernel *viptest.Kernel) {
	interfaces, _ := kernel.Interfaces() // the fake never fails
	holds := false
	for _, i := range interfaces {
		for _, a := range i.Addresses {
			holds = holds || a.Prefix.Addr() == m.plan.address
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.nodes[node] != n || holds == n.holds {
		return
	}
	n.holds = holds
	m.see(sight{at: time.Now(), kind: sawHold, node: node, held: holds})
}

// announcer is a kernel that tells the client of announcements.
type announcer struct {
	*viptest.Kernel
	announced func()
}

// Announce implements vip.Kernel.
func (k announcer) Announce(list []vip.Announcement) error {
	k.announced()
	return k.Kernel.Announce(list)
}

func (m *memory) announced(node int, n *memoryNode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.nodes[node] == n {
		m.believed = node
	}
}

// ask is the client: it asks the node that it believes to have the address.
func (m *memory) ask(ctx context.Context) {
	time.Sleep(probeEvery / 3) // so as not to act in the same instant as others
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for seq := 0; ; seq++ {
		now := time.Now()
		m.see(sight{at: now, kind: sawProbe, node: nobody, seq: seq})
		m.mu.Lock()
		node := m.believed
		answers := node != nobody && m.nodes[node] != nil && m.nodes[node].holds
		m.mu.Unlock()
		if answers {
			m.see(sight{at: now, kind: sawAnswer, node: node, seq: seq})
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// tap reports advertisements.
func (m *memory) tap(f vrrptest.Frame) {
	var a packet.Advert
	if _, err := a.Parse(f.Payload, f.Source, f.Destination); err != nil || a.VRID != m.plan.watched[0].VRID {
		return
	}
	m.mu.Lock()
	node := slices.IndexFunc(m.nodes[:], func(n *memoryNode) bool { return n != nil && n.port == f.From })
	m.mu.Unlock()
	if node >= 0 {
		m.see(sight{at: f.At, kind: sawAdvert, node: node, priority: a.Priority, interval: a.Interval})
	}
}

// good is what a rehearsal takes every script for.
var good = check.Func(func(context.Context) check.Result { return check.Result{OK: true} })
