package compose

import (
	"fmt"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vip"
)

// staticConfig translates what is there as long as the daemon runs.
func staticConfig(cfg *confparse.Config) vip.SetConfig {
	return vip.SetConfig{
		Name: "static", Addresses: addresses(cfg.StaticAddresses), Routes: routes(cfg.StaticRoutes), Rules: rules(cfg.StaticRules),
	}
}

// validateRouting returns what is wrong with routes and rules, each with its
// place.
func validateRouting(rs []confparse.Route, rls []confparse.Rule) (errs []error) {
	for i, r := range routes(rs) {
		if err := r.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", rs[i].Pos, err))
		}
	}
	for i, r := range rules(rls) {
		if err := r.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", rls[i].Pos, err))
		}
	}
	return errs
}

func addresses(in []confparse.Address) (out []vip.Address) {
	for _, a := range in {
		v := vip.Address{
			Prefix: a.Prefix, Interface: a.Interface, Label: a.Label, Scope: vip.Scope(a.Scope), Broadcast: a.Broadcast,
			Peer: a.Peer, Home: a.Home, DAD: a.DAD, ManageTempAddr: a.ManageTempAddr,
			NoPrefixRoute: a.NoPrefixRoute, AutoJoin: a.AutoJoin,
		}
		switch a.PreferredLifetime {
		case confparse.Forever:
			v.Preferred = vip.Forever
		case 0:
			v.Preferred = vip.Deprecated
		default:
			v.Preferred = a.PreferredLifetime
		}
		out = append(out, v)
	}
	return out
}

func routes(in []confparse.Route) (out []vip.Route) {
	for _, r := range in {
		v := vip.Route{
			Destination: r.Destination, Type: vip.RouteType(r.Type), From: r.From, Source: r.Source, Hop: hop(r.Hop),
			TOS: r.TOS, Table: r.Table, VRF: r.VRF, Scope: vip.Scope(r.Scope), Metric: r.Metric, Protocol: r.Protocol,
			Mode: vip.RouteMode(r.Mode), Expires: r.Expires, CongestionControl: r.Congestion, LockCongestionControl: r.LockCongctl,
			Preference: vip.Preference(r.Preference), TTLPropagate: vip.Switch(r.TTLPropagate), Unguarded: r.NoTrack,
		}
		for _, m := range r.Metrics {
			v.Metrics = append(v.Metrics, vip.Metric{Kind: vip.MetricKind(m.Kind), Value: m.Value, Lock: m.Lock})
		}
		for _, h := range r.NextHops {
			v.NextHops = append(v.NextHops, vip.NextHop{Hop: hop(h.Hop), Weight: h.Weight})
		}
		out = append(out, v)
	}
	return out
}

func hop(h confparse.Hop) vip.Hop {
	return vip.Hop{
		Via: h.Via, Interface: h.Interface, OnLink: h.OnLink, Realms: vip.Realms(h.Realms),
		Encap: vip.Encap{
			Type: vip.EncapType(h.Encap.Type), ID: h.Encap.ID, Source: h.Encap.Source, Destination: h.Encap.Destination,
			TOS: h.Encap.TOS, TTL: h.Encap.TTL, Flags: h.Encap.Flags, Labels: h.Encap.Labels, Locator: h.Encap.Locator,
		},
	}
}

// ruleActions are those of vip.
var ruleActions = map[confparse.RuleAction]vip.RuleAction{
	confparse.RuleLookup: vip.RuleLookup, confparse.RuleL3MDev: vip.RuleL3MDev, confparse.RuleGoto: vip.RuleGoto,
	confparse.RuleNop: vip.RuleNop, confparse.RuleBlackhole: vip.RuleBlackhole,
	confparse.RuleUnreachable: vip.RuleUnreachable, confparse.RuleProhibit: vip.RuleProhibit,
}

func rules(in []confparse.Rule) (out []vip.Rule) {
	for _, r := range in {
		v := vip.Rule{
			IPv6: r.IPv6, Priority: r.Priority, From: r.From, To: r.To, Not: r.Not, TOS: r.TOS, Mark: r.Mark, MarkMask: r.MarkMask,
			InputDev: r.IIF, OutputDev: r.OIF, Protocol: r.IPProto, SrcPorts: vip.PortRange(r.SPort), DstPorts: vip.PortRange(r.DPort),
			TunnelID: r.TunnelID, Realms: vip.Realms(r.Realms), Action: ruleActions[r.Action], Table: r.Table, Goto: r.Goto,
			SuppressPrefixLength: r.SuppressPrefixLength, SuppressGroup: r.SuppressGroup, Owner: r.Protocol, Unguarded: r.NoTrack,
		}
		if r.UIDs != nil {
			v.UIDs = (*vip.Range)(r.UIDs)
		}
		out = append(out, v)
	}
	return out
}
