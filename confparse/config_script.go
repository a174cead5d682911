package confparse

import "time"

// User is an identity for scripts, by name or number. Both parts may be empty:
// the next default applies.
type User struct {
	Name          string
	Group         string
	Supplementary bool // the group was written with a colon: set the user's supplementary groups
}

// Command is a program to run.
type Command struct {
	Line string   // as written, without the outer quotes
	Argv []string // program and arguments, never empty; for Shell just Line
	User User
	// Shell says that Line is not a program but text for a shell (it begins
	// with a redirection), and has to be run as [bash or sh, -c, Line].
	Shell bool
	Pos   Pos
}

// Script is a vrrp_script.
type Script struct {
	Name     string
	Command  *Command      // nil: the script line is missing, which is an error
	User     User          // of the user line; also in Command
	Interval time.Duration // time between starts
	Timeout  time.Duration // Interval unless given
	Rise     int           // successes needed to become good, at least 1
	Fall     int           // failures needed to become bad, at least 1
	Weight   Weight        // default for those who track it
	InitFail bool
	Pos      Pos
}

// Notify is what runs on transitions; nil entries run nothing.
type Notify struct {
	Any              *Command // notify
	Master           *Command
	Backup           *Command
	Fault            *Command
	Stop             *Command
	Deleted          *Command
	MasterRxLowerPri *Command
	ReportDeleted    bool // notify_deleted was given: report DELETED instead of FAULT
}
