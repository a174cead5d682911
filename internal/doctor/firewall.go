package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// letIn is how to open a firewall for VRRP.
const letIn = "iptables -I INPUT -p 112 -j ACCEPT; nft insert rule inet filter input meta l4proto 112 accept; firewall-cmd --add-protocol=vrrp --permanent; ufw allow to 224.0.0.18"

// firewall sends a packet of protocol 112 through the loopback interface, and
// reads the rules for what concerns other interfaces only.
func firewall(ctx context.Context, _ *Patient) (list []Result) {
	err := loop()
	switch {
	case errors.Is(err, os.ErrPermission):
		list = append(list, Result{report.Unknown, "firewall", "it takes root to see whether protocol 112 (VRRP) passes", ""})
	case err != nil:
		list = append(list, Result{report.Critical, "firewall", err.Error(), letIn})
	default:
		list = append(list, Result{report.OK, "firewall", "a packet of protocol 112 (VRRP) passes the loopback interface", ""})
	}
	rules, err := exec.CommandContext(ctx, "nft", "list", "ruleset").Output()
	if err != nil {
		return append(list, Result{report.OK, "firewall", "the rules of nftables cannot be read, and are not judged", ""})
	}
	return append(list, judgeRules(string(rules))...)
}

// loopPatience is how long a packet may take through the loopback interface.
const loopPatience = 300 * time.Millisecond

// loop sends a packet that no router takes for its own, and waits for it.
func loop() error {
	c, err := net.ListenPacket("ip4:112", "127.0.0.1")
	if err != nil {
		if errors.Is(err, os.ErrPermission) {
			return os.ErrPermission
		}
		return err
	}
	defer c.Close()
	nonsense := []byte{0xff, 'd', 'o', 'c', 't', 'o', 'r', 0} // of version 15
	if _, err := c.WriteTo(nonsense, &net.IPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		return fmt.Errorf("a packet of protocol 112 (VRRP) cannot be sent: %w", err)
	}
	_ = c.SetReadDeadline(time.Now().Add(loopPatience))
	buf := make([]byte, 64)
	for {
		n, _, err := c.ReadFrom(buf)
		switch {
		case err != nil:
			return errors.New("packets of protocol 112 (VRRP) are dropped on their way in: this node does not hear the others, and becomes master beside them")
		case string(buf[:n]) == string(nonsense):
			return nil
		}
	}
}

var (
	chainHead = regexp.MustCompile(`^\s*chain (\S+) \{`)
	hookLine  = regexp.MustCompile(`hook (input|output) .*policy (\w+)`)
	ofVRRP    = regexp.MustCompile(`(l4proto|protocol|nexthdr|-p) (\{[^}]*)?\b(112|vrrp)\b`)
	verdict   = regexp.MustCompile(`\b(drop|reject|accept)\b`)
)

// judgeRules reads the text of nft list ruleset.
func judgeRules(rules string) (list []Result) {
	var chain, hook, policy, last string
	var closed []string
	accepted := false
	for line := range strings.Lines(rules) {
		line = strings.TrimSpace(line)
		switch {
		case chainHead.MatchString(line):
			chain, hook, policy, last = chainHead.FindStringSubmatch(line)[1], "", "", ""
		case hookLine.MatchString(line):
			m := hookLine.FindStringSubmatch(line)
			hook, policy = m[1], m[2]
		case line == "}":
			if hook != "" && (policy == "drop" || strings.HasPrefix(last, "drop") || strings.HasPrefix(last, "reject") || strings.HasPrefix(last, "counter") && verdict.FindString(last) != "accept" && verdict.MatchString(last)) {
				closed = append(closed, fmt.Sprintf("chain %s (%s)", chain, hook))
			}
			chain, hook, policy, last = "", "", "", ""
		case chain != "" && ofVRRP.MatchString(line):
			switch v := verdict.FindString(line); v {
			case "accept":
				accepted = true
			case "drop", "reject":
				list = append(list, Result{report.Critical, "firewall", fmt.Sprintf("a rule of chain %s has to do with VRRP and is a %s: %s", chain, v, line), "if it meets other routers' packets, each of them is master: remove it"})
			}
			last = line
		case line != "":
			last = line
		}
	}
	if len(closed) > 0 && !accepted && len(list) == 0 {
		list = append(list, Result{report.Warning, "firewall", strings.Join(closed, " and ") + " drops what no rule accepts, and no rule accepts protocol 112 (VRRP)", letIn})
	}
	return list
}
