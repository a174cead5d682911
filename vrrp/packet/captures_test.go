package packet

// captures lists what every capture in testdata holds, as tshark reads it: how
// many packets of each kind. The checksum forms are those of the senders'
// configurations; tshark's verdicts agree.
var captures = map[string][]string{
	"arp-nd-reply-vmac": {
		"3x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"failover-crash-v2": {
		"3x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, none, 192.0.2.100",
		"8x 192.0.2.2 > 224.0.0.18: v2 51/100 every 1s, none, 192.0.2.100",
	},
	"failover-crash-v3-ipv4-200ms": {
		"19x 192.0.2.1 > 224.0.0.18: v3 51/150 every 20cs, pseudo-header, 192.0.2.100",
		"49x 192.0.2.2 > 224.0.0.18: v3 51/100 every 20cs, pseudo-header, 192.0.2.100",
	},
	"failover-crash-v3-ipv4": {
		"3x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"8x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"failover-crash-v3-ipv6": {
		"3x fe80::ff:fe00:1 > ff02::12: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
		"8x fe80::ff:fe00:2 > ff02::12: v3 51/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"failover-link-down-and-back": {
		"6x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"6x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"frr-tie": {
		"6x 192.0.2.1 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"frr-v2": {
		"1x 192.0.2.1 > 224.0.0.18: v2 10/0 every 1s, none, 192.0.2.100",
		"6x 192.0.2.1 > 224.0.0.18: v2 10/200 every 1s, none, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v2 10/100 every 1s, none, 192.0.2.100",
	},
	"frr-v3-ipv4-ipv6": {
		"1x 192.0.2.1 > 224.0.0.18: v3 10/0 every 100cs, pseudo-header, 192.0.2.100",
		"6x 192.0.2.1 > 224.0.0.18: v3 10/200 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
		"1x fe80::5e:100 > ff02::12: v3 10/0 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"3x fe80::5e:100 > ff02::12: v3 10/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"5x fe80::5e:100 > ff02::12: v3 10/200 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
	},
	"frr-v3-ipv4": {
		"1x 192.0.2.1 > 224.0.0.18: v3 10/0 every 100cs, pseudo-header, 192.0.2.100",
		"6x 192.0.2.1 > 224.0.0.18: v3 10/200 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"frr-v3-ipv6": {
		"1x fe80::5e:100 > ff02::12: v3 10/0 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"3x fe80::5e:100 > ff02::12: v3 10/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"5x fe80::5e:100 > ff02::12: v3 10/200 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
	},
	"garp-parameters": {
		"9x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"interop-v2-frr-master": {
		"6x 192.0.2.1 > 224.0.0.18: v2 10/100 every 1s, none, 192.0.2.100",
		"1x 192.0.2.2 > 224.0.0.18: v2 10/0 every 1s, none, 192.0.2.100",
		"6x 192.0.2.2 > 224.0.0.18: v2 10/200 every 1s, none, 192.0.2.100",
	},
	"interop-v2-keepalived-master": {
		"1x 192.0.2.1 > 224.0.0.18: v2 10/0 every 1s, none, 192.0.2.100",
		"7x 192.0.2.1 > 224.0.0.18: v2 10/200 every 1s, none, 192.0.2.100",
		"5x 192.0.2.2 > 224.0.0.18: v2 10/100 every 1s, none, 192.0.2.100",
	},
	"interop-v3-ipv4-checksum-conflict": {
		"7x 192.0.2.1 > 224.0.0.18: v3 10/200 every 100cs, message-only, 192.0.2.100",
		"5x 192.0.2.2 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"interop-v3-ipv4-frr-master": {
		"6x 192.0.2.1 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
		"1x 192.0.2.2 > 224.0.0.18: v3 10/0 every 100cs, pseudo-header, 192.0.2.100",
		"6x 192.0.2.2 > 224.0.0.18: v3 10/200 every 100cs, pseudo-header, 192.0.2.100",
	},
	"interop-v3-ipv4-keepalived-master": {
		"1x 192.0.2.1 > 224.0.0.18: v3 10/0 every 100cs, pseudo-header, 192.0.2.100",
		"7x 192.0.2.1 > 224.0.0.18: v3 10/200 every 100cs, pseudo-header, 192.0.2.100",
		"5x 192.0.2.2 > 224.0.0.18: v3 10/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"interop-v3-ipv6-frr-master": {
		"1x fe80::5e:100 > ff02::12: v3 10/0 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"5x fe80::5e:100 > ff02::12: v3 10/200 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"7x fe80::ff:fe00:1 > ff02::12: v3 10/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
	},
	"interop-v3-ipv6-keepalived-master": {
		"4x fe80::5e:100 > ff02::12: v3 10/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"1x fe80::ff:fe00:1 > ff02::12: v3 10/0 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
		"7x fe80::ff:fe00:1 > ff02::12: v3 10/200 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100",
	},
	"nd-reply-vmac": {
		"3x fe80::ff:fe00:1 > ff02::12: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"nopreempt": {
		"8x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"owner-255-both": {
		"5x 192.0.2.1 > 224.0.0.18: v3 51/255 every 100cs, pseudo-header, 192.0.2.100",
		"2x 192.0.2.2 > 224.0.0.18: v3 51/255 every 100cs, pseudo-header, 192.0.2.100",
	},
	"owner-255": {
		"5x 192.0.2.1 > 224.0.0.18: v3 51/255 every 100cs, pseudo-header, 192.0.2.100",
		"2x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"partition-heals-tie": {
		"5x 192.0.2.1 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
		"9x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"partition-heals": {
		"9x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"preempt-delay-3s": {
		"4x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"8x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"preemption": {
		"4x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"5x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"prio0-on-stop-ipv6": {
		"1x fe80::ff:fe00:1 > ff02::12: v3 51/0 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
		"3x fe80::ff:fe00:1 > ff02::12: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
		"4x fe80::ff:fe00:2 > ff02::12: v3 51/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"prio0-on-stop": {
		"1x 192.0.2.1 > 224.0.0.18: v2 51/0 every 1s, none, 192.0.2.100",
		"3x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, none, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v2 51/100 every 1s, none, 192.0.2.100",
	},
	"three-way-crash": {
		"3x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 224.0.0.18: v3 51/140 every 100cs, pseudo-header, 192.0.2.100",
	},
	"tie-both-state-master": {
		"4x 192.0.2.1 > 224.0.0.18: v2 51/100 every 1s, none, 192.0.2.100",
	},
	"tie-equal-priority-ipv6": {
		"4x fe80::ff:fe00:1 > ff02::12: v3 51/100 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"tie-equal-priority": {
		"4x 192.0.2.1 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.100",
	},
	"two-vrids": {
		"3x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"3x 192.0.2.2 > 224.0.0.18: v3 52/150 every 100cs, pseudo-header, 192.0.2.200",
	},
	"v2-20vips": {
		"4x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, none, 192.0.2.100 192.0.2.101 192.0.2.102 192.0.2.103 192.0.2.104 192.0.2.105 192.0.2.106 192.0.2.107 192.0.2.108 192.0.2.109 192.0.2.110 192.0.2.111 192.0.2.112 192.0.2.113 192.0.2.114 192.0.2.115 192.0.2.116 192.0.2.117 192.0.2.118 192.0.2.119",
	},
	"v2-ah-unicast": {
		"4x 192.0.2.1 > 192.0.2.2: v2 51/150 every 1s, header, 192.0.2.100",
	},
	"v2-ah": {
		"7x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, header, 192.0.2.100",
	},
	"v2-auth-mismatch": {
		"4x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, password s3cret99, 192.0.2.100",
		"1x 192.0.2.2 > 224.0.0.18: v2 51/100 every 1s, password other123, 192.0.2.100",
	},
	"v2-configured-ipv6": {
		"4x fe80::ff:fe00:1 > ff02::12: refused: version-errors",
	},
	"v2-configured-unicast-ipv6": {
		"3x 2001:db8:1::1 > 2001:db8:1::2: refused: version-errors",
	},
	"v2-interval-mismatch": {
		"8x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, none, 192.0.2.100",
		"1x 192.0.2.2 > 224.0.0.18: v2 51/100 every 2s, none, 192.0.2.100",
	},
	"v2-noauth": {
		"7x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, none, 192.0.2.100",
	},
	"v2-pass-unicast": {
		"4x 192.0.2.1 > 192.0.2.2: v2 51/150 every 1s, password s3cret99, 192.0.2.100",
	},
	"v2-pass": {
		"7x 192.0.2.1 > 224.0.0.18: v2 51/150 every 1s, password s3cret99, 192.0.2.100",
	},
	"v2-unicast-ipv4": {
		"7x 192.0.2.1 > 192.0.2.2: v2 51/150 every 1s, none, 192.0.2.100",
	},
	"v3-100ms": {
		"35x 192.0.2.1 > 224.0.0.18: v3 51/150 every 10cs, pseudo-header, 192.0.2.100",
	},
	"v3-4095cs": {
		"1x 192.0.2.1 > 224.0.0.18: v3 51/255 every 4095cs, pseudo-header, 192.0.2.100",
	},
	"v3-interval-learned": {
		"11x 192.0.2.1 > 224.0.0.18: v3 51/150 every 50cs, pseudo-header, 192.0.2.100",
		"3x 192.0.2.2 > 224.0.0.18: v3 51/100 every 200cs, pseudo-header, 192.0.2.100",
	},
	"v3-ipv4-2vips": {
		"2x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100 192.0.2.101",
	},
	"v3-ipv4-message-only-ka243": {
		"1x 192.0.2.1 > 224.0.0.18: v3 51/0 every 100cs, message-only, 192.0.2.100",
		"4x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, message-only, 192.0.2.100",
		"3x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, message-only, 192.0.2.100",
	},
	"v3-ipv4": {
		"7x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"v3-ipv6-multi": {
		"7x fe80::ff:fe00:1 > ff02::12: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"v3-unicast-ipv4-old-checksum": {
		"4x 192.0.2.1 > 192.0.2.2: v3 51/150 every 100cs, pseudo-header-group, 192.0.2.100",
	},
	"v3-unicast-ipv4": {
		"7x 192.0.2.1 > 192.0.2.2: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"v3-unicast-ipv6": {
		"7x 2001:db8:1::1 > 2001:db8:1::2: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
	"v3-unicast-three-nodes": {
		"1x 192.0.2.1 > 192.0.2.2: v3 51/0 every 100cs, pseudo-header, 192.0.2.100",
		"2x 192.0.2.1 > 192.0.2.2: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"1x 192.0.2.1 > 192.0.2.3: v3 51/0 every 100cs, pseudo-header, 192.0.2.100",
		"2x 192.0.2.1 > 192.0.2.3: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 192.0.2.1: v3 51/120 every 100cs, pseudo-header, 192.0.2.100",
		"4x 192.0.2.2 > 192.0.2.3: v3 51/120 every 100cs, pseudo-header, 192.0.2.100",
	},
	"v3-vip-mismatch": {
		"4x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
		"1x 192.0.2.2 > 224.0.0.18: v3 51/100 every 100cs, pseudo-header, 192.0.2.101",
	},
	"vmac-ipv4-xmit-base": {
		"5x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"vmac-ipv4": {
		"5x 192.0.2.1 > 224.0.0.18: v3 51/150 every 100cs, pseudo-header, 192.0.2.100",
	},
	"vmac-ipv6": {
		"5x fe80::ff:fe00:1 > ff02::12: v3 51/150 every 100cs, pseudo-header, fe80::5e:100 2001:db8:1::100 2001:db8:1::101",
	},
}
