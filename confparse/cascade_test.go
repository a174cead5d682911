package confparse

import (
	"slices"
	"testing"
)

// A keyword that is misspelt is one finding: not also that it is missing.
func TestNoCascade(t *testing.T) {
	const script = "global_defs {\n enable_script_security\n script_user nobody\n}\nvrrp_script chk {\n script /bin/true\n}\n"
	instance := func(lines string) string {
		return script + "vrrp_instance A {\n state MASTER\n interface lo\n virtual_router_id 73\n" + lines + "\n virtual_ipaddress {\n 192.0.2.1/24\n }\n}\n"
	}
	for name, tt := range map[string]struct {
		src  string
		want []Code
	}{
		"priority misspelt":      {instance("priorty 160\n track_script {\n chk\n }"), []Code{CodeUnknownKeyword}},
		"no priority":            {instance("track_script {\n chk\n }"), []Code{CodeOwner}},
		"another one misspelt":   {instance("advrt_int 1\n track_script {\n chk\n }"), []Code{CodeUnknownKeyword, CodeOwner}},
		"a list without a block": {instance("priority 160\n track_script chk"), []Code{CodeBrace}},
		"a list misspelt":        {instance("priority 160\n track_scrip {\n chk\n }"), []Code{CodeUnknownKeyword}},
		"not tracked":            {instance("priority 160"), []Code{CodeUnused}},
		"not tracked, an error":  {instance("priorty 160"), []Code{CodeUnknownKeyword, CodeUnused}},
	} {
		_, ds := Parse("k.conf", []byte(tt.src), Options{})
		var got []Code
		for _, d := range ds.ErrorsFirst() {
			got = append(got, d.Code)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v\n%s", name, got, tt.want, ds.Render())
		}
	}
}
