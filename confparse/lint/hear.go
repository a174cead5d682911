package lint

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// deaf returns the rule that says why a router does not take the adverts of
// another for its own, and "" if it does, as far as the files can tell. Where
// the address of a node is not written down it is assumed to be right.
func deaf(to, from *member) confparse.Code {
	switch {
	case to.VRID != from.VRID:
		return "vrid-mismatch"
	case to.Unicast() != from.Unicast():
		return "unicast-mismatch"
	case !to.Unicast() && to.MulticastGroup != from.MulticastGroup:
		return "group-mismatch"
	case from.Unicast() && to.Source.IsValid() && !hasPeer(from, to.Source):
		return "peer-missing"
	case to.Version != from.Version:
		return "version-mismatch"
	case !trusts(to, from):
		return "hmac-mismatch"
	case to.HMAC == nil && to.Version == 2 && to.Auth.Type != from.plain().Type:
		return "auth-type-mismatch"
	case to.HMAC == nil && to.Version == 2 && to.Auth.Password != from.plain().Password:
		return "auth-pass-mismatch"
	case to.Version == 2 && to.AdvertInterval != from.AdvertInterval:
		return "interval-mismatch"
	case to.Unicast() && to.CheckUnicastSource && from.Source.IsValid() && !hasPeer(to, from.Source):
		return "peer-missing"
	}
	return ""
}

// plain returns the authentication that adverts carry: auth_hmac replaces it.
func (m *member) plain() confparse.Auth {
	if m.HMAC != nil {
		return confparse.Auth{}
	}
	return m.Auth
}

// trusts reports whether a router accepts the auth_hmac of another, or that it
// has none. One without auth_hmac takes the trailer for a wrong length. Keys in
// files of the same name are taken for equal.
func trusts(to, from *member) bool {
	signs := from.HMAC != nil && from.HMAC.Mode != confparse.HMACReceiveOnly
	switch {
	case to.HMAC == nil:
		return !signs
	case !signs:
		return to.HMAC.Mode != confparse.HMACEnforce
	}
	key := func(m *member) string {
		for _, k := range m.HMAC.Keys {
			if k.ID == from.HMAC.Active {
				return string(k.Key) + k.File
			}
		}
		return ""
	}
	return key(to) == key(from)
}

func hasPeer(m *member, a netip.Addr) bool {
	return slices.ContainsFunc(m.Peers, func(p confparse.Peer) bool { return p.Addr == a })
}

// masters returns who is master once everything runs and all is well: from the
// highest priority down, whoever hears no master above. Of equals the first is
// taken: which one it is depends on addresses that are not known here.
func (r *router) masters() (list []*member) {
	byPriority := slices.SortedStableFunc(slices.Values(r.members), func(a, b *member) int {
		return cmp.Compare(b.well(), a.well())
	})
	for _, m := range byPriority {
		if m.well() > 0 && !slices.ContainsFunc(list, func(o *member) bool { return deaf(m, o) == "" }) {
			list = append(list, m)
		}
	}
	return list
}

// splitBrain predicts two masters, if the two are.
func (r *router) splitBrain(a, b *member) *Prediction {
	if a.well() == b.well() && (deaf(a, b) == "") != (deaf(b, a) == "") {
		return nil // the order of their starts decides
	}
	ms := r.masters()
	if !slices.Contains(ms, a) || !slices.Contains(ms, b) {
		return nil
	}
	return &Prediction{Kind: SplitBrain, Masters: []Master{a.master(), b.master()}}
}
