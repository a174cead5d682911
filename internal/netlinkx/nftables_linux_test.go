package netlinkx

import (
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func tableMessage(kind int, family byte, table string) netlink.Message {
	data := appendAttribute([]byte{family, 0, 0, 0}, nftName, append([]byte(table), 0))
	return netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind)}, Data: data}
}

func TestTableGone(t *testing.T) {
	for _, tt := range []struct {
		what string
		m    netlink.Message
		want string
	}{
		{"a table", tableMessage(unix.NFT_MSG_DELTABLE, unix.NFPROTO_INET, "vrrpkit"), "vrrpkit"},
		{"a rule", tableMessage(unix.NFT_MSG_DELRULE, unix.NFPROTO_INET, "vrrpkit"), "vrrpkit"},
		{"a new rule", tableMessage(unix.NFT_MSG_NEWRULE, unix.NFPROTO_INET, "vrrpkit"), ""},
		{"another family", tableMessage(unix.NFT_MSG_DELTABLE, unix.NFPROTO_IPV4, "vrrpkit"), ""},
		{"nothing", netlink.Message{Header: tableMessage(unix.NFT_MSG_DELTABLE, 0, "").Header}, ""},
	} {
		if table, ok := tableGone(tt.m); table != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.what, table, ok)
		}
	}
}

func FuzzTableGone(f *testing.F) {
	f.Add(uint16(unix.NFT_MSG_DELTABLE), tableMessage(unix.NFT_MSG_DELTABLE, unix.NFPROTO_INET, "vrrpkit").Data)
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		m := netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind)}, Data: data}
		if table, ok := tableGone(m); !ok && table != "" {
			t.Errorf("no table is %q", table)
		}
	})
}
