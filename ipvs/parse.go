package ipvs

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseTable reads a table as `ipvsadm -Sn` and [Table.String] print it, and
// `ipvsadm -R` takes it: a line for each service (-A) and each destination (-a),
// with numeric addresses. Empty lines and those that begin with # are skipped.
// The errors say in which line what is wrong; the table is not validated beyond
// that, see [Table.Validate].
func ParseTable(text string) (Table, error) {
	var p tableParser
	var errs []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := p.line(words); err != nil {
			errs = append(errs, fmt.Errorf("ipvs: line %d: %w", n, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return p.table, nil
}

type tableParser struct {
	table Table
	index map[Key]int
}

// options are what a line says.
type options struct {
	words       []string // not yet read
	service     Service
	destination Destination
}

func (p *tableParser) line(words []string) error {
	o := options{words: words[1:]}
	o.service.Scheduler = "wlc"                            // as with ipvsadm
	o.destination = Destination{Forwarding: DR, Weight: 1} // as with ipvsadm
	var err error
	switch words[0] {
	case "-A", "--add-service":
		err = o.read(o.serviceOption)
	case "-a", "--add-server":
		err = o.read(o.destinationOption)
	default:
		return fmt.Errorf("%q is neither -A nor -a", words[0])
	}
	key := o.service.Key
	i, known := p.index[key]
	switch {
	case err != nil:
		return err
	case key == Key{} || key == Key{IPv6: true}:
		return errors.New("no service: -t, -u, --sctp-service or -f is missing")
	case words[0] == "-A" || words[0] == "--add-service":
		if known {
			return fmt.Errorf("%v is there already", key)
		}
		if p.index == nil {
			p.index = make(map[Key]int)
		}
		p.index[key] = len(p.table)
		p.table = append(p.table, Entry{Service: o.service})
	case !known:
		return fmt.Errorf("no service %v before this line", key)
	case !o.destination.Address.IsValid():
		return errors.New("no server: -r is missing")
	default:
		p.table[i].Destinations = append(p.table[i].Destinations, o.destination)
	}
	return nil
}

// read reads all options, each one with its arguments by option, which reports
// whether it knows it.
func (o *options) read(option func(string) (bool, error)) error {
	for len(o.words) > 0 {
		name := o.words[0]
		o.words = o.words[1:]
		known, err := o.key(name)
		if err == nil && !known {
			known, err = option(name)
		}
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case !known:
			return fmt.Errorf("%q is no option here", name)
		}
	}
	return nil
}

// next returns an argument.
func (o *options) next() string {
	if len(o.words) == 0 {
		return ""
	}
	word := o.words[0]
	o.words = o.words[1:]
	return word
}

func (o *options) number(most uint64) (uint64, error) {
	word := o.next()
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("%q is not a number up to %d", word, most)
	}
	return n, nil
}

func (o *options) address() (netip.AddrPort, error) {
	word := o.next()
	a, err := netip.ParseAddrPort(word)
	if err != nil {
		return a, fmt.Errorf("%q is not ADDRESS:PORT or [ADDRESS]:PORT", word)
	}
	return a, nil
}
