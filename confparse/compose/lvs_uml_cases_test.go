//go:build linux

package compose_test

import (
	"fmt"
	"strings"
)

// tableCase is a configuration whose table keepalived 2.2.7 and we are to agree
// about. In its text, VIP is an address of its own, RIP the beginning of those of
// its servers, VIP6 and RIP6 the same of IPv6, NET and NET6 the beginning of others
// of its own, GROUP a name, and MARK a mark.
type tableCase struct {
	name string
	text string

	// why is why the tables differ, if they do; ours is the text of our lines.
	why  string
	ours string
}

// expand gives case number n addresses of its own.
func (c *tableCase) expand(text string, n int) string {
	return strings.NewReplacer(
		"VIP6", fmt.Sprintf("fd01::%x:1", n), "RIP6", fmt.Sprintf("fd02::%x", n), "NET6", fmt.Sprintf("fd01::%x", n),
		"VIP", fmt.Sprintf("10.1.%d.1", n), "RIP", fmt.Sprintf("10.2.%d", n), "NET", fmt.Sprintf("10.1.%d", n),
		"GROUP", fmt.Sprintf("group%d", n), "MARK", fmt.Sprint(1000+n),
	).Replace(text)
}

// owns reports whether a line of the table is of case number n.
func owns(line string, n int) bool {
	for _, s := range []string{
		fmt.Sprintf(" 10.1.%d.", n), fmt.Sprintf(" [fd01::%x:", n), fmt.Sprintf(" -f %d ", 1000+n),
	} {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}

// tableCases returns the cases.
func tableCases() []tableCase {
	four := func(lines, server string) string { return v4("VIP 80", "protocol tcp\n"+lines, server) }
	cases := []tableCase{}
	add := func(name, text string) { cases = append(cases, tableCase{name: name, text: text}) }
	for _, s := range []string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "sed", "nq", "fo", "ovf"} {
		add("scheduler "+s, four("lb_algo "+s+"\nlb_kind NAT", "weight 3"))
	}
	for _, f := range []string{
		"lb_algo sh\nsh-port", "lb_algo sh\nsh-fallback", "lb_algo sh\nsh-port\nsh-fallback", "lb_algo mh\nmh-port", "lb_algo mh\nmh-fallback",
		"lb_algo mh\nmh-port\nmh-fallback", "lb_algo wlc\nflag-1", "lb_algo rr\nflag-2\nflag-3", "lb_algo sh\nflag-3", "lb_algo sh\nhashed",
	} {
		add("flags "+strings.ReplaceAll(f, "\n", " "), four(f+"\nlb_kind NAT", ""))
	}
	rr := "lb_algo rr\n"
	for _, k := range []string{
		"NAT", "DR", "TUN", "TUN type ipip", "TUN type gue port 6080", "TUN type gue port 6080 csum", "TUN type gue port 6080 remcsum",
		"TUN type gre", "TUN type gre csum",
	} {
		add("forwarding "+k, four(rr+"lb_kind "+k, ""))
		add("forwarding of a server "+k, four(rr+"lb_kind NAT", "lvs_method "+k))
	}
	add("NAT to other ports", v4("VIP 8080", "protocol tcp\n"+rr+"lb_kind NAT", ""))
	add("DR from another port", v4("VIP 8080", "protocol tcp\n"+rr+"lb_kind DR", ""))
	add("servers without a port", strings.ReplaceAll(v4("VIP 8080", "protocol tcp\n"+rr+"lb_kind NAT", ""), " 80 {", " {"))
	add("the same server twice", strings.ReplaceAll(four(rr+"lb_kind NAT", ""), "RIP.2", "RIP.1"))
	for _, p := range []string{"TCP", "UDP", "SCTP"} {
		add("protocol "+p, v4("VIP 80", "protocol "+p+"\n"+rr+"lb_kind NAT", ""))
	}
	add("no protocol, scheduler or method", v4("VIP 80", "", ""))
	add("ops of UDP", v4("VIP 53", "protocol UDP\nops\n"+rr+"lb_kind NAT", ""))
	add("ops of TCP", four("ops\n"+rr+"lb_kind NAT", ""))
	for _, p := range []string{
		"persistence_timeout", "persistence_timeout 50", "persistence_timeout 50\npersistence_granularity 255.255.255.0", "persistence_granularity 255.255.0.0",
		"persistence_timeout 2678400", "persistence_engine sip",
	} {
		add(strings.ReplaceAll(p, "\n", " "), four(p+"\n"+rr+"lb_kind NAT", ""))
	}
	add("engine sip", v4("VIP 5060", "protocol UDP\npersistence_timeout 60\npersistence_engine sip\n"+rr+"lb_kind NAT", ""))
	add("all ports, persistent", v4("VIP 0", "protocol TCP\npersistence_timeout 60\n"+rr+"lb_kind DR", ""))
	add("all ports", v4("VIP", "protocol TCP\n"+rr+"lb_kind DR", ""))

	six := func(lines, server string) string {
		return strings.ReplaceAll(v4("VIP6 80", "protocol TCP\n"+rr+lines, server), "RIP.", "RIP6:")
	}
	add("IPv6 NAT", six("lb_kind NAT", ""))
	add("IPv6 DR", six("lb_kind DR", ""))
	add("IPv6 TUN", six("lb_kind TUN", ""))
	add("IPv6, persistent", six("lb_kind NAT\npersistence_timeout 60\npersistence_granularity 64", ""))
	add("IPv6, persistent, each address", six("lb_kind NAT\npersistence_timeout 60\npersistence_granularity 128", ""))
	add("IPv4 by tunnel to IPv6", strings.ReplaceAll(four(rr+"lb_kind TUN", ""), "RIP.", "RIP6:"))
	add("IPv6 by tunnel to IPv4", v4("VIP6 80", "protocol TCP\n"+rr+"lb_kind TUN", ""))

	add("weights", strings.Replace(strings.Replace(four("weight 7\nlb_algo wrr\nlb_kind NAT", "W"), "W", "weight 0", 1), "W", "", 1))
	add("a large weight", four("lb_algo wrr\nlb_kind NAT", "weight 1000000"))
	add("thresholds", four(rr+"lb_kind NAT", "uthreshold 1000\nlthreshold 100"))

	const check = "TCP_CHECK {\n}"
	add("alpha", four("alpha\n"+rr+"lb_kind NAT", check))
	add("alpha, inhibited", four("alpha\ninhibit_on_failure\n"+rr+"lb_kind NAT", check))
	add("alpha, without a check", four("alpha\n"+rr+"lb_kind NAT", ""))
	add("a sorry server that is needed", four("alpha\nsorry_server RIP.9 80\n"+rr+"lb_kind NAT", check))
	add("a sorry server that is needed, inhibited servers", four("alpha\ninhibit_on_failure\nsorry_server RIP.9 80\n"+rr+"lb_kind NAT", check))
	add("a sorry server that is not needed", four("sorry_server RIP.9 80\n"+rr+"lb_kind NAT", ""))
	add("a sorry server that is not needed, inhibited", four("sorry_server RIP.9 80\nsorry_server_inhibit\n"+rr+"lb_kind NAT", ""))
	add("a sorry server of another port, by DR", four("alpha\nsorry_server RIP.9 81\n"+rr+"lb_kind DR", check))
	add("a sorry server by another method", four("alpha\nsorry_server RIP.9 81\nsorry_server_lvs_method NAT\n"+rr+"lb_kind DR", check))
	add("a sorry server without a port", four("alpha\nsorry_server RIP.9\n"+rr+"lb_kind DR", check))
	add("quorum beyond all weights", four("quorum 9\nhysteresis 8\nsorry_server RIP.9 80\n"+rr+"lb_kind NAT", ""))
	add("quorum without a sorry server", four("alpha\nquorum 2\n"+rr+"lb_kind NAT", check))

	add("mark by NAT", strings.ReplaceAll(v4("fwmark MARK", rr+"lb_kind NAT", ""), " 80 {", " {"))
	add("mark by NAT to a port", v4("fwmark MARK", rr+"lb_kind NAT", ""))
	add("mark by DR", v4("fwmark MARK", rr+"lb_kind DR", ""))
	add("mark by TUN", v4("fwmark MARK", rr+"lb_kind TUN", ""))
	add("mark, persistent", v4("fwmark MARK", rr+"lb_kind DR\npersistence_timeout 60\npersistence_granularity 255.255.255.0", ""))
	add("mark with one-packet scheduling", v4("fwmark MARK", rr+"lb_kind NAT\nops", ""))
	add("mark of IPv6", strings.ReplaceAll(v4("fwmark MARK", rr+"lb_kind NAT\nip_family inet6", ""), "RIP.", "RIP6:"))
	add("mark of IPv6 by its servers", strings.ReplaceAll(v4("fwmark MARK", rr+"lb_kind NAT", ""), "RIP.", "RIP6:"))

	group := func(entries, lines string) string {
		return "virtual_server_group GROUP {\n" + entries + "\n}\n" + v4("group GROUP", rr+lines, "")
	}
	add("group of addresses", group("VIP 80\nNET.2 81", "protocol TCP\nlb_kind NAT"))
	add("group by DR", group("VIP 80\nNET.2 81", "protocol TCP\nlb_kind DR"))
	add("group of a range", group("NET.10-14 80", "protocol UDP\nlb_kind NAT"))
	add("group of a range by addresses", group("NET.10-NET.12 80", "protocol TCP\nlb_kind NAT"))
	add("group of a prefix", group("NET.8/30 80", "protocol TCP\nlb_kind NAT"))
	add("group of marks", group("fwmark MARK", "lb_kind NAT"))
	add("group of a mark and an address", group("VIP 80\nfwmark MARK", "protocol TCP\nlb_kind DR"))
	add("group of IPv6", strings.ReplaceAll(group("VIP6 80\nNET6:10-13 81", "protocol TCP\nlb_kind NAT"), "RIP.", "RIP6:"))
	add("group for TCP and UDP", group("VIP 80\nNET.2 81", "protocol TCP\nlb_kind NAT")+v4("group GROUP", rr+"protocol UDP\nlb_kind NAT", ""))
	add("group, persistent", group("VIP 80", "protocol TCP\nlb_kind NAT\npersistence_timeout 50"))
	cases = append(cases, tableCase{
		name: "group with granularity", text: group("VIP 80", "protocol TCP\nlb_kind NAT\npersistence_timeout 50\npersistence_granularity 255.255.255.0"),
		why:  "fault 3 of keepalived: a group loses it",
		ours: "-A -t VIP:80 -s rr -p 50 -M 255.255.255.0\n-a -t VIP:80 -r RIP.1:80 -m -w 1\n-a -t VIP:80 -r RIP.2:80 -m -w 1\n",
	})
	return cases
}

// v4 is a virtual_server of two servers: with head behind it, lines of its own,
// and lines in each server.
func v4(head, lines, server string) string {
	return fmt.Sprintf("virtual_server %s {\n%s\nreal_server RIP.1 80 {\n%s\n}\nreal_server RIP.2 80 {\n%[3]s\n}\n}\n", head, lines, server)
}
