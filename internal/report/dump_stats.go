package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// Stats writes what keepalived writes to keepalived.stats on SIGUSR2.
func (d *Dump) Stats(w io.Writer) error {
	b := bufio.NewWriter(w)
	for n := range d.Instances {
		i := &d.Instances[n]
		c := &i.Counters
		fmt.Fprintf(b, `VRRP Instance: %s
  Advertisements:
    Received: %d
    Sent: %d
  Became master: %d
  Released master: %d
  Packet Errors:
    Length: %d
    TTL: %d
    Invalid Type: %d
    Advertisement Interval: %d
    Address List: %d
  Authentication Errors:
    Invalid Type: %d
    Type Mismatch: %d
    Failure: %d
  Priority Zero:
    Received: %d
    Sent: %d
`, i.Config.Name, c.AdvertsReceived, c.AdvertsSent, c.BecameMaster, c.ReleasedMaster,
			c.Errors[packet.ErrLength], c.Errors[packet.ErrTTL], c.Errors[packet.ErrType], c.Errors[packet.ErrInterval],
			c.Errors[packet.ErrAddressList], c.Errors[packet.ErrAuthType], c.Errors[packet.ErrAuthMismatch], c.Errors[packet.ErrAuth],
			c.PriorityZeroReceived, c.PriorityZeroSent)
	}
	return b.Flush()
}
