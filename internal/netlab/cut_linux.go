package netlab

import (
	"fmt"
	"os/exec"
	"strings"
)

// Partition divides hosts into groups that cannot hear one another, on all
// bridges; hosts in no group hear everybody and are heard. Carrier stays. It
// replaces an earlier partition and adds to what [Lab.Drop] lost. Needs [NFT].
func (l *Lab) Partition(groups ...[]*Host) {
	l.t.Helper()
	l.Heal()
	for i, g := range groups {
		for j, other := range groups {
			if i == j {
				continue
			}
			for _, from := range g {
				for _, to := range other {
					l.Drop(from, to)
				}
			}
		}
	}
}

// Drop loses every frame on its way from one host to another, one way only.
// Needs [NFT].
func (l *Lab) Drop(from, to *Host) {
	l.t.Helper()
	if !l.cuts {
		Require(l.t, NFT)
		l.nft("table bridge lab { set cut { type ifname . ifname; }; chain forward { type filter hook forward priority 0; iifname . oifname @cut drop; }; }")
		l.cuts = true
	}
	for _, p := range l.portsOf(from) {
		for _, q := range l.portsOf(to) {
			l.nft(fmt.Sprintf("add element bridge lab cut { %q . %q }", p, q))
		}
	}
}

// Heal ends every [Lab.Partition] and [Lab.Drop].
func (l *Lab) Heal() {
	l.t.Helper()
	if l.cuts {
		l.nft("flush set bridge lab cut")
	}
}

func (l *Lab) portsOf(h *Host) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for _, p := range l.ports {
		if p.host == h {
			names = append(names, p.name)
		}
	}
	return names
}

func (l *Lab) nft(rules string) {
	l.t.Helper()
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(rules, "; ", "\n") + "\n")
	err := inNS(l.bridges(), func() error {
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("nft: %s: %w\n%s", rules, err, out)
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
}
