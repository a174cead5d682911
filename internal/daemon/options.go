package daemon

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

const (
	defaultConfig  = "/etc/keepalived/keepalived.conf"
	defaultPIDFile = "/run/keepalived.pid"
	defaultControl = "/run/keepalived/control.sock"
)

// Options are the command line of the daemon, under keepalived's names.
type Options struct {
	ConfigFile string // -f
	ConfigID   string // -i
	Detail     int    // -D, more than once for more
	Dump       bool   // -d: show the configuration as it was understood
	OnlyVRRP   bool   // -P
	OnlyChecks bool   // -C
	KeepIPVS   bool   // -I
	PIDFile    string // -p; empty: none
	VRRPPID    string // -r
	CheckPID   string // -c
	Control    string // the control socket; empty: beside the pid file
	Listen     string // a TCP address to be asked at as well; empty: none
	LogFormat  string // text, json or keepalived; empty: text
	Syslog     string // --syslog: the socket of syslog; empty: log to standard error only
	Facility   string // -S, which asks for syslog as well; empty: daemon
	NoSyslog   bool   // -G, in spite of the two
	LogConsole bool   // -l: to standard error too, where there is syslog
	Pprof      bool   // answer at /debug/pprof/ of the control socket
	// Peers are URLs of other nodes' listeners, for the page.
	Peers []string

	StrictIncludes bool // -e
	// AllowUnsupported starts in spite of keywords that are not supported and
	// whose absence could cost availability.
	AllowUnsupported bool

	// dumps are the dump files that are asked for; nil: none ever.
	dumps <-chan dumpKind

	// reloads asks for the configuration to be read again; nil: never.
	reloads <-chan struct{}

	// Rehearse runs no scripts: track scripts count as good, notify scripts
	// are only shown. The demo sets it, because scripts act on the real
	// machine.
	Rehearse bool
}

// classic are keepalived's options that have no effect here, because this daemon
// is one process in the foreground.
var classic = []struct{ name, short, help string }{
	{"dont-fork", "n", "stay in the foreground (always so)"},
	{"dont-respawn", "R", "do not restart child processes (there are none)"},
}

func (o *Options) register(f *pflag.FlagSet) {
	f.StringVarP(&o.ConfigFile, "use-file", "f", defaultConfig, "configuration `FILE`")
	f.StringVarP(&o.ConfigID, "config-id", "i", "", "`ID` that @ID lines compare with (default: the host name)")
	f.CountVarP(&o.Detail, "log-detail", "D", "log in detail")
	f.BoolVarP(&o.Dump, "dump-conf", "d", false, "log the configuration as it was understood")
	f.BoolVarP(&o.OnlyVRRP, "vrrp", "P", false, "run VRRP only, no health checks of servers")
	f.BoolVarP(&o.OnlyChecks, "check", "C", false, "run health checks of servers only, no VRRP")
	f.BoolVarP(&o.KeepIPVS, "dont-release-ipvs", "I", false, "leave virtual servers in the kernel at the end")
	f.BoolVarP(&o.StrictIncludes, "all-config", "e", false, "every problem with an include is an error")
	f.BoolVar(&o.AllowUnsupported, "allow-unsupported", false, "start in spite of keywords that are not supported and could cost availability")
	f.StringVarP(&o.PIDFile, "pid", "p", defaultPIDFile, "pid `FILE`; empty for none")
	f.StringVarP(&o.VRRPPID, "vrrp_pid", "r", "", "a second pid `FILE`, for scripts that look for the VRRP process")
	f.StringVarP(&o.CheckPID, "checkers_pid", "c", "", "a third pid `FILE`, for scripts that look for the checker process")
	f.StringVar(&o.Control, "control", "", "control socket `FILE` (default "+defaultControl+", or for -p FILE elsewhere FILE.sock, without .pid)")
	f.Var(choice{&o.LogFormat, []string{"text", "json", "keepalived"}}, "log-format", "`FORMAT` of the log: text, json, or keepalived with its processes and all of its lines")
	f.StringVar(&o.Listen, "listen", "", "answer questions over HTTP at `[HOST]:PORT` as well; without HOST on the loopback interface only")
	f.StringArrayVar(&o.Peers, "peer", nil, "`URL` of another node's --listen, to be shown beside this one; may be repeated")
	f.BoolVar(&o.Pprof, "pprof", false, "answer go tool pprof at /debug/pprof/ of the control socket, for those who look into the daemon's use of CPU and memory")
	f.StringVar(&o.Syslog, "syslog", "", "log to syslog in keepalived's manner, by the datagram `SOCKET` ("+defaultSyslog+" if it is not said), instead of to standard error")
	f.Lookup("syslog").NoOptDefVal = defaultSyslog
	f.VarP(choice{&o.Facility, facilityWords()}, "log-facility", "S", "log to syslog under this `FACILITY`: user, daemon, 0 to 7 or local0 to local7")
	f.BoolVarP(&o.LogConsole, "log-console", "l", false, "log to standard error as well as to syslog (without syslog always so)")
	f.BoolVarP(&o.NoSyslog, "no-syslog", "G", false, "do not log to syslog, whatever else is said")
	for _, c := range classic {
		f.BoolP(c.name, c.short, false, c.help)
	}
}

// choice is the value of an option that is one of a few words.
type choice struct {
	value *string
	words []string
}

// String returns the word.
func (c choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

// Set takes one of the words.
func (c choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("it is one of %s", strings.Join(c.words, ", "))
	}
	*c.value = word
	return nil
}

// Type implements pflag.Value.
func (c choice) Type() string { return "string" }
