package check_test

import (
	"net/netip"

	"github.com/vrrpkit/vrrpkit/check"
)

func target(a netip.AddrPort) check.Target { return check.Target{Addr: a} }
