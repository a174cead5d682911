// Package netlab gives tests a small network on the real kernel: hosts that
// are network namespaces, bridges between them, cables to pull, a client that
// measures outages, a capture, and other implementations of VRRP as peers.
//
// A lab needs Linux, root and iproute2, some of its parts need more. Where
// something is missing the test is skipped with the reason, or fails when
// VRRPKIT_LAB=require is set, see [Require].
//
//	lab := netlab.New(t, netlab.Keepalived)
//	a := lab.Host("a", "192.0.2.1/24")
//	b := lab.Host("b", "192.0.2.2/24")
//	client := lab.Host("client", "192.0.2.3/24")
//	wire := lab.Capture()
//	a.Keepalived(confA)
//	b.Keepalived(confB)
//	netlab.Eventually(t, 5*time.Second, "a is master", func() bool { return a.HasAddress("192.0.2.100") })
//	probe := client.Probe("192.0.2.100", time.Millisecond)
//	a.Crash()
//	a.SetPort("eth0", false)
//	...
//	outage := probe.Stop().Longest()
//
// Everything that a lab makes is named after the process that made it. It is
// removed when the test ends; what a killed test left is removed by the next
// lab on the machine.
package netlab
