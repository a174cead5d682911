package doctor

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// interfaces looks at those that instances advertise on.
func interfaces(_ context.Context, p *Patient) (list []Result) {
	if p.Config == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, i := range p.Config.Instances {
		if seen[i.Interface] {
			continue
		}
		seen[i.Interface] = true
		r := Result{report.OK, "interface", i.Interface + " is up", ""}
		link, err := net.InterfaceByName(i.Interface)
		switch {
		case err != nil:
			r = Result{report.Critical, "interface", i.Interface + " does not exist", "instances on it are in FAULT until it does"}
		case link.Flags&net.FlagUp == 0:
			r = Result{report.Critical, "interface", i.Interface + " is down", "ip link set " + i.Interface + " up"}
		case link.Flags&net.FlagRunning == 0:
			r = Result{report.Critical, "interface", i.Interface + " has no carrier", "look at the cable, the switch, the peer of a veth"}
		case link.Flags&net.FlagMulticast == 0 && !i.Unicast():
			r = Result{report.Warning, "interface", i.Interface + " has no multicast", "use unicast_peer, or another interface"}
		}
		list = append(list, r)
	}
	return list
}

// sysctls looks at settings of the kernel that instances and servers need.
func sysctls(_ context.Context, p *Patient) (list []Result) {
	if p.Config == nil {
		return nil
	}
	wrong := func(level report.Level, name, value, bad, why string) {
		got, ok := p.read("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
		if ok && got == bad {
			list = append(list, Result{level, "sysctl", fmt.Sprintf("%s is %s: %s", name, bad, why), fmt.Sprintf("sysctl -w %s=%s, and write it to /etc/sysctl.d", name, value)})
		}
	}
	for _, v := range p.Config.VirtualServers {
		if v.Forwarding.Method == confparse.NAT {
			wrong(report.Critical, "net.ipv4.ip_forward", "1", "0", "lb_kind NAT forwards nothing")
			break
		}
	}
	for _, i := range p.Config.Instances {
		if i.IPv6 {
			wrong(report.Critical, "net.ipv6.conf."+i.Interface+".disable_ipv6", "0", "1", i.Name+" advertises over IPv6")
		}
		if i.VMAC != nil {
			wrong(report.Warning, "net.ipv4.conf."+i.Interface+".arp_ignore", "1", "0", "the host answers for the addresses of "+i.Name+" with its own MAC address too")
		}
	}
	if len(list) == 0 {
		list = append(list, Result{report.OK, "sysctl", "settings of the kernel that matter are as they should be", ""})
	}
	return list
}

// balancer looks for the kernel's load balancer, where there are virtual servers.
func balancer(_ context.Context, p *Patient) []Result {
	if p.Config == nil || len(p.Config.VirtualServers) == 0 {
		return nil
	}
	if _, ok := p.read("/proc/net/ip_vs"); ok {
		return []Result{{report.OK, "ip_vs", "the kernel has its load balancer", ""}}
	}
	return []Result{{report.Critical, "ip_vs", "the kernel's load balancer is not loaded", "modprobe ip_vs, and a line ip_vs in /etc/modules-load.d/ip_vs.conf for the next start; in a container, on the host"}}
}

const (
	// observed is how long clock looks.
	observed = time.Second

	// late and tooLate are what counts as a stall: a backup's patience is three
	// intervals, some tenths of a second where the interval is short.
	late    = 100 * time.Millisecond
	tooLate = time.Second
)

// clock measures how late a process is woken up.
func clock(ctx context.Context, _ *Patient) []Result {
	const nap = 5 * time.Millisecond
	var worst time.Duration
	for begin := time.Now(); time.Since(begin) < observed && ctx.Err() == nil; {
		before := time.Now()
		time.Sleep(nap)
		worst = max(worst, time.Since(before)-nap)
	}
	r := Result{report.OK, "clock", fmt.Sprintf("in a second, a process was woken up %.1f ms late at worst", float64(worst.Microseconds())/1000), ""}
	switch {
	case worst > tooLate:
		r.Level = report.Critical
	case worst > late:
		r.Level = report.Warning
	}
	if r.Level != report.OK {
		r.Hint = "the machine is overloaded or was paused; adverts are as late as that"
	}
	return []Result{r}
}
