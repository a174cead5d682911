package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// Data writes what keepalived writes to keepalived.data on SIGUSR1, as far as
// it exists here.
func (d *Dump) Data(w io.Writer) error {
	b := bufio.NewWriter(w)
	line := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	g := &d.Config.Global
	line("------< Global definitions >------")
	line(" Router ID = %s", g.RouterID)
	line(" Default interface = %s", g.DefaultInterface)
	line(" VRRP IPv4 mcast group = %v", g.MulticastGroup4)
	line(" VRRP IPv6 mcast group = %v", g.MulticastGroup6)
	line(" VRRP default protocol version = %d", g.Version)
	line(" Script security %s", onOff(g.ScriptSecurity, "enabled", "disabled"))
	line("------< VRRP Topology >------")
	for n := range d.Instances {
		d.Instances[n].data(line)
	}
	if len(d.Config.SyncGroups) > 0 {
		line("------< VRRP Sync groups >------")
	}
	for _, s := range d.Config.SyncGroups {
		line(" VRRP Sync Group = %s, %v", s.Name, d.GroupState(s))
		line("   VRRP member instances :")
		for _, m := range s.Members {
			line("     %s", m.Name)
		}
		line("   Using smtp notification = %s", onOff(s.SMTPAlert, "yes", "no"))
	}
	if len(d.Scripts) > 0 {
		line("------< VRRP Scripts >------")
	}
	for n := range d.Scripts {
		d.Scripts[n].data(line)
	}
	return b.Flush()
}

func (i *DumpInstance) data(line func(string, ...any)) {
	c := i.Config
	line(" VRRP Instance = %s", c.Name)
	line("   VRRP Version = %d", c.Version)
	if i.Group != "" {
		line("   Sync group = %s", i.Group)
	}
	line("   State = %v", i.State)
	if i.State == vrrp.Backup && i.Peer.Addr.IsValid() {
		line("   Master router = %v", i.Peer.Addr)
		line("   Master priority = %d", i.Peer.Priority)
	}
	line("   Wantstate = %v", i.State)
	line("   Number of tracker faults = %d", i.faults())
	line("   Last transition = %s (%s)", stamp(i.Since), i.Since.Format("Mon Jan _2 15:04:05.000000 2006"))
	line("   Master down timer = %d usecs", i.DownInterval.Microseconds())
	line("   Interface = %s", c.Interface)
	if i.Source.IsValid() {
		line("   Using src_ip = %v%s", i.Source, onOff(c.Source.IsValid(), " (from configuration)", ""))
	}
	if !c.Unicast() {
		line("   Multicast address %v", c.MulticastGroup)
	}
	line("   Gratuitous ARP delay = %d", seconds(c.GARP.MasterDelay))
	line("   Gratuitous ARP repeat = %d", c.GARP.MasterRepeat)
	line("   Gratuitous ARP refresh = %d", seconds(c.GARP.MasterRefresh))
	line("   Gratuitous ARP refresh repeat = %d", c.GARP.MasterRefreshRepeat)
	line("   Gratuitous ARP lower priority delay = %d", seconds(c.GARP.LowerPrioDelay))
	line("   Gratuitous ARP lower priority repeat = %d", c.GARP.LowerPrioRepeat)
	line("   Down timer adverts = %d", c.DownTimerAdverts)
	line("   Send advert after receive lower priority advert = %v", !c.LowerPrioNoAdvert)
	line("   Send advert after receive higher priority advert = %v", c.HigherPrioSendAdvert)
	line("   Virtual Router ID = %d", c.VRID)
	line("   Priority = %d", i.Configured)
	line("   Effective priority = %d", i.Priority)
	line("   Total priority = %d", i.Priority)
	if c.AdvertInterval%time.Second == 0 {
		line("   Advert interval = %d sec", seconds(c.AdvertInterval))
	} else {
		line("   Advert interval = %d milli-sec", c.AdvertInterval.Milliseconds())
	}
	line("   Accept = %s", onOff(c.Accept, "enabled", "disabled"))
	line("   Preempt = %s", onOff(c.NoPreempt, "disabled", "enabled"))
	if c.PreemptDelay > 0 {
		line("   Preempt delay = %g secs", c.PreemptDelay.Seconds())
	}
	if c.Auth.Type != confparse.AuthNone {
		line("   Authentication type = %s", onOff(c.Auth.Type == confparse.AuthAH, "IPSEC_AH", "SIMPLE_PASSWORD"))
		line("   Password = ********")
	}
	line("   Virtual IP (%d):", len(c.Addresses))
	for n := range c.Addresses {
		line("     %s", address(&c.Addresses[n], c.Interface, i.Holds()))
	}
	if len(c.Excluded) > 0 {
		line("   Virtual IP Excluded :")
	}
	for n := range c.Excluded {
		line("     %s", address(&c.Excluded[n], c.Interface, i.Holds()))
	}
	if c.Unicast() {
		line("   Unicast Peer :")
	}
	for _, p := range c.Peers {
		line("     %v", p.Addr)
	}
	if len(c.TrackScripts) > 0 {
		line("   Tracked scripts :")
	}
	for _, t := range c.TrackScripts {
		line("     %s weight %d", t.Script.Name, t.Weight.Value)
	}
	line("   Using smtp notification = %s", onOff(c.SMTPAlert, "yes", "no"))
	line("   Notify deleted = %s", onOff(c.Notify.ReportDeleted, "Deleted", "Fault"))
	for _, s := range []struct {
		what string
		cmd  *confparse.Command
	}{
		{"Backup state transition", c.Notify.Backup}, {"Master state transition", c.Notify.Master},
		{"Fault state transition", c.Notify.Fault}, {"Stop state transition", c.Notify.Stop}, {"Generic state transition", c.Notify.Any},
	} {
		if s.cmd != nil {
			line("   %s script = %s", s.what, command(s.cmd))
		}
	}
}

// faults counts the trackers that keep the instance from taking part.
func (i *DumpInstance) faults() (n int) {
	for _, t := range append(i.Trackers[:len(i.Trackers):len(i.Trackers)], i.GroupTrackers...) {
		if t.Fault {
			n++
		}
	}
	return n
}

func (s *DumpScript) data(line func(string, ...any)) {
	c := s.Config
	status := map[string]string{"up": "GOOD", "down": "BAD"}[s.State.String()]
	line(" VRRP Script = %s", c.Name)
	if c.Command != nil {
		line("   Command = %s", command(c.Command))
	}
	line("   Interval = %g sec", c.Interval.Seconds())
	line("   Timeout = %g sec", c.Timeout.Seconds())
	line("   Weight = %d", c.Weight.Value)
	line("   Rise = %d", c.Rise)
	line("   Fall = %d", c.Fall)
	line("   Status = %s", cmp.Or(status, "INIT"))
	line("   State = %s", onOff(s.Started.IsZero(), "idle", "running"))
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
