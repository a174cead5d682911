package report

import (
	"cmp"
	"net/netip"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/vip"
)

// Spot is an address on an interface: that another one has it does not help.
type Spot struct {
	Interface string
	Addr      netip.Addr
}

// Present returns the addresses that this machine has, nil if it cannot be told.
func Present(c *compose.Composition) map[Spot]bool {
	list, err := c.Interfaces()
	if err != nil {
		return nil
	}
	present := make(map[Spot]bool)
	for _, i := range list {
		for _, a := range i.Addresses {
			present[Spot{i.Name, a.Prefix.Addr()}] = true
		}
	}
	return present
}

// Spot returns where a virtual address is, if the instance is master: that may be
// on a VMAC.
func (i *DumpInstance) Spot(a *confparse.Address) Spot {
	addr := a.Prefix.Addr()
	return Spot{cmp.Or(i.devices[addr], a.Interface, i.Config.Interface), addr}
}

// Failed is what the kernel refuses: an object that is not there and should be, or
// one that should not be and is.
type Failed struct {
	Object string `json:"object"` // in the words of ip(8)
	Held   bool   `json:"held"`   // it should be gone
	Error  string `json:"error"`  // the kernel's answer
}

func failed(in []*vip.ChangeError) []Failed {
	out := make([]Failed, 0, len(in))
	for _, e := range in {
		out = append(out, Failed{Object: vip.Describe(e.Change.Object), Held: e.Change.Op == vip.Delete, Error: e.Err.Error()})
	}
	return out
}

// String returns it in one line.
func (f Failed) String() string {
	if f.Held {
		return "this machine cannot get rid of " + f.Object + ": " + f.Error
	}
	return "the kernel refuses " + f.Object + ": " + f.Error
}
