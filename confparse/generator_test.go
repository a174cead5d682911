package confparse

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes configurations from a grammar that both this package and
// keepalived 2.2.7 know.
type generator struct {
	rng  *rand.Rand
	b    strings.Builder
	vrid int
	vips int
}

func (g *generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

func (g *generator) between(lo, hi int) string { return strconv.Itoa(lo + g.rng.IntN(hi-lo+1)) }

func (g *generator) oneOf(words ...string) string { return words[g.rng.IntN(len(words))] }

func (g *generator) line(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

// some writes each of the lines with the given chance.
func (g *generator) some(percent int, lines ...string) {
	for _, l := range lines {
		if g.chance(percent) {
			g.line("%s", l)
		}
	}
}

func (g *generator) config() string {
	g.line("global_defs {")
	g.line("enable_script_security\nscript_user root")
	g.some(15, "router_id "+g.oneOf("lb1", `"a b"`, "x.y"), "vrrp_garp_master_delay "+g.between(0, 60), "vrrp_garp_master_repeat "+g.between(1, 9),
		"vrrp_garp_interval 0.0"+g.between(1, 9), "vrrp_mcast_group4 224.0.0."+g.between(19, 200), "vrrp_priority -"+g.between(1, 20),
		"checker_rt_priority "+g.between(1, 99), "lvs_timeouts tcp "+g.between(1, 9000)+" udp 30", "notification_email { a@example.com }",
		"smtp_connect_timeout "+g.between(1, 90), "max_auto_priority "+g.between(1, 99), "vrrp_skip_check_adv_addr "+g.oneOf("on", "off", "true"), "dynamic_interfaces")
	g.line("}")
	g.script()
	g.track()
	n := g.rng.IntN(4)
	for i := range n {
		g.instance(i)
	}
	if n > 1 && g.chance(50) {
		g.line("vrrp_sync_group G {\ngroup {\nVI_0\nVI_1\n}")
		g.some(30, "smtp_alert", "notify_master /usr/bin/true", `notify "/usr/bin/true a b"`, "sync_group_tracking_weight")
		g.line("}")
	}
	for range g.rng.IntN(3) {
		g.virtualServer()
	}
	return g.b.String()
}

func (g *generator) script() {
	g.line("vrrp_script chk {\nscript %s", g.oneOf("/usr/bin/true", `"/usr/bin/true -x 'a b'"`))
	g.some(40, "interval "+g.between(1, 60), "timeout "+g.between(1, 60), "weight "+g.between(-253, 253), "rise "+g.between(1, 9), "fall "+g.between(1, 9), "init_fail", "user root")
	g.line("}")
}

func (g *generator) track() {
	g.line("vrrp_track_process proc {\nprocess none")
	g.some(30, "weight "+g.between(-254, 254), "quorum "+g.between(1, 3), "delay "+g.between(1, 9), "full_command")
	g.line("}\ntrack_file prio {\nfile /run/prio")
	g.some(30, "weight "+g.between(-254, 254))
	g.line("}")
}

func (g *generator) address() string {
	g.vips++
	s := fmt.Sprintf("10.%d.%d.%d", g.vips, g.rng.IntN(256), 1+g.rng.IntN(250))
	if g.chance(60) {
		s += "/" + g.between(8, 32)
	}
	for _, o := range []string{"dev " + g.oneOf("eth1", "eth2"), "scope " + g.oneOf("link", "site", "global"), "label eth1:" + g.between(0, 99), "no_track"} {
		if g.chance(20) {
			s += " " + o
		}
	}
	return s
}

func (g *generator) instance(i int) {
	g.vrid += 1 + g.rng.IntN(40)
	version := g.oneOf("2", "3", "")
	g.line("vrrp_instance VI_%d {\nstate BACKUP\ninterface %s\nvirtual_router_id %d", i, g.oneOf("eth0", "eth1", "eth2"), g.vrid)
	if version != "" {
		g.line("version %s", version)
	}
	g.line("priority %s", g.between(1, 254))
	switch {
	case version == "3" && g.chance(60):
		g.line("advert_int %s", g.oneOf("0.5", "0.01", "40", "1"))
	case g.chance(60):
		g.line("advert_int %s", g.between(1, 30))
	}
	if version != "3" && g.chance(40) {
		g.line("authentication {\nauth_type PASS\nauth_pass %s\n}", g.oneOf("secret", `"a!b#c"`, "12345678"))
	}
	g.line("virtual_ipaddress {")
	for range 1 + g.rng.IntN(4) {
		g.line("%s", g.address())
	}
	g.line("}")
	if g.chance(20) {
		g.line("virtual_ipaddress_excluded {\n%s\n2001:db8::%d/64\n}", g.address(), g.vrid)
	}
	if g.chance(25) {
		g.line("unicast_src_ip 192.0.2.10\nunicast_peer {\n192.0.2.%d\n192.0.2.%d\n}", 11+g.rng.IntN(50), 71+g.rng.IntN(50))
	}
	if g.chance(30) {
		g.line("track_script {\nchk%s\n}", g.oneOf("", " weight 5", " weight -20", " weight 7 reverse"))
	}
	if g.chance(30) {
		g.line("track_interface {\neth3%s\n}", g.oneOf("", " weight -10"))
	}
	if g.chance(20) {
		g.line("track_file {\nprio%s\n}\ntrack_process {\nproc%s\n}", g.oneOf("", " weight 3"), g.oneOf("", " weight 3"))
	}
	g.some(15, g.oneOf("nopreempt", "preempt_delay "+g.between(0, 1000)), "garp_master_delay "+g.between(0, 99), "garp_master_refresh "+g.between(0, 99),
		"garp_lower_prio_repeat "+g.between(0, 9), "lower_prio_no_advert on", "dont_track_primary", "smtp_alert", "notify_master /usr/bin/true",
		`notify "/usr/bin/true x"`, "notify_fault /usr/bin/true", "debug "+g.between(0, 4), "accept", "track_src_ip", "down_timer_adverts "+g.between(1, 9))
	g.line("}")
}

func (g *generator) virtualServer() {
	g.vips++
	protocol := g.oneOf("TCP", "UDP")
	g.line("virtual_server 10.%d.0.1 %s {\nprotocol %s\nlb_algo %s\nlb_kind NAT", g.vips, g.between(1, 65535), protocol, g.oneOf("rr", "wrr", "lc", "wlc", "sh", "dh", "sed", "nq"))
	g.some(25, "delay_loop "+g.oneOf("6", "0.5", "10"), "persistence_timeout "+g.between(1, 3600), "ha_suspend", "alpha", "omega", "virtualhost www.example.com",
		"sorry_server 192.0.2.250 80", "retry "+g.between(1, 9), "delay_before_retry "+g.between(0, 9), "connect_timeout "+g.between(1, 9), "quorum 1", "inhibit_on_failure", "smtp_alert")
	for i := range 1 + g.rng.IntN(3) {
		g.line("real_server 192.0.2.%d %s {\nweight %s", 100+i, g.between(1, 65535), g.between(1, 100))
		g.some(20, "inhibit_on_failure", "uthreshold "+g.between(0, 999), "notify_up /usr/bin/true", "alpha")
		check := g.oneOf("TCP_CHECK", "HTTP_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK", "MISC_CHECK")
		g.line("%s {", check)
		switch check {
		case "HTTP_GET":
			g.line("url {\npath %s", g.oneOf("/", "/health?a=b", `"/x y"`))
			g.some(50, "status_code "+g.oneOf("200", "200-299", "200 204"), "digest d41d8cd98f00b204e9800998ecf8427e")
			g.line("}")
		case "MISC_CHECK":
			g.line(`misc_path "/usr/bin/true a"`)
			g.some(50, "misc_timeout "+g.between(1, 20), "misc_dynamic")
		case "DNS_CHECK":
			g.line("type %s\nname www.example.com", g.oneOf("A", "MX", "aaaa"))
		}
		if check != "MISC_CHECK" {
			g.some(30, "connect_timeout "+g.between(1, 9), "connect_port "+g.between(1, 65535), "fwmark "+g.between(0, 99))
		}
		g.some(30, "retry "+g.between(0, 9), "delay_before_retry "+g.between(0, 9), "warmup "+g.between(0, 9))
		g.line("}\n}")
	}
	g.line("}")
}

// mistake plants one mistake into a valid configuration.
func (g *generator) mistake(src string) (bad, what string) {
	lines := strings.Split(strings.TrimSpace(src), "\n")
	for range 1000 {
		n := g.rng.IntN(len(lines))
		old := lines[n]
		words := strings.Fields(old)
		numeric := len(words) == 2 && strings.Trim(words[1], "0123456789") == ""
		switch g.rng.IntN(7) {
		case 0:
			if len(words[0]) < 4 || words[0] == "}" || words[0][0] < 'a' || words[0][0] > 'z' || len(words) == 1 {
				continue
			}
			lines[n], what = words[0][:len(words[0])-2]+"zz "+strings.Join(words[1:], " "), "misspelt keyword"
		case 1:
			if !numeric {
				continue
			}
			lines[n], what = words[0]+" 99999999999", "number out of range"
		case 2:
			if !numeric {
				continue
			}
			lines[n], what = words[0]+" ten", "not a number"
		case 3:
			if !numeric {
				continue
			}
			lines[n], what = words[0], "missing argument"
		case 4:
			if !strings.HasPrefix(old, "vrrp_instance ") && !strings.HasPrefix(old, "virtual_server ") {
				continue
			}
			lines[n], what = old+"\nno_such_keyword 1", "unknown keyword"
		case 5:
			if words[0] != "virtual_router_id" {
				continue
			}
			lines[n], what = "", "no virtual_router_id"
		case 6:
			if !strings.HasPrefix(old, "10.") {
				continue
			}
			lines[n], what = "10.1.2 "+strings.Join(words[1:], " "), "bad address"
		}
		return strings.Join(lines, "\n") + "\n", fmt.Sprintf("%s: %q", what, lines[n])
	}
	return src, "none"
}
