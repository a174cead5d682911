package compose

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
)

// portlessPersistence is the persistence of a service for all ports that asks
// for none: the kernel has no such service without.
const portlessPersistence = 360 * time.Second

// checkName names a check of a real server, apart from the others that it has.
func checkName(k *confparse.Check) string {
	switch {
	case k.Misc != nil:
		return k.Type.String() + " " + k.Misc.Command.Line
	case k.File != nil:
		return k.Type.String() + " " + k.File.File.Name
	case k.BFD != nil:
		return k.Type.String() + " " + k.BFD.Name
	case k.Type == confparse.PingCheck:
		return fmt.Sprintf("%v [%v]", k.Type, k.Connect.Address)
	}
	return fmt.Sprintf("%v [%v]:%d", k.Type, k.Connect.Address, k.Connect.Port)
}

// serverChecker returns what makes a check of a real server.
func serverChecker(cfg *confparse.Config, k *confparse.Check) (check.Checker, error) {
	switch k.Type {
	case confparse.TCPCheck:
		return check.NewTCP(check.TCPConfig{Target: target(k)})
	case confparse.HTTPGet, confparse.SSLGet:
		return httpChecker(cfg, k)
	case confparse.SMTPCheck:
		return check.NewSMTP(check.SMTPConfig{Target: target(k), HELO: k.SMTP.Helo})
	case confparse.DNSCheck:
		return check.NewDNS(check.DNSConfig{Target: target(k), Type: k.DNS.Type, Name: k.DNS.Name})
	case confparse.UDPCheck:
		u := k.UDP
		return check.NewUDP(check.UDPConfig{
			Target: target(k), Payload: u.Payload, RequireReply: u.RequireReply,
			Reply: check.Pattern{Value: u.Reply, Mask: u.ReplyMask}, MinReply: u.MinReply, MaxReply: u.MaxReply,
		})
	case confparse.PingCheck:
		return check.NewPing(check.PingConfig{Target: target(k)})
	case confparse.MiscCheck:
		return commandChecker(&cfg.Global, k.Misc.Command, k.Misc.Dynamic)
	case confparse.FileCheck:
		return check.NewFile(check.FileConfig{Path: k.File.File.Path, Weight: k.File.Weight.Value, Reverse: k.File.Weight.Reverse})
	}
	return nil, fmt.Errorf("%v cannot be done yet", k.Type)
}

func target(k *confparse.Check) check.Target {
	c := &k.Connect
	t := check.Target{Addr: netip.AddrPortFrom(c.Address, c.Port), Interface: c.BindInterface, Mark: c.Mark}
	if c.BindAddress.IsValid() { // a port alone has no effect in keepalived
		t.Source = netip.AddrPortFrom(c.BindAddress, c.BindPort)
	}
	return t
}

func httpChecker(cfg *confparse.Config, k *confparse.Check) (check.Checker, error) {
	h := k.HTTP
	c := check.HTTPConfig{Target: target(k), Host: h.VirtualHost, Version: check.HTTP10, SNI: h.SNI, CloseNotify: h.TLSCompliant}
	switch {
	case h.Version == "1.1":
		c.Version = check.HTTP11
	case h.Close:
		c.Version = check.HTTP10Close
	}
	if k.Type == confparse.SSLGet {
		// Without the CA: keepalived loads it, and verifies nothing.
		tls, err := check.TLSFiles{Certificate: cfg.SSL.Certificate, Key: cfg.SSL.Key, Password: cfg.SSL.Password}.Config()
		if err != nil {
			return nil, fmt.Errorf("SSL: %w", err)
		}
		tls.ServerName = h.SNIName
		c.TLS = tls
	}
	for _, u := range h.URLs {
		page := check.URL{
			Path: u.Path, Host: u.VirtualHost, CloseNotify: u.TLSCompliant, Digest: u.Digest, NoMatch: u.RegexNot,
			MinOffset: int64(u.RegexMin), MaxOffset: int64(u.RegexMax),
		}
		for _, s := range u.StatusCodes {
			page.Status = append(page.Status, check.StatusRange(s))
		}
		if u.Regex != "" {
			re, err := check.CompileRegex(u.Regex, u.RegexOptions...)
			if err != nil {
				return nil, fmt.Errorf("%v: %w", u.Pos, err)
			}
			page.Regex = re
		}
		c.URLs = append(c.URLs, page)
	}
	return check.NewHTTP(c)
}

// checkTimeout is how long a check may take: keepalived gives each step of a
// dialogue its own connect_timeout.
func checkTimeout(k *confparse.Check) time.Duration {
	steps := 1
	switch k.Type {
	case confparse.HTTPGet, confparse.SSLGet:
		steps = 2 * len(k.HTTP.URLs) // connect, answer
	case confparse.SMTPCheck:
		steps = 4 // connect and greeting, HELO, QUIT
	case confparse.MiscCheck:
		return k.Misc.Timeout
	case confparse.FileCheck:
		return probeInterval
	}
	return time.Duration(steps) * k.Connect.Timeout
}

// checkConfig returns how a check runs; initial is the state that it begins in.
func checkConfig(name string, k *confparse.Check, ch check.Checker, initial check.State, log *slog.Logger) check.Config {
	if k.LogAllFailures {
		ch = logFailures(name, ch, log)
	}
	cfg := check.Config{
		Name: name, Checker: ch, Interval: k.Period, Timeout: checkTimeout(k), Warmup: k.Warmup,
		Fall: k.Retry + 1, Retry: max(k.RetryDelay, 1), Initial: initial,
	}
	if k.Type == confparse.FileCheck {
		cfg.Interval, cfg.Warmup = probeInterval, 0
	}
	cfg.Interval = cmp.Or(cfg.Interval, time.Minute)
	return cfg
}

// initialState is that of a check before its first result, which alone decides;
// but SMTP_CHECK has its retries from the beginning.
func initialState(k *confparse.Check) check.State {
	if k.Type == confparse.SMTPCheck && !k.Alpha {
		return check.Up
	}
	return check.Unknown
}
