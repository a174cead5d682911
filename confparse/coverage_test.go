package confparse

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// preamble has what examples refer to.
const preamble = `
vrrp_script chk { script /bin/true }
track_file prio { file /run/prio }
vrrp_track_process proc { process none }
bfd_instance bfd1 { neighbor_ip 192.0.2.66 }
bfd_instance bfd2 { neighbor_ip 192.0.2.67 }
track_file prio2 { file /run/prio2 }
vrrp_instance VI_1 { interface eth0
 virtual_router_id 201
 virtual_ipaddress { 192.0.2.201 } }
vrrp_instance VI_2 { interface eth0
 virtual_router_id 202
 virtual_ipaddress { 192.0.2.202 } }
vrrp_instance VI_3 { interface eth0
 virtual_router_id 203
 virtual_ipaddress { 192.0.2.203 } }
vrrp_instance VI_4 { interface eth0
 virtual_router_id 204
 virtual_ipaddress { 192.0.2.204 } }
`

const hexKey = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

// opening is what stands before a line in a block, so that nothing else is
// missing there.
var opening = map[string]string{
	"global_defs":                  "global_defs {",
	"track_group":                  "track_group T {",
	"garp_group":                   "garp_group {\ngarp_interval 9\ninterface eth9",
	"vrrp_sync_group":              "vrrp_sync_group G {\ngroup { VI_3 VI_4 }",
	"vrrp_instance":                "vrrp_instance V {\ninterface eth0\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.99/24 }",
	"vrrp_instance.authentication": "authentication {\nauth_type PASS\nauth_pass x",
	"vrrp_instance.auth_hmac":      "auth_hmac {\nkey 9 hex:" + hexKey + "\nactive_key 9",
	"vrrp_script":                  "vrrp_script s {\nscript /bin/true",
	"vrrp_track_process":           "vrrp_track_process p {\nprocess none",
	"track_file":                   "track_file f {\nfile /run/none",
	"vrrp_track_file":              "vrrp_track_file f {\nfile /run/none",
	"bfd_instance":                 "bfd_instance b {\nneighbor_ip 192.0.2.68",
	"SSL":                          "SSL {",
	"virtual_server":               "virtual_server 192.0.2.199 80 {\nprotocol UDP\nlb_algo wrr\nlb_kind NAT\nsorry_server 192.0.2.198 80\nreal_server 192.0.2.197 80 {\nTCP_CHECK { }\n}\nreal_server 192.0.2.195 80 { weight 3 }",
	"virtual_server.real_server":   "real_server 192.0.2.196 80 {\nTCP_CHECK { }",
	"virtual_server_group":         "virtual_server_group G {\n192.0.2.100 80",

	"virtual_server.real_server.TCP_CHECK":       "TCP_CHECK {",
	"virtual_server.real_server.PING_CHECK":      "PING_CHECK {",
	"virtual_server.real_server.UDP_CHECK":       "UDP_CHECK {",
	"virtual_server.real_server.DNS_CHECK":       "DNS_CHECK {",
	"virtual_server.real_server.SMTP_CHECK":      "SMTP_CHECK {",
	"virtual_server.real_server.SMTP_CHECK.host": "host {",
	"virtual_server.real_server.MISC_CHECK":      "MISC_CHECK {\nmisc_path /bin/true",
	"virtual_server.real_server.FILE_CHECK":      "FILE_CHECK {\ntrack_file prio2",
	"virtual_server.real_server.BFD_CHECK":       "BFD_CHECK {\nname bfd2",
	"virtual_server.real_server.HTTP_GET":        "HTTP_GET {\nurl { path / }",
	"virtual_server.real_server.SSL_GET":         "SSL_GET {\nurl { path / }",
	"virtual_server.real_server.HTTP_GET.url":    "url {\npath /",
	"virtual_server.real_server.SSL_GET.url":     "url {\npath /",
}

// entryBefore is what an option stands behind in a list.
var entryBefore = map[string]string{
	"static_ipaddress":                         "198.51.100.9/24",
	"vrrp_instance.virtual_ipaddress":          "192.0.2.98/24",
	"vrrp_instance.virtual_ipaddress_excluded": "192.0.2.97/24",
	"vrrp_instance.unicast_peer":               "192.0.2.96",
	"linkbeat_interfaces":                      "eth7",
	"track_interface":                          "eth7",
	"track_script":                             "chk",
	"track_file":                               "prio",
	"track_process":                            "proc",
	"track_bfd":                                "bfd1",
}

// innards is what a block has to have between its braces.
var innards = map[string]string{
	"global_defs": "vrrp_version 3", "garp_group": "garp_interval 1\ninterface eth1", "SSL": "ca ca.pem",
	"vrrp_instance": "interface eth0\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.99 }", "track_group": "group { VI_1 }",
	"vrrp_sync_group": "group { VI_1 VI_2 }", "vrrp_script": "script /bin/true", "vrrp_track_process": "process none",
	"track_file": "file /run/none", "vrrp_track_file": "file /run/none", "bfd_instance": "neighbor_ip 192.0.2.68",
	"virtual_server_group": "192.0.2.100 80", "virtual_server": "protocol TCP\nlb_algo rr\nlb_kind NAT\nreal_server 192.0.2.197 80 { }",
	"authentication": "auth_type PASS\nauth_pass x", "auth_hmac": "key 9 hex:" + hexKey + "\nactive_key 9", "host": "connect_port 7",
	"HTTP_GET": "url { path / }", "SSL_GET": "url { path / }", "MISC_CHECK": "misc_path /bin/true", "FILE_CHECK": "track_file prio",
	"BFD_CHECK": "name bfd1", "url": "path /new", "static_routes": "198.51.100.0/24 via 192.0.2.9", "virtual_routes": "198.51.100.0/24 via 192.0.2.9",
	"static_rules": "from 198.51.100.0/24 table 7 preference 9", "virtual_rules": "from 198.51.100.0/24 table 7 preference 9",
}

// idle are keywords that leave the configuration as it is, and why.
var idle = map[string]string{
	"global_defs/random_seed":                "changes ${_RANDOM}",
	"global_defs/include_check":              "changes includes",
	"vrrp_instance/vrf":                      "only without an interface",
	"vrrp_instance/accept":                   "the default",
	"vrrp_instance/preempt":                  "the default",
	"vrrp_instance/native_ipv6":              "ignored where there are IPv4 addresses",
	"static_routes/as":                       "has no effect in the kernel",
	"static_routes/inet":                     "the default",
	"static_routes/prepend":                  "the default",
	"static_rules/inet":                      "the default",
	"static_rules/type":                      "stands before an action",
	"vrrp_instance.virtual_routes/as":        "has no effect in the kernel",
	"vrrp_instance.virtual_routes/inet":      "the default",
	"vrrp_instance.virtual_routes/prepend":   "the default",
	"vrrp_instance.virtual_rules/inet":       "the default",
	"vrrp_instance.virtual_rules/type":       "stands before an action",
	"virtual_server/hashed":                  "has no effect in keepalived",
	"virtual_server/nat_mask":                "has no effect in keepalived",
	"virtual_server/ip_family":               "that of the address",
	"vrrp_instance.authentication/auth_type": "the context has it",
}

// needed is what a keyword stands behind.
var needed = map[string]string{
	"vrrp_instance/unicast_ttl":                              "unicast_peer { 192.0.2.77 }",
	"vrrp_instance/vmac_xmit_base":                           "use_vmac",
	"vrrp_instance.auth_hmac/active_key":                     "key 1 hex:" + hexKey,
	"virtual_server/hysteresis":                              "quorum 4",
	"virtual_server/sh-port":                                 "lb_algo sh",
	"virtual_server/sh-fallback":                             "lb_algo sh",
	"virtual_server/mh-port":                                 "lb_algo mh",
	"virtual_server/mh-fallback":                             "lb_algo mh",
	"virtual_server.real_server.HTTP_GET.url/regex_no_match": "regex x",
	"virtual_server.real_server.SSL_GET.url/regex_no_match":  "regex x",
}

// inPlace makes a configuration of a line in the block of that path. It returns
// the number of the line.
func inPlace(k Keyword, arguments string) (src string, line int) {
	text := strings.TrimSpace(k.Name + " " + arguments)
	return inPlaceOf(k, text, arguments)
}

func inPlaceOf(k Keyword, text, arguments string) (src string, line int) {
	before, after := preamble, ""
	open := func(s string) { before += s + "\n"; after += "}\n" }
	parts := strings.Split(k.Block, ".")
	for i := range parts {
		path := strings.Join(parts[:i+1], ".")
		entry, isList := entryBefore[path]
		if !isList && i > 0 {
			entry, isList = entryBefore[parts[i]]
		}
		if e := sampleEntry(parts[i], k.Name); e != "" && opening[path] == "" {
			entry, isList = e, true
		}
		switch {
		case path == "":
		case isList && i == len(parts)-1 && opening[path] == "":
			open(parts[i] + " {")
			text = entry + " " + text
		case opening[path] != "":
			open(opening[path])
		default:
			open(parts[i] + " {")
		}
	}
	if need := needed[k.Block+"/"+k.Name]; need != "" {
		before += need + "\n"
	}
	if k.body != nil && (k.body.kind == statements || k.body.open != nil) {
		text += " {\n" + innards[k.Name] + "\n}"
	} else if k.body != nil {
		if in := innards[k.Name]; in != "" && arguments == "" {
			arguments = in
		}
		text = k.Name + " {\n" + arguments + "\n}"
		line++
	}
	if k.Block == "" {
		switch k.Name { // named as something in the preamble
		case "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "bfd_instance", "vrrp_instance":
			before = ""
		}
	}
	return before + text + "\n" + after, line + strings.Count(before, "\n") + 1
}

func parseCovered(src string) (*Config, Diagnostics) {
	o := hermetic(nil)
	o.AllowUnsupported = true
	return Parse("k.conf", []byte(src), o)
}

// TestKeywords gives every keyword a typical value and a bad one, and compares
// what it changes, and what is said, with testdata/keywords.txt.
func TestKeywords(t *testing.T) {
	var b strings.Builder
	for _, k := range language().all() {
		id := k.Block + "/" + k.Name
		without, _ := inPlaceOf(Keyword{Block: k.Block, Name: k.Name}, "", "")
		with, _ := inPlace(*k, k.Example)
		if k.Block == "" && !strings.Contains(with, preamble) {
			without = ""
		}
		old, _ := parseCovered(without)
		if old == nil {
			old = newConfig()
		}
		cfg, ds := parseCovered(with)
		if cfg == nil || ds.HasErrors() {
			t.Errorf("%s: %s\n%v", id, with[len(preamble):], ds)
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", cmpOr(k.Block, "top level"), strings.TrimSpace(k.Name+" "+k.Example))
		changed := changes(old, cfg)
		if (len(changed) == 0) != (idle[id] != "") {
			t.Errorf("%s: changes %v; %s", id, changed, with)
		}
		for _, c := range changed {
			fmt.Fprintf(&b, "    %s\n", c)
		}
		if why := idle[id]; why != "" {
			fmt.Fprintf(&b, "    changes nothing: %s\n", why)
		}
		if !k.hasBad {
			continue
		}
		src, line := inPlace(*k, k.bad)
		_, ds = parseCovered(src)
		i := slices.IndexFunc(ds, func(d Diagnostic) bool { return d.Severity == Error && d.Line == line })
		if i < 0 {
			t.Errorf("%s: %q is not refused in line %d\n%s\n%s", id, k.bad, line, src, ds.Render())
			continue
		}
		fmt.Fprintf(&b, "    %s: error: %s\n", strings.TrimSpace(k.Name+" "+k.bad), ds[i].Message)
	}
	golden(t, "testdata/keywords.txt", b.String())
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestTables finds every row of the tables of keepalived 2.4.3 in the schema.
func TestTables(t *testing.T) {
	known := map[string]bool{}
	for _, k := range Keywords() {
		known[k.Block+"/"+k.Name] = true
	}
	for _, file := range []string{"testdata/keywords-vrrp.tsv", "testdata/keywords-lvs.tsv"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range strings.Split(strings.TrimSpace(string(content)), "\n")[1:] {
			fields := strings.Split(row, "\t")
			for _, path := range tablePaths(fields[0]) {
				for _, name := range tableNames(fields[1]) {
					if !known[path+"/"+name] {
						t.Errorf("%s:%d: no %s in %q", file, n+2, name, path)
					}
				}
			}
		}
	}
}

var tableRest = regexp.MustCompile(` \(.*\)$| NAME$| IPADDR \[PORT\]$| \(IPADDR.*| \(root block.*| \(global.*`)

// tablePaths returns the blocks that a row of a table is about.
func tablePaths(block string) (paths []string) {
	name := strings.TrimSpace(tableRest.ReplaceAllString(block, ""))
	switch {
	case name == "top-level" || name == "global":
		return []string{""}
	case name == "sorry_server":
		return []string{"virtual_server"}
	case strings.HasPrefix(name, "track_file NAME"):
		return []string{"track_file", "vrrp_track_file"}
	case strings.HasPrefix(name, "track_interface/"):
		for _, list := range strings.Split(name, "/") {
			paths = append(paths, "vrrp_instance."+list, "vrrp_sync_group."+list)
		}
		return paths
	case name == "real_server":
		return []string{"virtual_server.real_server"}
	case strings.HasSuffix(strings.Fields(name)[0], "_CHECK"), strings.HasSuffix(strings.Fields(name)[0], "_GET"):
		return []string{"virtual_server.real_server." + strings.ReplaceAll(name, " ", ".")}
	}
	for _, p := range strings.Split(name, " / ") {
		if strings.HasPrefix(p, "virtual_") && p != "virtual_server" && p != "virtual_server_group" {
			p = "vrrp_instance." + p
		}
		paths = append(paths, p)
	}
	return paths
}

// entries are rows about the words that an entry of a list begins with, and
// about words inside the arguments of others: tests of their own cover them.
var entries = []string{
	"ADDRESS", "IFNAME", "NAME", "DEST", "reverse", "noreverse", "<address entry>", "<range, short>", "<range, long>", "<prefix>", "to",
}

// tableNames returns the keywords that a row of a table is about.
func tableNames(s string) (names []string) {
	if slices.Contains(entries, s) || s == "(no block)" {
		return nil
	}
	if !strings.HasPrefix(s, "!") && !strings.HasPrefix(s, "$") && s != "{ }" {
		s = strings.NewReplacer("(deprecated)", "", ": deprecated", "", ": old spelling", "", "(", "|", ")", "", " / ", "|", "[type]", "", "[to]", "", "DEST", "to").Replace(s)
	} else {
		return []string{s}
	}
	if s == "SMTP_CHECK host" {
		return nil
	}
	for _, name := range strings.Split(s, "|") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
