// Keepalived-lite runs the VRRP instances of a keepalived configuration.
//
//	keepalived-lite -f /etc/keepalived/keepalived.conf
//	keepalived-lite demo
package main

import (
	"os"

	"github.com/vrrpkit/vrrpkit/internal/daemon"
)

func main() { os.Exit(daemon.Main(os.Args[1:])) }
