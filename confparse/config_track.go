package confparse

import (
	"net/netip"
	"time"
)

// Weight is what a tracked object adds to a priority. Value 0 means fault.
type Weight struct {
	Value   int // -254..254; in FILE_CHECK 32 bits
	Reverse bool
}

// Trackers are the track_... blocks of an instance or a group.
type Trackers struct {
	TrackInterfaces []TrackInterface
	TrackScripts    []TrackScript
	TrackFiles      []TrackedFile
	TrackProcesses  []TrackedProcess
	TrackBFDs       []TrackedBFD
}

// TrackInterface is an entry of track_interface.
type TrackInterface struct {
	Name   string
	Weight Weight
	Pos    Pos
}

// TrackScript is an entry of track_script.
type TrackScript struct {
	Script *Script // never nil
	Weight Weight  // the entry's own, or the script's
	Pos    Pos
}

// TrackedFile is an entry of the track_file block of an instance or group.
type TrackedFile struct {
	File   *TrackFile // never nil
	Weight Weight     // the entry's own, or the file's
	Pos    Pos
}

// TrackedProcess is an entry of track_process.
type TrackedProcess struct {
	Process *TrackProcess // never nil
	Weight  Weight        // the entry's own, or the process's
	Pos     Pos
}

// TrackedBFD is an entry of track_bfd.
type TrackedBFD struct {
	BFD    *BFD   // never nil
	Weight Weight // the entry's own, or the session's
	Pos    Pos
}

// TrackFile is a track_file at the top level: a file with a number.
type TrackFile struct {
	Name   string
	Path   string // file; empty: missing, which is an error
	Weight Weight // multiplies the number; 0: another number than 0 is a fault

	Init      bool // init_file: write InitValue at the start if the file is missing
	InitValue int
	Overwrite bool // write it even if the file exists
	Pos       Pos
}

// ParamMatch says how the arguments of a process are compared.
type ParamMatch uint8

// The values of param_match.
const (
	MatchExact   ParamMatch = iota // all arguments, exactly
	MatchInitial                   // those given are the first ones
	MatchPartial                   // the last one given may go on
)

// TrackProcess is a vrrp_track_process.
type TrackProcess struct {
	Name           string
	Process        string   // name or path of the program; empty: missing, which is an error
	Args           []string // compared as Match says, if there are any
	Match          ParamMatch
	MatchArgs      bool // param_match was given: an empty list of arguments counts too
	FullCommand    bool // compare with the command line instead of the name
	Weight         Weight
	Quorum         int // at least so many, 1..65535
	QuorumMax      int // at most so many; Unlimited unless given
	TerminateDelay time.Duration
	ForkDelay      time.Duration
	Pos            Pos
}

// Unlimited is the QuorumMax of a process that may run any number of times.
const Unlimited = -1

// BFD is a bfd_instance.
type BFD struct {
	Name       string
	Neighbor   netip.Addr    // neighbor_ip; invalid: missing, which is an error
	Source     netip.Addr    // source_ip; invalid: any
	MinRX      time.Duration // 1 ms and more
	MinTX      time.Duration
	IdleTX     time.Duration // at least a second
	Multiplier int           // 1..255
	Passive    bool
	TTL        int // 1..255: 255 for IPv4 and 64 for IPv6 unless given
	MaxHops    int // by how much the TTL may have decreased; 255: not looked at
	Multihop   bool
	Weight     Weight // default for those who track it
	VRRP       bool   // whom events go to; both unless one is named
	Checker    bool
	Pos        Pos
}

// SyncGroup is a vrrp_sync_group.
type SyncGroup struct {
	Name    string
	Members []Name
	Trackers
	Notify    Notify
	SMTPAlert bool
	// TrackingWeight keeps the weights of trackers in a group.
	TrackingWeight bool
	// PriorityChanges is the default of its members: FIFO lines for changed
	// priorities.
	PriorityChanges bool
	Pos             Pos
}

// TrackGroup is a track_group: instances that depend on static addresses,
// routes and rules.
type TrackGroup struct {
	Name    string
	Members []Name
	Pos     Pos
}

// Name is a word of the configuration that names something.
type Name struct {
	Name string
	Pos  Pos
}
