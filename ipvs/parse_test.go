package ipvs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vrrpkit/vrrpkit/ipvs"
)

func TestParseTable(t *testing.T) {
	text := `
# with the defaults of ipvsadm
-A -t 192.0.2.1:80
-a -t 192.0.2.1:80 -r 198.51.100.1:80
--add-service --udp-service [2001:db8::1]:53 --scheduler rr --persistent --ops
-A -f 7 -6 -s rr -p -M 64
-a -f 7 -6 -r [2001:db8::2]:80 -m -w 5 -x 9 -y 3
`
	want := ipvs.Table{
		{Service: service(ipvs.TCP, "192.0.2.1:80", "wlc"), Destinations: []ipvs.Destination{{Address: ap("198.51.100.1:80"), Forwarding: ipvs.DR, Weight: 1}}},
		{Service: ipvs.Service{Key: ipvs.Key{Protocol: ipvs.UDP, Address: ap("[2001:db8::1]:53")}, Scheduler: "rr", Persistence: 300 * time.Second, OnePacket: true}},
		{Service: ipvs.Service{Key: ipvs.Key{Mark: 7, IPv6: true}, Scheduler: "rr", Persistence: 300 * time.Second, Granularity: ap("[ffff:ffff:ffff:ffff::]:0").Addr()},
			Destinations: []ipvs.Destination{{Address: ap("[2001:db8::2]:80"), Weight: 5, Upper: 9, Lower: 3}}},
	}
	got, err := ipvs.ParseTable(text)
	if err != nil || got.Validate() != nil {
		t.Error(err, got.Validate())
	}
	if changes := ipvs.Plan(state(want), state(got), all); len(changes) > 0 {
		t.Errorf("got:\n%v\nto do:\n%s", got, changes)
	}
}

func TestParseTableErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"command", "-D -t 192.0.2.1:80", `ipvs: line 1: "-D" is neither -A nor -a`},
		{"later lines", "\n# x\n-A -t 192.0.2.1:80\nx\ny\n", "ipvs: line 4: \"x\" is neither -A nor -a\nipvs: line 5: \"y\" is neither -A nor -a"},
		{"no service", "-A -s rr", "ipvs: line 1: no service: -t, -u, --sctp-service or -f is missing"},
		{"name", "-A -t web:80", `ipvs: line 1: -t: "web:80" is not ADDRESS:PORT or [ADDRESS]:PORT`},
		{"mark 0", "-A -f 0", "ipvs: line 1: -f: 0 is no mark"},
		{"negative mark", "-A -f -1", `ipvs: line 1: -f: "-1" is not a number up to 4294967295`},
		{"twice", "-A -f 1\n-A -f 1", "ipvs: line 2: -f 1 is there already"},
		{"unknown service", "-a -f 1 -r 192.0.2.1:80", "ipvs: line 1: no service -f 1 before this line"},
		{"no server", "-A -f 1\n-a -f 1 -w 3", "ipvs: line 2: no server: -r is missing"},
		{"server's option", "-A -f 1 -w 3", `ipvs: line 1: "-w" is no option here`},
		{"service's option", "-A -f 1\n-a -f 1 -s rr", `ipvs: line 2: "-s" is no option here`},
		{"flag", "-A -f 1 -b sh-prot", `ipvs: line 1: -b: no such flag "sh-prot"`},
		{"mask", "-A -f 1 -M 129", `ipvs: line 1: -M: "129" is neither a mask like 255.255.255.0 nor a number of bits up to 128`},
		{"persistence", "-A -f 1 -p 2678401", `ipvs: line 1: -p: "2678401" is not a number up to 2678400`},
		{"weight", "-A -f 1\n-a -f 1 -r 192.0.2.1:80 -w", `ipvs: line 2: -w: "" is not a number up to 2147483647`},
		{"tunnel", "-A -f 1\n-a -f 1 -r 192.0.2.1:80 -i --tun-type vxlan", `ipvs: line 2: --tun-type: "vxlan" is not ipip, gue or gre`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := ipvs.ParseTable(tt.text)
			if err == nil || table != nil {
				t.Fatalf("%v, %v", table, err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is printed is read back, but for thresholds, which are not printed.
func TestParseTablePrinted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := states.Draw(t, "state").Table
		for i := range want {
			for j := range want[i].Destinations {
				want[i].Destinations[j].Upper = 0
			}
		}
		got, err := ipvs.ParseTable(want.String())
		if err != nil {
			t.Fatal(err)
		}
		if changes := ipvs.Plan(state(want), state(got), all); len(changes) > 0 {
			t.Fatalf("from\n%v\nto do:\n%s", want, changes)
		}
	})
}

func FuzzParseTable(f *testing.F) {
	f.Add("-A -t 192.0.2.1:80 -s sh -p 300 -M 255.255.255.0 --pe sip -b sh-port\n-a -t 192.0.2.1:80 -r 198.51.100.1:80 -i -w 1 --tun-type gue --tun-port 1 --tun-csum\n")
	f.Add("-A -f 7 -6 -p -o\n-a -f 7 -6 -r [::1]:0 -m -x 1 -y 1")
	f.Add("-A -u [::]:53 -M 64\n\n# x\n--add-server")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ipvs.ParseTable(text)
		if err != nil || table.Validate() != nil {
			return
		}
		printed := table.String()
		again, err := ipvs.ParseTable(printed)
		if err != nil || again.String() != printed {
			t.Errorf("%v; printed:\n%s\nagain:\n%v", err, printed, again)
		}
	})
}
