package script

import "testing"

func TestNeedsShell(t *testing.T) {
	for text, want := range map[string]bool{
		// programs, as in seeds 001 to 004
		"/usr/bin/pkill -0 sshd":               false,
		"systemctl is-active haproxy":          false,
		"/usr/bin/killall -0 haproxy":          false,
		"/etc/keepalived/check.sh":             false,
		"./check.sh":                           false,
		"/bin/sh -c 'killall -0 a || exit 1'":  false,
		`/bin/sh -c "a | b > /dev/null; exit"`: false,
		"test -f /run/x":                       false,
		"[ -f /run/x ]":                        false,
		"/usr/bin/pgrep -f a|b":                false,
		"curl -s http://localhost/?a=1&b=2":    false,
		`curl -w "%{http_code}" 'http://x/&;'`: false,
		"nc -z 127.0.0.1 80":                   false,
		"/x/check $PORT *.conf ~":              false,
		`find /x -exec true \;`:                false,
		"awk '{print $(NF)}' /etc/hosts":       false,
		`echo "it's" a\&`:                      false,
		"--flag=value":                         false,
		"/opt/a=b/check":                       false,
		"exit-handler":                         false,
		"":                                     false,
		// shell syntax; the first is seed 004's
		"< /dev/tcp/127.0.0.1/80":            true,
		"</dev/tcp/127.0.0.1/80":             true,
		"killall -0 haproxy > /dev/null":     true,
		"killall -0 haproxy 2>/dev/null":     true,
		"killall -0 haproxy >/dev/null 2>&1": true,
		"killall>/dev/null":                  true,
		"a | grep -q b":                      true,
		"a |grep b":                          true,
		"a || b":                             true,
		"a && b":                             true,
		"a; b":                               true,
		"a &":                                true,
		"test $(pidof haproxy)":              true,
		`test "$(pidof haproxy)"`:            true,
		"test `pidof haproxy`":               true,
		"test \"`pidof haproxy`\"":           true,
		"! pgrep x":                          true,
		"[[ -f /run/x ]]":                    true,
		"(exit 1)":                           true,
		"exit 0":                             true,
		"PATH=/x:/y check":                   true,
		"if true; then false; fi":            true,
	} {
		if got := NeedsShell(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func FuzzNeedsShell(f *testing.F) {
	f.Add("a 'b' \"$(c)\" \\")
	f.Add(`"$`)
	f.Fuzz(func(_ *testing.T, text string) { NeedsShell(text) })
}
