package confparse

// Weight is what a tracked object adds to a priority. Value 0 means fault.
type Weight struct {
	Value   int // -254..254
	Reverse bool
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

// SyncGroup is a vrrp_sync_group.
type SyncGroup struct {
	Name            string
	Members         []Name
	TrackInterfaces []TrackInterface
	TrackScripts    []TrackScript
	Notify          Notify
	SMTPAlert       bool
	// TrackingWeight keeps the weights of trackers in a group.
	TrackingWeight bool
	Pos            Pos
}

// Name is a word of the configuration that names something.
type Name struct {
	Name string
	Pos  Pos
}
