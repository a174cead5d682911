package viptest

import (
	"errors"
	"slices"

	"github.com/vrrpkit/vrrpkit/vip"
)

// Routing implements vip.Kernel.
func (k *Kernel) Routing() ([]vip.Object, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []vip.Object
	for _, o := range k.routing {
		switch o := o.(type) {
		case vip.Route:
			if o.Protocol == 0 || o.Protocol == vip.Protocol {
				if o.Table == 0 {
					o.Table = vip.TableMain
				}
				if o.Metric == 0 && o.Destination.Addr().Is6() {
					o.Metric = defaultMetric6
				}
				list = append(list, o)
			}
		case vip.Rule:
			if o.Owner == 0 || o.Owner == vip.Protocol {
				list = append(list, o)
			}
		}
	}
	return list, nil
}

// defaultMetric6 is Linux's for IPv6 routes that were given none.
const defaultMetric6 = 1024

// applyRouting does what Linux does: a route needs its interface up, and is
// there once.
func (k *Kernel) applyRouting(c *vip.Change) (changed bool, err error) {
	at := slices.IndexFunc(k.routing, func(o vip.Object) bool { return text(o) == text(c.Object) })
	if c.Op == vip.Delete {
		if r, ok := c.Object.(vip.Route); ok && at < 0 && c.Index != 0 && r.Interface != "" {
			if i := k.byIndex(c.Index); i != nil && i.Name != r.Interface { // it has another name now
				r.Interface = i.Name
				return k.applyRouting(&vip.Change{Op: vip.Delete, Object: r})
			}
		}
		if at >= 0 {
			k.routing = slices.Delete(k.routing, at, at+1)
		}
		return at >= 0, nil
	}
	if r, ok := c.Object.(vip.Route); ok && r.Interface != "" {
		switch i := k.find(r.Interface); {
		case i == nil:
			return false, vip.ErrNoInterface
		case !i.Up:
			return false, errDown
		default:
			c.Index = i.Index
		}
	}
	if at < 0 {
		k.routing = append(k.routing, c.Object)
	}
	return at < 0, nil
}

var errDown = errors.New("viptest: interface is down")

// dropRoutes removes the routes through an interface.
func (k *Kernel) dropRoutes(name string) {
	k.routing = slices.DeleteFunc(k.routing, func(o vip.Object) bool {
		r, ok := o.(vip.Route)
		return ok && r.Interface == name
	})
}

// text tells routes and rules apart.
func text(o vip.Object) string {
	if _, ok := o.(vip.Rule); ok {
		return "rule " + o.String()
	}
	return "route " + o.String()
}
