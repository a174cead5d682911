package vrrp

import (
	"fmt"
	"strings"
	"time"
)

// Rule is the rule that decides whether a router is master.
type Rule uint8

// The rules, in the words that Explain puts them in.
const (
	RuleNotRunning     Rule = iota
	RuleNoReport            // a tracker of weight 0 has not reported yet
	RuleFault               // the link or a tracker keeps the router from taking part
	RuleOwner               // priority 255
	RuleSilence             // nobody else advertises
	RuleHigherPriority      // the higher priority is master, whoever has it
	RuleEqualPriority       // a backup does not contest an equal priority
	RuleNoPreempt           // nopreempt
	RulePreemptDelay        // the preempt delay runs
	RuleTakingOver          // the master's priority is lower, the down interval is running out
	RuleListening           // nobody has been heard yet, the down interval runs
	RuleGroup               // the other members of the sync group are not ready
)

// String returns the rule in lower-case words.
func (r Rule) String() string {
	return nameOf(int(r), "Rule", "not running", "no report", "fault", "owner", "silence", "higher priority",
		"equal priority", "nopreempt", "preempt delay", "taking over", "listening", "sync group")
}

// Explanation says why a router is or is not master.
type Explanation struct {
	Rule Rule
	Why  string // a sentence
	Flip string // another: the smallest change that would make it the other way round
}

// String returns both sentences.
func (e Explanation) String() string { return e.Why + "\n" + e.Flip }

// Explain says why the router is or is not master, and the smallest change that
// would flip it.
func (s Snapshot) Explain() Explanation {
	var e Explanation
	e.Rule, e.Why, e.Flip = s.explain()
	e.Why = fmt.Sprintf("%s is %v: %s.", s.Name, s.State, e.Why)
	e.Flip = fmt.Sprintf("To change that: %s.", e.Flip)
	for _, c := range s.Conflicts {
		e.Why += fmt.Sprintf(" Beware of a conflict (%v): %s.", c.Cause, c.Detail)
	}
	return e
}

func (s *Snapshot) explain() (rule Rule, why, flip string) {
	switch s.State {
	case Init:
		for _, t := range s.trackers() {
			if t.undecided() {
				return RuleNoReport, fmt.Sprintf("tracker %s has not reported yet", t.Name), "its first report"
			}
		}
		return RuleNotRunning, "it does not run", "run its host"
	case Fault:
		return s.explainFault()
	case Master:
		return s.explainMaster()
	}
	return s.explainBackup()
}

func (s *Snapshot) explainFault() (Rule, string, string) {
	if !s.LinkUp {
		return RuleFault, s.LinkWhy, "repair that; it then listens for " + round(s.DownInterval) + " before it can be master"
	}
	var failed []string
	for _, t := range s.trackers() {
		if t.Fault {
			failed = append(failed, t.Name)
		}
	}
	if len(failed) > 0 {
		list := strings.Join(failed, ", ")
		return RuleFault, fmt.Sprintf("%s failed, with weight 0", list), fmt.Sprintf("%s has to recover; the router then listens for %s", list, round(s.DownInterval))
	}
	if !s.Source.IsValid() {
		return RuleFault, fmt.Sprintf("interface %s has no address to advertise from", s.Interface), "give it one"
	}
	return RuleGroup, fmt.Sprintf("another member of sync group %s is in fault", s.Group), "repair that one"
}

func (s *Snapshot) explainMaster() (Rule, string, string) {
	if s.Priority == OwnerPriority {
		return RuleOwner, "it has priority 255, the address owner's", "configure a priority below 255"
	}
	flip := fmt.Sprintf("another router has to advertise a priority above %d, or %[1]d from an address above %v", s.Priority, s.Source)
	if t := s.most(func(t *TrackerState) int { return -t.loss() }); t != nil {
		flip += fmt.Sprintf("; tracker %s, if it fails, lowers ours to %d", t.Name, clampPriority(int(s.Priority)-t.loss()))
	}
	switch p := s.Peer; {
	case s.Probing:
		return RuleSilence, fmt.Sprintf("it has heard no other router; as it does not preempt, it advertises priority %d until it hears one, or for %s", probePriority, round(probeTime)),
			fmt.Sprintf("another router has to advertise a priority above %d", probePriority)
	case !p.live(s.At) || !p.At.After(s.Since): // or it is the one that we have replaced
	case p.Priority == s.Priority:
		return RuleEqualPriority, fmt.Sprintf("%v advertises the same priority %d, and its address %v is the greater one", p.Addr, p.Priority, s.Source), flip
	default:
		return RuleHigherPriority, fmt.Sprintf("its priority %s beats %d of %v", s.sum(), p.Priority, p.Addr), flip
	}
	return RuleSilence, fmt.Sprintf("no other router advertises; its priority is %s", s.sum()), flip
}

func (s *Snapshot) explainBackup() (Rule, string, string) {
	m := s.Peer
	in := round(s.TakeOverAt.Sub(s.At))
	switch {
	case s.Ready:
		return RuleGroup, fmt.Sprintf("sync group %s waits for its other members", s.Group), "all of them have to be ready to take over"
	case !m.live(s.At):
		return RuleListening, fmt.Sprintf("it listens for a master, and takes over in %s", in), "nothing needs to be done"
	case m.Priority > s.Priority:
		return RuleHigherPriority, fmt.Sprintf("%v is master with priority %d, ours is %s", m.Addr, m.Priority, s.sum()), s.raise(m)
	case m.Priority == s.Priority:
		return RuleEqualPriority, fmt.Sprintf("%v is master with the same priority %d, which a backup does not contest", m.Addr, m.Priority), s.raise(m)
	case !s.PreemptAt.IsZero():
		return RulePreemptDelay, fmt.Sprintf("%v is master with the lower priority %d, and the preempt delay runs for another %s", m.Addr, m.Priority, round(s.PreemptAt.Sub(s.At))), "wait, or shorten preempt_delay"
	case s.NoPreempt:
		return RuleNoPreempt, fmt.Sprintf("%v is master with the lower priority %d, and nopreempt leaves it the role", m.Addr, m.Priority), fmt.Sprintf("remove nopreempt, or %v has to leave or be silent for %s", m.Addr, round(s.DownInterval))
	}
	return RuleTakingOver, fmt.Sprintf("%v is master with the lower priority %d, and ours, %s, takes over in %s", m.Addr, m.Priority, s.sum(), in), fmt.Sprintf("nothing needs to be done; a priority above %d there would prevent it", s.Priority)
}

// raise says how to beat the master m.
func (s *Snapshot) raise(m Peer) string {
	sum := int(s.Configured) // the priority before it is kept within its range
	for _, t := range s.trackers() {
		sum += t.Contribution
	}
	need := int(m.Priority) + 1 - sum
	silent := fmt.Sprintf("%v has to leave or be silent for %s", m.Addr, round(s.DownInterval))
	if s.NoPreempt {
		return silent + "; nopreempt keeps it from taking over by priority"
	}
	if t := s.most((*TrackerState).gain); t != nil && clampPriority(sum+t.gain()) > int(m.Priority) {
		return fmt.Sprintf("tracker %s has to recover, which adds %d, or %s", t.Name, t.gain(), silent)
	}
	if int(s.Configured)+need >= OwnerPriority || clampPriority(sum+need) <= int(m.Priority) {
		return silent + ": no priority that could be configured here is enough"
	}
	return fmt.Sprintf("raise the priority by %d to %d, or %s", need, int(s.Configured)+need, silent)
}

// sum writes the effective priority as what it is made of.
func (s *Snapshot) sum() string {
	text := fmt.Sprint(s.Configured)
	for _, t := range s.trackers() {
		if t.Contribution != 0 {
			text += fmt.Sprintf(" %+d (%s)", t.Contribution, t.Name)
		}
	}
	if text == fmt.Sprint(s.Priority) {
		return text
	}
	return fmt.Sprintf("%d = %s", s.Priority, text)
}

// trackers lists the router's own and its group's.
func (s *Snapshot) trackers() []TrackerState {
	return append(s.Trackers[:len(s.Trackers):len(s.Trackers)], s.GroupTrackers...)
}

// most returns the tracker with the greatest value that is above 0.
func (s *Snapshot) most(value func(*TrackerState) int) (best *TrackerState) {
	list := s.trackers()
	for i := range list {
		if t := &list[i]; value(t) != 0 && (best == nil || value(t) > value(best)) {
			best = t
		}
	}
	return best
}

// weights returns what a tracker contributes in its best and in its worst state.
func (t *TrackerState) weights() (best, worst int) {
	w := t.Weight
	if t.Reverse {
		w = -w
	}
	return max(w, 0), min(w, 0)
}

// gain is what a tracker would add if it reported its best; loss what it would
// take away if its worst.
func (t *TrackerState) gain() int { best, _ := t.weights(); return best - t.Contribution }
func (t *TrackerState) loss() int { _, worst := t.weights(); return t.Contribution - worst }

func clampPriority(p int) int { return min(max(p, 1), OwnerPriority-1) }

func round(d time.Duration) string { return max(d, 0).Round(time.Millisecond).String() }
