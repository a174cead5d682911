package compose

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// Expect returns the most that is expected of any instance.
func (p *Plan) Expect() (e Expectation) {
	for _, i := range p.Instances {
		e = max(e, i.Expect)
	}
	return e
}

// String returns the plan for people, in lines that end in a newline: what each
// instance is in for, and then, as a Difference, what else changes.
func (p *Plan) String() string {
	if p.Empty() {
		return "nothing changes\n"
	}
	var b strings.Builder
	for _, i := range p.Instances {
		fmt.Fprintf(&b, "%s vrrp_instance %s: %s\n", i.Action.sign(), i.Name, i.summary())
		for _, w := range i.Why {
			fmt.Fprintf(&b, "    because %s\n", w)
		}
		for _, f := range i.Fields {
			fmt.Fprintf(&b, "    %v\n", f)
		}
	}
	b.WriteString(p.others().String())
	if p.Untouched > 0 {
		fmt.Fprintf(&b, "%d other instances are not touched\n", p.Untouched)
	}
	return b.String()
}

// sign returns what a Difference writes before such a change.
func (a Action) sign() string {
	switch a {
	case ActionAdd:
		return "+"
	case ActionRemove:
		return "-"
	}
	return "~"
}

// summary says what happens to an instance and its state.
func (i *InstancePlan) summary() string {
	what := map[Action]string{
		ActionKeep: "stays as it is", ActionUpdate: "changes while it runs", ActionReplace: "is replaced", ActionAdd: "is added", ActionRemove: "is removed",
	}[i.Action]
	if i.Was != "" {
		what += ", so far called " + i.Was
	}
	switch {
	case i.State == "":
		return what
	case i.Expect == ExpectNone:
		return what + ", and stays " + i.State
	case i.Expect == ExpectPossible:
		return what + "; it is " + i.State + ", and that may change"
	}
	return what + "; it is " + i.State + ", and that changes"
}

// others returns what changes besides the instances.
func (p *Plan) others() *confparse.Difference {
	d := *p.Difference
	d.Instances = nil
	return &d
}

// MarshalJSON implements json.Marshaler: a stable form, whose fields are only
// ever added to.
func (p *Plan) MarshalJSON() ([]byte, error) {
	instances := p.Instances
	if instances == nil {
		instances = []InstancePlan{}
	}
	others := strings.Split(strings.TrimSuffix(p.others().String(), "\n"), "\n")
	if others[0] == "" {
		others = []string{}
	}
	return json.Marshal(struct {
		Empty     bool           `json:"empty"`
		Expect    Expectation    `json:"state_change"`
		Instances []InstancePlan `json:"instances"`
		Untouched int            `json:"untouched"`
		Others    []string       `json:"others"` // lines of text
	}{p.Empty(), p.Expect(), instances, p.Untouched, others})
}
