package vrrp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// FSM-23: every cell of the table of RFC 9568 section 6.4, for both versions and
// both families, preempting or not, and with no more than the RFC's habits. A cell is the state behind the event, what
// is sent, and which timer is due when, counted from the event.
func TestStateTable(t *testing.T) {
	const (
		advert = 200 * time.Millisecond // what is left of the timer: adverts come 0.8 s after it was set
		down   = 3609375*time.Microsecond - 800*time.Millisecond
	)
	for _, v := range []Version{V2, V3} {
		for _, six := range []bool{false, true} {
			if six && v == V2 {
				continue
			}
			for _, noPreempt := range []bool{false, true} {
				self, low, high := us, lower, upper
				if six {
					self, low, high = netip.MustParseAddr("fe80::5"), netip.MustParseAddr("fe80::4"), netip.MustParseAddr("fe80::30")
				}
				t.Run(fmt.Sprintf("v%d IPv6 %v nopreempt %v", v, six, noPreempt), func(t *testing.T) {
					hear := func(priority uint8, from netip.Addr) Input {
						return Input{Kind: InputAdvert, Source: from, Priority: priority, Interval: time.Second}
					}
					whole, skew := 3609375*time.Microsecond, 609375*time.Microsecond
					lowerInBackup := cell(Backup, "", down)
					if noPreempt {
						lowerInBackup = cell(Backup, "", whole)
					}
					answered := cell(Master, "100", advert)
					if v == V2 {
						answered = cell(Master, "", advert) // RFC 3768: just discarded
					}
					for _, event := range []struct {
						name                 string
						in                   Input
						init, backup, master string
					}{
						{"startup", Input{Kind: InputStart}, cell(Backup, "", whole), cell(Backup, "", down), cell(Master, "", advert)},
						{"shutdown", Input{Kind: InputStop}, cell(Init, "", 0), cell(Init, "", 0), cell(Init, "0", 0)},
						{"priority 0", hear(0, high), cell(Init, "", 0), cell(Backup, "", skew), cell(Master, "100", time.Second)},
						{"lower", hear(99, high), cell(Init, "", 0), lowerInBackup, answered},
						{"equal, lower address", hear(100, low), cell(Init, "", 0), cell(Backup, "", whole), answered},
						{"equal, greater address", hear(100, high), cell(Init, "", 0), cell(Backup, "", whole), cell(Backup, "", whole)},
						{"higher", hear(101, low), cell(Init, "", 0), cell(Backup, "", whole), cell(Backup, "", whole)},
					} {
						for state, want := range map[State]string{Init: event.init, Backup: event.backup, Master: event.master} {
							r := newRig(t, func(p *Params) {
								p.Version, p.NoPreempt, p.AnswerLosing, p.QuietYield = v, noPreempt, v == V3, true
							})
							r.do(Input{Kind: InputLink, Up: true, Source: self})
							if state != Init {
								r.do(Input{Kind: InputStart}, hear(101, high)) // the port forwards: no probe
							}
							if state == Master {
								r.sleep(whole)
							}
							if state != Init {
								r.sleep(800 * time.Millisecond)
							}
							r.log = nil
							r.do(event.in)
							if got := r.cell(); got != want {
								t.Errorf("%s in %v: %s, want %s", event.name, state, got, want)
							}
						}
					}
				})
			}
		}
	}
}

// cell describes what an event leads to; due 0 is no timer.
func cell(s State, sent string, due time.Duration) string {
	return fmt.Sprintf("%v, sent [%s], due %v", s, sent, due)
}

// cell is what the last input has led to.
func (r *rig) cell() string {
	var sent []string
	for _, line := range r.log {
		if _, priority, ok := strings.Cut(line, " advertise "); ok {
			sent = append(sent, priority)
		}
	}
	var due time.Duration
	if d := r.m.Deadline(); !d.IsZero() {
		due = d.Sub(r.now)
	}
	return cell(r.m.Status().State, strings.Join(sent, " "), due)
}
