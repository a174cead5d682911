package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// key reads the options that name a service.
func (o *options) key(name string) (known bool, err error) {
	k := &o.service.Key
	switch name {
	case "-t", "--tcp-service":
		k.Protocol = TCP
	case "-u", "--udp-service":
		k.Protocol = UDP
	case "--sctp-service":
		k.Protocol = SCTP
	case "-f", "--fwmark-service":
		n, err := o.number(1<<32 - 1)
		if err == nil && n == 0 {
			err = errors.New("0 is no mark")
		}
		k.Mark = uint32(n)
		return true, err
	case "-6", "--ipv6":
		k.IPv6 = true
		return true, nil
	default:
		return false, nil
	}
	k.Address, err = o.address()
	return true, err
}

func (o *options) serviceOption(name string) (known bool, err error) {
	s := &o.service
	switch name {
	case "-s", "--scheduler":
		s.Scheduler = o.next()
	case "-p", "--persistent":
		s.Persistence = 300 * time.Second // as with ipvsadm
		if len(o.words) > 0 && !strings.HasPrefix(o.words[0], "-") {
			var n uint64
			n, err = o.number(uint64(maxTimeout / time.Second))
			s.Persistence = time.Duration(n) * time.Second
		}
	case "-M", "--netmask":
		s.Granularity, err = parseMask(o.next())
	case "--pe":
		s.Engine = o.next()
	case "-o", "--ops":
		s.OnePacket = true
	case "-b", "--sched-flags":
		s.Flags, err = parseFlags(o.next())
	default:
		return false, nil
	}
	return true, err
}

// parseMask reads a mask of IPv4, or the length of a prefix of IPv6.
func parseMask(word string) (netip.Addr, error) {
	if n, err := strconv.ParseUint(word, 10, 8); err == nil && n >= 1 && n <= 128 {
		return mask6(int(n)), nil
	}
	a, err := netip.ParseAddr(word)
	if err != nil || !a.Is4() {
		return netip.Addr{}, fmt.Errorf("%q is neither a mask like 255.255.255.0 nor a number of bits up to 128", word)
	}
	return a, nil
}

// mask6 returns a mask of so many bits.
func mask6(ones int) netip.Addr {
	var b [16]byte
	for i := range ones {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom16(b)
}

func parseFlags(list string) (flags SchedulerFlags, err error) {
	for name := range strings.SplitSeq(list, ",") {
		switch name {
		case "flag-1", "sh-fallback", "mh-fallback":
			flags |= Fallback
		case "flag-2", "sh-port", "mh-port":
			flags |= Ports
		case "flag-3":
			flags |= Flag3
		default:
			return 0, fmt.Errorf("no such flag %q", name)
		}
	}
	return flags, nil
}

func (o *options) destinationOption(name string) (known bool, err error) {
	d := &o.destination
	var n uint64
	switch name {
	case "-r", "--real-server":
		d.Address, err = o.address()
	case "-m", "--masquerading":
		d.Forwarding = NAT
	case "-g", "--gatewaying":
		d.Forwarding = DR
	case "-i", "--ipip":
		d.Forwarding = TUN
	case "-w", "--weight":
		n, err = o.number(maxWeight)
		d.Weight = int(n)
	case "-x", "--u-threshold":
		n, err = o.number(1<<32 - 1)
		d.Upper = uint32(n)
	case "-y", "--l-threshold":
		n, err = o.number(1<<32 - 1)
		d.Lower = uint32(n)
	case "--tun-type":
		d.Tunnel.Encapsulation, err = parseEncapsulation(o.next())
	case "--tun-port":
		n, err = o.number(1<<16 - 1)
		d.Tunnel.Port = uint16(n)
	case "--tun-nocsum":
		d.Tunnel.Checksum = NoChecksum
	case "--tun-csum":
		d.Tunnel.Checksum = WithChecksum
	case "--tun-remcsum":
		d.Tunnel.Checksum = RemoteChecksum
	default:
		return false, nil
	}
	return true, err
}

func parseEncapsulation(word string) (Encapsulation, error) {
	for e := IPIP; e <= GRE; e++ {
		if e.String() == word {
			return e, nil
		}
	}
	return 0, fmt.Errorf("%q is not ipip, gue or gre", word)
}
