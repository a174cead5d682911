package daemon

import (
	"strings"
	"testing"
)

func TestTestScript(t *testing.T) {
	file := configFile(t, `
vrrp_script good {
	script "/bin/sh -c 'echo fine'"
	interval 2
	rise 3
	user root
}
vrrp_script bad {
	script "/bin/sh -c 'echo broken >&2; exit 3'"
	fall 2
	user root
}
vrrp_script slow {
	script "/bin/sleep 20"
	timeout 1
	user root
}
vrrp_instance VI_1 {
	interface lo
	virtual_router_id 51
	virtual_ipaddress {
		192.0.2.100
	}
	track_script {
		good weight 10
	}
}
`)
	for name, want := range map[string]struct {
		ok     bool
		detail string
		output string
		means  string
	}{
		"good": {true, "status 0", "fine", "3 such results in a row, one every 2s, make the script good, for VI_1 (weight 10)"},
		"bad":  {false, "3", "broken", "2 such results in a row, one every 1s, make the script failed; nothing tracks it"},
		"slow": {false, "", "", "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testScript(t.Context(), Options{ConfigFile: file}, name)
			if err != nil {
				t.Fatal(err)
			}
			if got.OK != want.ok || !strings.Contains(got.Detail, want.detail) || !strings.Contains(got.Output, want.output) || !strings.Contains(got.Means, want.means) {
				t.Errorf("%+v", got)
			}
			if name == "slow" && (got.TookMS < 900 || got.TookMS > 15000) {
				t.Errorf("took %v ms", got.TookMS)
			}
			var b strings.Builder
			if err := got.write(&b); err != nil || !strings.Contains(b.String(), "script   "+name) {
				t.Errorf("%v, %s", err, &b)
			}
		})
	}
	_, err := testScript(t.Context(), Options{ConfigFile: file}, "other")
	if err == nil || !strings.Contains(err.Error(), "there are: good, bad, slow") {
		t.Error(err)
	}
	if status := Main([]string{"test-script", "-f", file, "bad"}); status != 1 {
		t.Errorf("status %d", status)
	}
	if status := Main([]string{"test-script", "-f", file, "other"}); status != 2 {
		t.Errorf("status %d", status)
	}
}
