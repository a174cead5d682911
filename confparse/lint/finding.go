package lint

import "github.com/vrrpkit/vrrpkit/confparse"

// Finding is a Diagnostic of a rule.
type Finding struct {
	confparse.Diagnostic
	Node     string      // the file of the node it is about
	Edits    []Edit      // what [Apply] would change; none: it takes a decision
	Predicts *Prediction // nil: nothing that a test could see
}

// Kind says what a Prediction predicts.
type Kind uint8

// The kinds of prediction.
const (
	Nothing Kind = iota
	// SplitBrain is two masters for good, while all nodes run and the network
	// is whole.
	SplitBrain
	// NoFailover is a master that keeps its addresses although what it tracks
	// has failed, and another node is entirely well.
	NoFailover
)

// Prediction is a finding in a form that a test can run: vrrptest has a network
// for it.
type Prediction struct {
	Kind Kind
	// Masters says who is master: the index of the node among the arguments of
	// Check, and the name of its instance there. NoFailover has one.
	Masters []Master
	// Failing is what fails on the master's node, for NoFailover.
	Failing []Tracked
}

// Master is an instance on a node.
type Master struct {
	Node     int
	Instance string
}

// Tracked is a thing whose failure changes a priority.
type Tracked struct {
	Kind string // "script", "interface", "process" or "bfd"
	Name string
}

// String returns for example "script chk_haproxy".
func (t Tracked) String() string { return t.Kind + " " + t.Name }
