package confparse

import (
	"net/netip"
	"strconv"
	"time"
)

// defaultPersistence is what persistence_timeout means without a value.
const defaultPersistence = 360 * time.Second

func persistenceTimeout(c *cursor, v *virtualServer) {
	v.PersistenceTimeout = defaultPersistence
	if c.more() {
		if d, ok := c.duration(time.Second, maxIPVSTimeout, time.Second); ok {
			v.PersistenceTimeout = d
		}
	}
}

func persistenceGranularity(c *cursor, v *virtualServer) {
	w, ok := c.next("netmask")
	if !ok {
		return
	}
	family := FamilyIPv4
	if mask, err := netip.ParseAddr(w.Text); err == nil && mask.Is4() {
		v.PersistenceMask = mask
	} else if n, err := strconv.ParseUint(w.Text, 10, 16); err == nil && n >= 1 && n <= 128 {
		v.PersistencePrefix, family = int(n), FamilyIPv6
	} else {
		c.r.errorf(CodeInvalid, w.Pos, "a netmask such as 255.255.255.0 for IPv4, a length in 1..128 for IPv6", "persistence_granularity cannot be %q", w.Text)
		return
	}
	switch {
	case v.Family == FamilyUnset:
		v.Family = family
	case v.Family != family:
		c.r.errorf(CodeFamily, w.Pos, "", "persistence_granularity %s is of another family than the virtual_server", w.Text)
		v.PersistenceMask, v.PersistencePrefix = netip.Addr{}, 0
		return
	}
	if v.PersistenceTimeout == 0 {
		v.PersistenceTimeout = defaultPersistence
	}
}

func persistenceEngine(c *cursor, v *virtualServer) {
	const limit = 16
	w, ok := c.next("name")
	switch {
	case !ok:
	case len(w.Text) > limit:
		c.r.errorf(CodeInvalid, w.Pos, "the kernel has one, which is called sip", "%q is longer than the %d characters that the name of an engine can have", w.Text, limit)
	default:
		v.PersistenceEngine = w.Text
	}
}
