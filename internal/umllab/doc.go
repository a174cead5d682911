// Package umllab runs a test inside a User-Mode-Linux guest: a complete
// Linux kernel as an ordinary process, with modules that the host's kernel may
// lack (ip_vs, ipip, dummy, vrf and others) and with nothing in its tables.
//
//	func TestKernel(t *testing.T) {
//		if umllab.Run(t, "ip_vs", "ip_vs_rr") {
//			return // the guest did it
//		}
//		... // runs in the guest, as root
//	}
//
// The guest's files are the host's: test data and installed programs are
// where they always are. Only /proc, /sys, /run and the directory for temporary
// files are its own. Booting takes about two seconds. Guests do not see one another;
// they may run side by side.
package umllab
