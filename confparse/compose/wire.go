package compose

import (
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// routerConfig translates an instance. keepalived's habits are set where they
// differ from the RFCs. The Owner is left open.
func routerConfig(i *confparse.Instance) vrrp.Config {
	cfg := vrrp.Config{
		Name:        i.Name,
		Interface:   i.Interface,
		VRID:        i.VRID,
		Version:     vrrp.Version(i.Version),
		Priority:    i.Priority,
		Interval:    i.AdvertInterval,
		Source:      i.Source,
		NoPreempt:   i.NoPreempt,
		DownAdverts: i.DownTimerAdverts,
		Checksum:    packet.PseudoHeader,
		Trackers:    trackers(i),
		Compat: vrrp.Compat{
			AnswerLosing:    true,
			SilentMaster:    i.LowerPrioNoAdvert,
			AnyPeer:         !i.CheckUnicastSource,
			AnyFirstAddress: true,
		},
	}
	if i.V3ChecksumAsV2 {
		cfg.Checksum = packet.MessageOnly
	}
	cfg.Password = vrrp.Secret(i.Auth.Password)
	cfg.AuthHeader = i.Auth.Type == confparse.AuthAH
	for _, a := range i.Addresses {
		cfg.Addresses = append(cfg.Addresses, a.Prefix)
	}
	for _, p := range i.Peers {
		cfg.Peers = append(cfg.Peers, p.Addr)
	}
	if !i.Unicast() {
		cfg.Group = i.MulticastGroup
	}
	return cfg
}

// trackers lists what an instance's priority or fitness depends on, beside its
// own interface: scripts, interfaces, and the interfaces of its addresses.
func trackers(i *confparse.Instance) (list []vrrp.Tracker) {
	seen := map[string]bool{interfaceTracker(i.Interface): true}
	add := func(name string, w confparse.Weight) {
		if !seen[name] {
			seen[name] = true
			list = append(list, vrrp.Tracker{Name: name, Weight: w.Value, Reverse: w.Reverse})
		}
	}
	for _, t := range i.TrackScripts {
		add(scriptTracker(t.Script.Name), t.Weight)
	}
	for _, t := range i.TrackInterfaces {
		add(interfaceTracker(t.Name), t.Weight)
	}
	for _, a := range append(i.Addresses[:len(i.Addresses):len(i.Addresses)], i.Excluded...) {
		if a.Interface != "" && !a.NoTrack {
			add(interfaceTracker(a.Interface), confparse.Weight{})
		}
	}
	return list
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
		Schedule: vip.Schedule{
			Repeat: max(i.GARP.MasterRepeat, 1), Delay: i.GARP.MasterDelay,
			Refresh: i.GARP.MasterRefresh, RefreshRepeat: i.GARP.MasterRefreshRepeat,
			LowerPrioRepeat: i.GARP.LowerPrioRepeat, LowerPrioDelay: i.GARP.LowerPrioDelay,
		},
	}
}
