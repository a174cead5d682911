package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsTypes are the types that keepalived can ask for, and their numbers.
var dnsTypes = map[string]dnsmessage.Type{
	"A": dnsmessage.TypeA, "NS": dnsmessage.TypeNS, "CNAME": dnsmessage.TypeCNAME, "SOA": dnsmessage.TypeSOA,
	"MX": dnsmessage.TypeMX, "TXT": dnsmessage.TypeTXT, "AAAA": dnsmessage.TypeAAAA, "RRSIG": 46, "DNSKEY": 48,
}

// DNSConfig describes a check that asks a name server one question by UDP
// (keepalived's DNS_CHECK). Any answer without an error code is success.
type DNSConfig struct {
	Target

	// Type is A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG or DNSKEY, in any case;
	// empty: SOA (type).
	Type string

	// Name is what to ask for, with or without the dot at its end; empty: the root, which a
	// server that is only authoritative may refuse (name).
	Name string
}

// DNS is a Checker that asks a name server. It may be used by many goroutines
// at a time.
type DNS struct {
	dialer   *dialer
	question dnsmessage.Question
	what     string
}

var _ Checker = (*DNS)(nil)

// NewDNS returns a checker of a name server.
func NewDNS(cfg DNSConfig) (*DNS, error) {
	if cfg.Type == "" {
		cfg.Type = "SOA"
	}
	d, err := newDialer("udp", cfg.Target)
	var errs []error
	if err != nil {
		errs = append(errs, err)
	}
	kind, ok := dnsTypes[strings.ToUpper(cfg.Type)]
	if !ok {
		errs = append(errs, fmt.Errorf("type %q: there are A, NS, CNAME, SOA, MX, TXT, AAAA, RRSIG and DNSKEY", cfg.Type))
	}
	name, err := dnsmessage.NewName(strings.TrimSuffix(cfg.Name, ".") + ".")
	c := &DNS{dialer: d, question: dnsmessage.Question{Name: name, Type: kind, Class: dnsmessage.ClassINET}}
	if err == nil {
		_, err = c.query(0)
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("name %q: %w", cfg.Name, err))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("DNS check of %v: %w", cfg.Target, err)
	}
	c.what = fmt.Sprintf("DNS %s: %s %s", d.addr, strings.ToUpper(cfg.Type), name)
	return c, nil
}

// String returns "DNS 192.0.2.1:53: SOA example.org.".
func (c *DNS) String() string { return c.what }

func (c *DNS) query(id uint16) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	if err := errors.Join(b.StartQuestions(), b.Question(c.question)); err != nil {
		return nil, err
	}
	return b.Finish()
}

// Check asks. The deadline of ctx is keepalived's connect_timeout.
func (c *DNS) Check(ctx context.Context) Result {
	id := uint16(rand.Uint32())
	query, err := c.query(id)
	if err != nil {
		return failed(ReasonLocal, "%s: %v", c.what, err)
	}
	return c.dialer.converse(ctx, func(conn net.Conn) Result {
		if _, err := conn.Write(query); err != nil {
			return failure(ctx, c.what, err)
		}
		buf := make([]byte, 1024)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return failure(ctx, c.what, err)
			}
			if code, ok := dnsAnswer(buf[:n], id); ok {
				return c.judge(code)
			}
		}
	})
}

func (c *DNS) judge(code dnsmessage.RCode) Result {
	switch {
	case code == dnsmessage.RCodeSuccess:
		return success(c.what)
	case code == dnsmessage.RCodeRefused && c.question.Name.String() == ".":
		return failed(ReasonStatus, "%s: refused (rcode 5); of an authoritative server, ask for a name that it has", c.what)
	}
	return failed(ReasonStatus, "%s: rcode %d (%v)", c.what, int(code), code)
}

// dnsAnswer reports whether a packet is the answer to query id, and its code.
// Other packets are not for us: they are ignored, as keepalived does.
func dnsAnswer(packet []byte, id uint16) (dnsmessage.RCode, bool) {
	var p dnsmessage.Parser
	h, err := p.Start(packet)
	return h.RCode, err == nil && h.Response && h.ID == id
}
