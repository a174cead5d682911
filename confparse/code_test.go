package confparse

import (
	"slices"
	"strings"
	"testing"
)

// TestCodes provokes a finding of each code.
func TestCodes(t *testing.T) {
	instance := func(s string) string {
		return "vrrp_instance V {\ninterface eth0\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.99 }\n" + s + "\n}\n"
	}
	for _, c := range []struct {
		code Code
		src  string
	}{
		{CodeNoConfig, ""},
		{CodeTooLarge, "~SEQ(i, 1, 9999999) router $i\n"},
		{CodeInclude, "include /nowhere/a.conf\n" + instance("")},
		{CodeLine, "\uFEFF" + instance("")},
		{CodeQuote, "global_defs {\nrouter_id \"A\n}\n"},
		{CodeCurlyQuote, "vrrp_script s {\nscript “/bin/true”\n}\n"},
		{CodeBrace, "global_defs {\nrouter_id A\n"},
		{CodeDefinition, "~SEQ(i) router $i\n"},
		{CodeUndefined, "global_defs {\nrouter_id ${NOBODY}\n}\n"},
		{CodeUnknownKeyword, "global_defs {\nrouter_di A\n}\n"},
		{CodeMisplaced, instance("authentication {\nauth_type PASS\nauth_pass x\nvirtual_ipaddress {\n192.0.2.98\n}\n}")},
		{CodeNotActedOn, instance("kernel_rx_buf_size 4096")},
		{CodeUnsupported, "bfd_instance b {\nneighbor_ip 192.0.2.9\n}\n" + instance("track_bfd { b }")},
		{CodeDeprecated, instance("linkbeat_use_polling")},
		{CodeMissingArg, instance("priority")},
		{CodeExtraArg, instance("priority 7 8")},
		{CodeInvalid, instance("priority high")},
		{CodeOutOfRange, instance("priority 300")},
		{CodeAdjusted, instance("version 2\nadvert_int 1.5")},
		{CodeTruncated, "global_defs {\nvrrp_process_name a-name-of-more-than-15\n}\n"},
		{CodeMissingVRID, "vrrp_instance V {\ninterface eth0\n}\n"},
		{CodeMissingInterface, "vrrp_instance V {\nvirtual_router_id 9\nvirtual_ipaddress { 192.0.2.99 }\n}\n"},
		{CodeMissingAddress, "vrrp_instance V {\ninterface eth0\nvirtual_router_id 9\n}\n"},
		{CodeMissingScript, "vrrp_script s {\ninterval 2\n}\n"},
		{CodeDuplicateName, instance("") + strings.Replace(instance(""), "id 9", "id 10", 1)},
		{CodeDuplicateVRID, instance("") + strings.Replace(instance(""), "ce V", "ce W", 1)},
		{CodeDuplicateAddress, instance("virtual_ipaddress_excluded { 192.0.2.99 }")},
		{CodeFamily, instance("virtual_ipaddress { 2001:db8::9 }")},
		{CodeUndefinedObject, instance("track_script { nobody }")},
		{CodeUnused, "vrrp_script s {\nscript /bin/true\n}\n"},
		{CodeOwner, instance("state MASTER")},
		{CodeScriptSecurity, instance("notify /bin/true")},
		{CodeShell, instance("notify \"/bin/a && /bin/b\"")},
		{CodeListEntry, "global_defs {\nnotification_email { nobody }\n}\n"},
		{CodeSingleMember, instance("") + "vrrp_sync_group G {\ngroup { V }\n}\n"},
		{CodeLinkLocal, strings.Replace(instance(""), "192.0.2.99", "2001:db8::9", 1)},
	} {
		_, ds := Parse("k.conf", []byte(c.src), hermetic(nil))
		if !slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Code == c.code }) {
			t.Errorf("%s is not found in\n%s\n%v", c.code, c.src, ds)
		}
	}
}
