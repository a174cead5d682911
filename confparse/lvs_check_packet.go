package confparse

import "strings"

// dnsTypes are the types of records that DNS_CHECK can ask for.
var dnsTypes = []string{"A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"}

func dnsType(c *cursor, k *checker) {
	w, ok := c.next("type")
	if !ok {
		return
	}
	for _, t := range dnsTypes {
		if strings.EqualFold(t, w.Text) {
			k.DNS.Type = t
			return
		}
	}
	c.r.errorf(CodeInvalid, w.Pos, "one of "+strings.Join(dnsTypes, ", "), "type cannot be %q", w.Text)
}

func dnsName(c *cursor, k *checker) {
	w, ok := c.next("domain")
	if !ok {
		return
	}
	if name := strings.TrimSuffix(w.Text, "."); len(w.Text) > 254 || strings.HasPrefix(name, ".") || strings.Contains(name, "..") || name == "" && w.Text != "." {
		c.r.errorf(CodeInvalid, w.Pos, "", "%q is not a domain name", w.Text)
		return
	}
	k.DNS.Name = w.Text
}

// hexBytes takes the rest of the line as octets in hexadecimal digits. A blank
// ends an octet. With wild, x stands for any digit, and mask says where.
func (c *cursor) hexBytes(wild bool) (value, mask []byte, ok bool) {
	at := c.keyword()
	if _, ok := c.next("hexadecimal digits"); !ok {
		return nil, nil, false
	}
	for c.i--; c.more(); {
		w, _ := c.next("")
		for _, field := range strings.Fields(w.Text) {
			for field != "" {
				n := min(2, len(field))
				var v, m byte
				for _, d := range []byte(field[:n]) {
					digit := strings.IndexByte("0123456789abcdef", d|0x20)
					switch {
					case wild && d|0x20 == 'x':
						v, m = v<<4, m<<4
					case digit < 0 || d < '0':
						c.r.errorf(CodeInvalid, w.Pos, "pairs of hexadecimal digits", "%s %q is not hexadecimal", at.Text, w.Text)
						c.i = c.n.count()
						return nil, nil, false
					default:
						v, m = v<<4|byte(digit), m<<4|0xf
					}
				}
				if n == 1 {
					m |= 0xf0
				}
				value, mask = append(value, v), append(mask, m)
				field = field[n:]
			}
		}
	}
	return value, mask, true
}

func payload(c *cursor, k *checker) {
	if b, _, ok := c.hexBytes(false); ok {
		k.UDP.Payload = b
	}
}

func requireReply(c *cursor, k *checker) {
	k.UDP.RequireReply = true
	if c.more() {
		if b, mask, ok := c.hexBytes(true); ok {
			k.UDP.Reply, k.UDP.ReplyMask = b, mask
		}
	}
}
