package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/netlinkx"
)

// lab is the stage of the lab.
func (s stage) lab(ctx context.Context, o Options) error {
	unix.CloseOnExec(outcomeFile)
	err := s.tell(ctx, o)
	told := json.NewEncoder(os.NewFile(outcomeFile, "outcome")).Encode(newOutcome(err))
	return told // err is the business of whoever started us
}

func (s stage) tell(ctx context.Context, o Options) error {
	var cfgs [2]*confparse.Config
	for n, file := range s.Configs {
		// What is wrong has been shown already, and nothing was.
		cfgs[n], _ = confparse.ParseFile(file, confparse.Options{})
	}
	p, err := newPlan(cfgs)
	if err != nil {
		return err
	}
	where := append([]string{s.Where}, aboutScripts(cfgs)...)
	return tell(ctx, o, p, where, func(see func(sight)) (lab, error) {
		l, err := newSpaces(s.Configs, p, see)
		if err != nil {
			return nil, &refusal{explain(err)}
		}
		return l, nil
	})
}

// spaces is the lab in namespaces: the bridges and the client are in that of
// this process, each node is a process with a namespace of its own.
type spaces struct {
	configs [2]string
	plan    *plan
	see     func(sight)
	conn    *netlinkx.Conn
	client  *client
	nodes   [2]*spaceNode
	logs    [2]*tail
}

// newSpaces builds everything but the nodes.
func newSpaces(configs [2]string, p *plan, see func(sight)) (_ *spaces, err error) {
	l := &spaces{configs: configs, plan: p, see: see}
	for n := range l.logs {
		l.logs[n] = &tail{show: func(line string) { see(sight{at: time.Now(), kind: sawText, node: n, text: line}) }}
	}
	if l.conn, err = netlinkx.Dial(0); err != nil {
		return nil, err
	}
	for lan, prefixes := range p.client {
		if err := do(l.conn)(netlinkx.AddBridge(bridge(lan))); err != nil {
			return nil, fmt.Errorf("a bridge: %w", err)
		}
		if err := configure(l.conn, bridge(lan), prefixes); err != nil {
			return nil, err
		}
	}
	if l.client, err = newClient(p.address, bridge(p.lan), see); err != nil {
		return nil, err
	}
	// A node is tried, so that what the kernel lacks is known before the story
	// begins.
	n, err := l.boot(0)
	if err != nil {
		return nil, err
	}
	return l, n.destroy(l.conn)
}

func bridge(lan int) string { return fmt.Sprintf("br%d", lan) }

// do makes a request of a kernel that a function of netlinkx has made up.
func do(c *netlinkx.Conn) func(netlink.Message, error) error {
	return func(m netlink.Message, err error) error {
		if err != nil {
			return err
		}
		if errs := c.Do([]netlink.Message{m}); errs != nil {
			return errs[0]
		}
		return nil
	}
}

// find returns the interface of that name.
func find(c *netlinkx.Conn, name string) (netlinkx.Interface, error) {
	list, err := c.Interfaces()
	for _, i := range list {
		if i.Name == name {
			return i, err
		}
	}
	return netlinkx.Interface{}, fmt.Errorf("no interface %s: %w", name, err)
}

// configure gives an interface its addresses and enables it.
func configure(c *netlinkx.Conn, name string, prefixes []netip.Prefix) error {
	i, err := find(c, name)
	if err != nil {
		return err
	}
	for _, p := range prefixes {
		a := netlinkx.Address{Prefix: p, Flags: unix.IFA_F_NODAD, Preferred: netlinkx.Forever, Valid: netlinkx.Forever}
		if p.Addr().Is4() {
			a.Flags = 0
		}
		if err := do(c)(netlinkx.SetAddress(i.Index, a)); err != nil {
			return fmt.Errorf("address %v on %s: %w", p, name, err)
		}
	}
	if err := do(c)(netlinkx.SetUp(i.Index, true)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
