package compose

import (
	"net/netip"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// routerConfig translates an instance. keepalived's habits are set where they
// differ from the RFCs. The Owner is left open.
func routerConfig(i *confparse.Instance, kept *wants) (vrrp.Config, error) {
	cfg := vrrp.Config{
		Name:         i.Name,
		Interface:    i.Interface,
		VRID:         i.VRID,
		Version:      vrrp.Version(i.Version),
		Priority:     i.Priority,
		Interval:     i.AdvertInterval,
		Source:       i.Source,
		NoPreempt:    i.NoPreempt,
		PreemptDelay: i.PreemptDelay, PreemptDegraded: i.PreemptDegraded, HoldRole: i.HoldRole,
		MinInterval: i.MinInterval, StallYield: uint8(i.TimerExpiredBackup),
		DownAdverts: i.DownTimerAdverts,
		Checksum:    packet.PseudoHeader,
		Trackers:    trackers(i),
		Compat: vrrp.Compat{
			AnswerLosing:    true,
			SilentMaster:    i.LowerPrioNoAdvert,
			QuietYield:      !i.HigherPrioSendAdvert,
			DeafOwner:       i.OwnerIgnoreAdverts,
			AnyPeer:         !i.CheckUnicastSource,
			AnyFirstAddress: true,
		},
	}
	if i.V3ChecksumAsV2 {
		cfg.Checksum = packet.MessageOnly
	}
	cfg.LearnChecksum = true
	for _, a := range i.Addresses {
		cfg.Addresses = append(cfg.Addresses, a.Prefix)
	}
	for _, p := range i.Peers {
		cfg.Peers = append(cfg.Peers, p.Addr)
		if p.MinTTL > 0 || p.MaxTTL < 255 {
			if cfg.PeerTTL == nil {
				cfg.PeerTTL = map[netip.Addr]vrrp.TTLRange{}
			}
			cfg.PeerTTL[p.Addr] = vrrp.TTLRange{Min: uint8(p.MinTTL), Max: uint8(p.MaxTTL)}
		}
	}
	if i.Unicast() {
		cfg.TTL = uint8(i.UnicastTTL)
		switch i.OldChecksum {
		case confparse.OldChecksumOn:
			cfg.Checksum, cfg.LearnChecksum = packet.PseudoHeaderGroup, false
		case confparse.OldChecksumNever:
			cfg.LearnChecksum = false
		}
	}
	if !i.Unicast() {
		cfg.Group = i.MulticastGroup
	}
	if kept != nil {
		cfg.Password, cfg.AuthHeader, cfg.HMAC = kept.router.Password, kept.router.AuthHeader, kept.router.HMAC
		return cfg, nil
	}
	return cfg, authenticate(&cfg, i)
}

// trackers lists what an instance's priority or fitness depends on, beside its
// own interface: scripts, interfaces, and the interfaces of its addresses, routes
// and rules.
func trackers(i *confparse.Instance) []vrrp.Tracker {
	l := trackerList{seen: map[string]bool{interfaceTracker(i.Interface): true}}
	l.addAll(&i.Trackers)
	for _, a := range append(i.Addresses[:len(i.Addresses):len(i.Addresses)], i.Excluded...) {
		if a.Interface != "" && !a.NoTrack {
			l.addInterface(a.Interface, confparse.Weight{})
		}
	}
	for _, r := range i.Routes {
		if r.Interface != "" && !r.NoTrack {
			l.addInterface(r.Interface, confparse.Weight{})
		}
	}
	for _, r := range i.Rules {
		for _, name := range []string{r.IIF, r.OIF} {
			if name != "" && !r.NoTrack {
				l.addInterface(name, confparse.Weight{})
			}
		}
	}
	return l.list
}

// groupTrackers lists what the members of a sync group depend on together.
func groupTrackers(g *confparse.SyncGroup) []vrrp.Tracker {
	l := trackerList{seen: map[string]bool{}}
	l.addAll(&g.Trackers)
	return l.list
}

// trackerList is a list of trackers without repetition: the first one counts.
type trackerList struct {
	seen map[string]bool
	list []vrrp.Tracker
}

func (l *trackerList) add(t vrrp.Tracker, w confparse.Weight) {
	if !l.seen[t.Name] {
		l.seen[t.Name] = true
		t.Weight, t.Reverse = min(max(w.Value, -253), 253), w.Reverse
		l.list = append(l.list, t)
	}
}

// addInterface adds an interface, which the routers watch themselves.
func (l *trackerList) addInterface(name string, w confparse.Weight) {
	l.add(vrrp.Tracker{Name: interfaceTracker(name), Interface: name}, w)
}

func (l *trackerList) addAll(t *confparse.Trackers) {
	for _, e := range t.TrackScripts {
		initial := vrrp.TrackUnknown
		if e.Script.InitFail {
			initial = vrrp.TrackDown
		}
		l.add(vrrp.Tracker{Name: scriptTracker(e.Script.Name), Initial: initial}, e.Weight)
	}
	for _, e := range t.TrackInterfaces {
		l.addInterface(e.Name, e.Weight)
	}
	for _, e := range t.TrackFiles {
		l.add(vrrp.Tracker{Name: fileTracker(e.File.Name)}, e.Weight)
	}
	for _, e := range t.TrackProcesses {
		l.add(vrrp.Tracker{Name: processTracker(e.Process.Name)}, e.Weight)
	}
}

// setConfig translates what an instance's master holds: addresses, those that
// are advertised and those that are not, routes and rules.
func setConfig(i *confparse.Instance) vip.SetConfig {
	return vip.SetConfig{
		Name:       i.Name,
		Interface:  i.Interface,
		Addresses:  append(addresses(i.Addresses), addresses(i.Excluded)...),
		Routes:     routes(i.Routes),
		Rules:      rules(i.Rules),
		Lifetime:   i.AddressLifetime,
		YieldAfter: i.YieldAfterRemovals,

		ExtraRefresh: i.ExtraGARP.Period,
		Schedule: vip.Schedule{
			Repeat: max(i.GARP.MasterRepeat, 1), Delay: i.GARP.MasterDelay,
			Refresh: i.GARP.MasterRefresh, RefreshRepeat: i.GARP.MasterRefreshRepeat,
			LowerPrioRepeat: i.GARP.LowerPrioRepeat, LowerPrioDelay: i.GARP.LowerPrioDelay,
			Replies: i.GARPReplies,
		},
	}
}
