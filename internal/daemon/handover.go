package daemon

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/control"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// handoverPatience is how long to wait for another master beyond what the
// protocol allows.
const handoverPatience = 2 * time.Second

// handedOver says who has become master instead of the drained instances. It is
// an error if nobody has.
func handedOver(ctx context.Context, c *control.Client, before *report.Status, names []string, out io.Writer) error {
	var left []string
	for _, name := range names {
		if i := find(before, name); i.State == vrrp.Master.String() {
			left = append(left, name)
		} else {
			fmt.Fprintf(out, "%s: drained; it was %s\n", name, i.State)
		}
	}
	var alone []string
	for begin := time.Now(); len(left) > 0; {
		s, err := statusOf(ctx, c)
		if err != nil {
			return err
		}
		left = slices.DeleteFunc(left, func(name string) bool {
			i := find(s, name)
			if p := newest(i); p != nil && p.Heard.After(i.Since) && i.State != vrrp.Master.String() {
				fmt.Fprintf(out, "%s: drained; %v is master, with priority %d\n", name, p.Address, p.Priority)
				return true
			}
			// The down interval at priority 1 is below four advertisements.
			limit := 4*time.Duration(i.IntervalMS*float64(time.Millisecond)) + handoverPatience
			if i.State == vrrp.Master.String() && i.Since.After(before.At) || time.Since(begin) > limit {
				alone = append(alone, name)
				return true
			}
			return false
		})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	if len(alone) > 0 {
		return fmt.Errorf("nobody else took the role of %s: it stays drained, and is master as long as nobody else is", strings.Join(alone, ", "))
	}
	return nil
}

// takenBack says what has become of the instances that are no longer drained.
func takenBack(ctx context.Context, c *control.Client, before *report.Status, names []string, out io.Writer) error {
	after, err := statusOf(ctx, c)
	if err != nil {
		return err
	}
	for _, name := range names {
		if was, is := find(before, name), find(after, name); was.Drained {
			fmt.Fprintf(out, "%s: no longer drained; it is %s, with priority %d; keepalived-lite explain %s says why\n", name, is.State, is.Priority, name)
		} else {
			fmt.Fprintf(out, "%s: it was not drained; it is %s, with priority %d\n", name, is.State, is.Priority)
		}
	}
	return nil
}

// find returns an instance of a status, an empty one if it is not there.
func find(s *report.Status, name string) *report.Instance {
	for n := range s.Instances {
		if s.Instances[n].Name == name {
			return &s.Instances[n]
		}
	}
	return &report.Instance{}
}

// newest returns who advertised last, nil if nobody has.
func newest(i *report.Instance) *report.Peer {
	if len(i.Peers) == 0 {
		return nil
	}
	return &i.Peers[0]
}
