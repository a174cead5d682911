package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the status for people: a line for each instance and script,
// and what needs attention below.
func (s *Status) WriteText(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%s on %s, pid %d, up %s\n", s.Version, s.RouterID, s.PID, age(s.At, s.Started))
	if len(s.Instances) > 0 {
		fmt.Fprintln(out, "\nINSTANCE\tSTATE\tFOR\tPRIORITY\tINTERFACE\tVRID\tPEER\tADDRESSES")
	}
	for _, i := range s.Instances {
		priority := fmt.Sprint(i.Priority)
		if i.Priority != i.Base {
			priority = fmt.Sprintf("%d (%d)", i.Priority, i.Base)
		}
		peer := "-"
		if len(i.Peers) > 0 {
			p := i.Peers[0]
			peer = fmt.Sprintf("%v:%d %s ago", p.Address, p.Priority, age(s.At, p.Heard))
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", i.Name, i.State, age(s.At, i.Since), priority, i.Interface, i.VRID,
			peer, cmp.Or(strings.Join(i.Addresses, " "), "-"))
	}
	if len(s.Scripts) > 0 {
		fmt.Fprintln(out, "\nSCRIPT\tSTATE\tFOR\tRUNS\tFAILED\tLAST")
	}
	for _, c := range s.Scripts {
		last := fmt.Sprintf("%s (%.0f ms, %s ago)", cmp.Or(c.Detail, "good"), c.TookMS, age(s.At, c.Checked))
		if c.Checked.IsZero() {
			last = "-"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d\t%s\n", c.Name, c.State, age(s.At, c.Since), c.Runs, c.Failures, last)
	}
	for n, v := range s.VirtualServers {
		if n == 0 {
			fmt.Fprintln(out, "\nSERVER\tSTATE\tFOR\tWEIGHT\tACTIVE\tCONNECTIONS")
		}
		t := Total(v.Services)
		fmt.Fprintf(out, "%s\t%s\t\t%d\t%d\t%d\n", v.Name, v.State(), v.Weight, t.Active, t.Connections)
		for _, r := range v.Real {
			fmt.Fprintf(out, "  %s\t%s\t%s\t%d\t%d\t%d\n", r.Name, r.State(), age(s.At, r.Since), r.Share, r.Active, r.Connections)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return s.writeTrouble(w)
}

// writeTrouble writes what an operator should look at.
func (s *Status) writeTrouble(w io.Writer) error {
	for n, f := range s.Findings() {
		if n == 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}

// WriteExplanation says of each instance, or of the named one alone, why it is
// or is not master. It reports whether there was one.
func (s *Status) WriteExplanation(w io.Writer, name string) (found bool, err error) {
	for _, i := range s.Instances {
		if name != "" && i.Name != name {
			continue
		}
		found = true
		if _, err := fmt.Fprintf(w, "%s\n%s\n", i.Why, i.Change); err != nil {
			return true, err
		}
		for _, f := range i.Failed {
			if _, err := fmt.Fprintf(w, "  %v\n", f); err != nil {
				return true, err
			}
		}
		for k := range i.Incidents {
			if _, err := fmt.Fprintf(w, "  %v\n", &i.Incidents[k]); err != nil {
				return true, err
			}
		}
	}
	return found, nil
}

// age returns how long ago something was, to a second or finer if it is young.
func age(now, then time.Time) string {
	if then.IsZero() {
		return "-"
	}
	switch d := now.Sub(then); {
	case d < 0:
		return "0s"
	case d < 10*time.Second:
		return d.Round(10 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}
