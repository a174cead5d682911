package compose

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/ipvs"
)

// ServerChecker makes the checker of a check of a real server.
type ServerChecker func(*confparse.VirtualServer, *confparse.RealServer, *confparse.Check) (check.Checker, error)

// lvsPlan is what a configuration makes of virtual servers: all that can fail
// has not, and nothing has been changed. It has to be committed or closed.
type lvsPlan struct {
	cfg       *confparse.Config
	pools     []*lvsPool
	table     *lvsTable // nil: the one that there is goes on
	addresses Addresses // nil: the same
	opened    []io.Closer
}

// lvsPool is a virtual server at work, or planned to be.
type lvsPool struct {
	cfg       *confparse.VirtualServer
	key       string // the same in another configuration
	name      string
	services  []ipvs.Service
	pool      *ipvs.Pool
	servers   []*lvsServer
	suspended bool
}

// lvsServer is a real server.
type lvsServer struct {
	cfg     *confparse.RealServer
	name    string
	address netip.AddrPort // as the pool has it
	checks  []*lvsCheck
}

// lvsCheck is a check of a real server.
type lvsCheck struct {
	cfg     *confparse.Check
	name    string // the same in another configuration; apart from others of the server
	checker check.Checker
	runner  *check.Runner // nil in a plan
}

// plan plans the virtual servers of cfg, and opens what they need and is not
// open.
func (l *lvs) plan(cfg *confparse.Config) (*lvsPlan, error) {
	plan, err := l.planPools(cfg)
	if err == nil {
		err = l.open(plan)
	}
	if err != nil {
		plan.close()
		return nil, err
	}
	return plan, nil
}

// open opens what plan needs.
func (l *lvs) open(plan *lvsPlan) error {
	l.mu.Lock()
	table, addresses := l.table, l.addresses
	l.mu.Unlock()
	kernel := l.options.IPVS
	var err error
	if table == nil && kernel == nil && needsIPVS(plan.cfg) {
		if kernel, err = openIPVS(); err != nil {
			return err
		}
		plan.opened = append(plan.opened, kernel)
	}
	if table == nil && kernel != nil {
		g := &plan.cfg.Global.LVS
		cfg := ipvs.Config{
			Kernel: kernel, FlushAtStart: g.Flush, Keep: l.options.KeepIPVS, Logger: l.log,
		}
		if l.options.StateFile != "" {
			cfg.StateFile = l.options.StateFile + ".ipvs"
		}
		r, err := ipvs.NewReconciler(cfg)
		if err != nil {
			return err
		}
		plan.table = newLVSTable(r)
	}
	if addresses != nil || !needsAddresses(plan.cfg) {
		return nil
	}
	if plan.addresses = l.options.Addresses; plan.addresses == nil {
		if plan.addresses, err = newAddresses(); err != nil {
			return err
		}
		if c, ok := plan.addresses.(io.Closer); ok {
			plan.opened = append(plan.opened, c)
		}
	}
	return nil
}

// close gives up a plan that is not committed.
func (p *lvsPlan) close() {
	if p == nil {
		return
	}
	for _, c := range p.opened {
		_ = c.Close()
	}
	p.opened = nil
}

func (l *lvs) planPools(cfg *confparse.Config) (*lvsPlan, error) {
	checker := l.options.ServerChecker
	if checker == nil {
		checker = func(_ *confparse.VirtualServer, _ *confparse.RealServer, k *confparse.Check) (check.Checker, error) {
			return serverChecker(cfg, k)
		}
	}
	plan := &lvsPlan{cfg: cfg}
	var errs []error
	users := map[*confparse.ServerGroup]int{}
	for _, v := range cfg.VirtualServers {
		if len(v.RealServers) == 0 {
			continue // confparse has told
		}
		p, err := planPool(v, users[v.Group], checker)
		if v.Group != nil {
			users[v.Group]++
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		plan.pools = append(plan.pools, p)
	}
	return plan, errors.Join(errs...)
}

func planPool(v *confparse.VirtualServer, index int, checker ServerChecker) (*lvsPool, error) {
	p := &lvsPool{cfg: v, name: virtualName(v, index)}
	if p.key = p.name; v.ByMark {
		p.key += " " + familyOf(v).String()
	}
	var errs []error
	var err error
	if p.services, err = services(v); err != nil {
		errs = append(errs, err)
	}
	for _, r := range v.RealServers {
		s := &lvsServer{cfg: r, name: endpointName(r.Address, v.Protocol, r.Port), address: netip.AddrPortFrom(r.Address, r.Port)}
		names := map[string]int{}
		for _, k := range r.Checks {
			if k.Type == confparse.BFDCheck {
				continue // refused, unless it is allowed to be missing
			}
			ch, err := checker(v, r, k)
			if err == nil { // whether a runner can be made of it, of which commit makes one
				_, err = check.NewRunner(checkConfig(checkName(k), k, ch, initialState(k), nil))
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%v: %w", k.Pos, err))
				continue
			}
			name := checkName(k)
			if names[name]++; names[name] > 1 {
				name = fmt.Sprintf("%s #%d", name, names[name])
			}
			s.checks = append(s.checks, &lvsCheck{cfg: k, name: name, checker: ch})
		}
		p.servers = append(p.servers, s)
	}
	p.pool, err = ipvs.NewPool(p.config())
	if err != nil {
		errs = append(errs, fmt.Errorf("%v: %w", v.Pos, err))
	}
	return p, errors.Join(errs...)
}

// config is what the pool decides about.
func (p *lvsPool) config() ipvs.PoolConfig {
	v := p.cfg
	cfg := ipvs.PoolConfig{Quorum: int64(v.Quorum), Hysteresis: int64(v.Hysteresis), Sorry: sorryDestination(v), Warm: v.SlowStart}
	cfg.SorryInhibit = v.Sorry != nil && v.Sorry.Inhibit
	for _, s := range p.servers {
		server := ipvs.PoolServer{Destination: destination(s.cfg), Inhibit: s.cfg.Inhibit}
		for _, k := range s.checks {
			server.Checks = append(server.Checks, ipvs.PoolCheck{Name: k.name, Alpha: k.cfg.Alpha})
		}
		cfg.Servers = append(cfg.Servers, server)
	}
	return cfg
}

// server returns the server of that address, or nil.
func (p *lvsPool) server(address netip.AddrPort) *lvsServer {
	for _, s := range p.servers {
		if s.address == address {
			return s
		}
	}
	return nil
}

func (s *lvsServer) check(name string) *lvsCheck {
	for _, k := range s.checks {
		if k.name == name {
			return k
		}
	}
	return nil
}
