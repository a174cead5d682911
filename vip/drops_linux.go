package vip

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/nftables"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"
)

// drops is what Filter has put into force.
type drops struct {
	mu      sync.Mutex
	table   string
	rules   int  // in it; 0: nothing is in force
	watched bool // what goes is told
	doubt   bool // something has gone, or might have unnoticed
}

// set records how many rules a table has now.
func (d *drops) set(table string, rules int, watched bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if rules > 0 {
		d.table, d.rules, d.watched, d.doubt = table, rules, watched, !watched
	} else if d.table == table {
		d.rules = 0
	}
}

// suspect notes that something of a table has gone; an empty name: of any. It
// reports whether that table is in force.
func (d *drops) suspect(table string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	concerned := d.rules > 0 && (table == d.table || table == "")
	d.doubt = d.doubt || concerned
	return concerned
}

// doubtful returns the table and the number of its rules if they must be looked
// after. Whoever does so dispels the doubt.
func (d *drops) doubtful() (table string, rules int, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ok = d.rules > 0 && d.doubt
	d.doubt = d.doubt && !d.watched
	return d.table, d.rules, ok
}

// watchTables follows the table of the Filter in force.
func (k *linux) watchTables(ctx context.Context, changed func()) error {
	if k.tables == nil {
		<-ctx.Done()
		return nil
	}
	return k.tables.Run(ctx, func(table string) {
		if k.drops.suspect(table) {
			changed()
		}
	})
}

func (k *linux) Filtering() (bool, error) {
	name, want, ok := k.drops.doubtful()
	if !ok {
		return true, nil
	}
	conn, err := nftables.New(nftables.WithNetNSFd(k.namespace))
	if err == nil {
		var marks []mark
		marks, err = ruleMarks(conn, &nftables.Table{Name: name, Family: nftables.TableFamilyINet})
		have := 0
		for _, m := range marks {
			if m.owner == k.owner.name {
				have++
			}
		}
		if err == nil {
			return have >= want, nil
		}
	}
	k.drops.suspect(name)
	return false, fmt.Errorf("vip: packet filter: %w", err)
}

// ruleMarks returns the marks of all rules in our chains of a table, as far as they
// exist.
func ruleMarks(conn *nftables.Conn, table *nftables.Table) (list []mark, err error) {
	for _, chain := range []string{inChain, outChain} {
		rules, err := conn.GetRules(table, &nftables.Chain{Name: chain, Table: table})
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return nil, err
		}
		for _, r := range rules {
			text, _ := userdata.GetString(r.UserData, userdata.TypeComment)
			if m, ok := parseMark(text); ok {
				list = append(list, m)
			}
		}
	}
	return list, nil
}
