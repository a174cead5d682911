package packet_test

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// An advertisement is encoded and decoded; one whose checksum is wrong is told by
// its reason.
func Example() {
	source := netip.MustParseAddr("192.0.2.1")
	a := packet.Advert{
		Version: packet.V3, VRID: 51, Priority: 200, Interval: time.Second,
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.100")},
	}
	b, err := a.Append(nil, source, packet.GroupIPv4, packet.MessageOnly)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%x\n", b)

	var got packet.Advert
	form, err := got.Parse(b, source, packet.GroupIPv4)
	fmt.Println(got, form, err)

	b[2]++ // the priority
	_, err = got.Parse(b, source, packet.GroupIPv4)
	fmt.Println(errors.Is(err, packet.ErrChecksum), err)
	// Output:
	// 3133c80100644402c0000264
	// VRRPv3 VRID 51 priority 200 interval 1s auth none addresses [192.0.2.100] message-only <nil>
	// true vrrp packet: wrong checksum: got 0x4402, want 0x4302
}
