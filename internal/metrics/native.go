package metrics

import (
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

var (
	buildInfo = gauge("keepalived_build_info", "Which build it is: 1.", "version", "revision", "goversion")
	started   = gauge("keepalived_start_time_seconds", "When the daemon started, in seconds since 1970.")

	instanceState = gauge("keepalived_vrrp_instance_state", "Whether the instance is in the state: 1 for one of the states, 0 for the others.",
		"instance", "interface", "vrid", "family", "state")
	groupState = gauge("keepalived_vrrp_sync_group_state", "Whether the sync group is in the state: 1 for one of the states, 0 for the others.", "group", "state")

	priorityEffective = gauge("keepalived_vrrp_priority_effective", "Priority that is advertised: the configured one and what is tracked.", "instance")
	priorityBase      = gauge("keepalived_vrrp_priority_base", "Configured priority.", "instance")
	transitionsTotal  = counter("keepalived_vrrp_transitions_total", "Changes of state, by cause.", "instance", "from", "to", "cause")
	lastTransition    = gauge("keepalived_vrrp_last_transition_timestamp_seconds", "When the state changed last, in seconds since 1970.", "instance")

	advertsSent      = counter("keepalived_vrrp_adverts_sent_total", "Advertisements sent.", "instance")
	advertsReceived  = counter("keepalived_vrrp_adverts_received_total", "Advertisements received that passed all checks.", "instance")
	zeroSent         = counter("keepalived_vrrp_priority_zero_sent_total", "Advertisements sent with priority 0: handed over.", "instance")
	zeroReceived     = counter("keepalived_vrrp_priority_zero_received_total", "Advertisements received with priority 0: the master left.", "instance")
	packetErrors     = counter("keepalived_vrrp_packet_errors_total", "Packets with something wrong, by reason.", "instance", "reason")
	foreignPackets   = counter("keepalived_vrrp_foreign_packets_total", "VRRP packets heard that belong to no instance, by reason.", "reason")
	contested        = counter("keepalived_vrrp_contested_total", "Signs of a rival: conflicts with another router that began, by cause; rival: while master.", "instance", "cause")
	splitBrain       = gauge("keepalived_vrrp_split_brain", "Whether another router is master as well.", "instance")
	conflictsPresent = gauge("keepalived_vrrp_conflicts", "Conflicts with other routers that have not ended.", "instance")
	sendErrors       = counter("keepalived_vrrp_send_errors_total", "Packets that could not be sent.", "instance")
	ownerErrors      = counter("keepalived_vrrp_address_errors_total", "Failures to take, give back or keep the addresses.", "instance")
	stalls           = counter("keepalived_vrrp_stalls_total", "Times that the process did not run for long enough to be replaced as master.", "instance")
	drained          = gauge("keepalived_vrrp_drained", "Whether the instance stands back because somebody has asked for it.", "instance")
	linkUp           = gauge("keepalived_vrrp_link_up", "Whether the interface can carry advertisements.", "instance", "interface")
	peerPriority     = gauge("keepalived_vrrp_peer_priority", "Priority that another router advertised last.", "instance", "peer")
	peerHeard        = gauge("keepalived_vrrp_peer_last_advert_timestamp_seconds", "When another router advertised last, in seconds since 1970.", "instance", "peer")

	vipPresent    = gauge("keepalived_vip_present", "Whether the interface of the virtual address has it.", "instance", "address")
	objectsFailed = gauge("keepalived_vip_failed_objects", "Addresses, routes, rules and interfaces that the kernel refuses to add or to remove; without an instance, those of none.", "instance")

	trackerUp      = gauge("keepalived_tracker_up", "Whether what is tracked is good.", "instance", "type", "name")
	scriptSeconds  = gauge("keepalived_script_duration_seconds", "How long the last run of a script took.", "name")
	scriptRuns     = counter("keepalived_script_runs_total", "Runs of a script.", "name")
	scriptFailures = counter("keepalived_script_failures_total", "Runs of a script that failed.", "name")
	scriptOverdue  = gauge("keepalived_script_overdue", "Whether a run of a script takes longer than it may.", "name")

	reloadSuccess = gauge("keepalived_config_last_reload_success", "Whether the configuration that was read last is in use.")
	reloadTime    = gauge("keepalived_config_last_reload_timestamp_seconds", "When the configuration in use was read, in seconds since 1970.")
	configHash    = gauge("keepalived_config_hash", "A number that changes with the configuration in use.")

	loopStalls   = counter("keepalived_event_loop_stall_seconds_total", "How long the process did not run although a timer was due, in stalls of more than 0.25 s.")
	advertJitter = prometheus.NewDesc("keepalived_vrrp_advert_interval_seconds",
		"How late timers fire, and with them advertisements leave: the jitter of their interval.", nil, nil)
)

// native shows everything under our own names.
func (c *collector) native(to chan<- prometheus.Metric) {
	buildInfo.emit(to, 1, c.Node.Version, revision(), runtime.Version())
	started.emit(to, seconds(c.Node.Started), []string{}...)
	for n := range c.Dump.Instances {
		c.nativeInstance(to, &c.Dump.Instances[n])
	}
	objectsFailed.emit(to, float64(c.Failed), "")
	for _, g := range c.Dump.Config.SyncGroups {
		for _, s := range states {
			groupState.truth(to, c.Dump.GroupState(g) == s, g.Name, s.String())
		}
	}
	for t, n := range c.transitions.snapshot() {
		transitionsTotal.count(to, n, t.instance, t.from, t.to, t.cause)
	}
	for n := range c.Dump.Scripts {
		s := &c.Dump.Scripts[n]
		scriptSeconds.emit(to, s.Last.Latency.Seconds(), s.Config.Name)
		scriptRuns.count(to, s.Runs, s.Config.Name)
		scriptFailures.count(to, s.Failures, s.Config.Name)
		scriptOverdue.truth(to, s.Overdue, s.Config.Name)
	}
	reloadSuccess.truth(to, c.Config.Error == "")
	reloadTime.emit(to, seconds(c.Config.Loaded))
	configHash.emit(to, float64(c.Config.Hash))
	c.nativeHost(to)
}

func (c *collector) nativeHost(to chan<- prometheus.Metric) {
	for reason, n := range c.Host.Errors {
		if n > 0 {
			foreignPackets.count(to, n, reasonLabel(packet.Reason(reason)))
		}
	}
	late := &c.Host.Late
	loopStalls.emit(to, late.Stalled.Seconds())
	buckets, sum := map[float64]uint64{}, uint64(0)
	for i, n := range late.Buckets {
		sum += n
		buckets[vrrp.LateBound(i).Seconds()] = sum
	}
	to <- prometheus.MustNewConstHistogram(advertJitter, late.Count, late.Sum.Seconds(), buckets)
}

var states = []vrrp.State{vrrp.Init, vrrp.Backup, vrrp.Master, vrrp.Fault}

func (c *collector) nativeInstance(to chan<- prometheus.Metric, i *report.DumpInstance) {
	name := i.Name
	for _, s := range states {
		instanceState.truth(to, i.State == s, name, i.Interface, strconv.Itoa(int(i.VRID)), i.Family(), s.String())
	}
	priorityEffective.emit(to, float64(i.Priority), name)
	priorityBase.emit(to, float64(i.Configured), name)
	if !i.Since.IsZero() {
		lastTransition.emit(to, seconds(i.Since), name)
	}
	linkUp.truth(to, i.LinkUp, name, i.Interface)
	splitBrain.truth(to, i.SplitBrain, name)
	conflictsPresent.emit(to, float64(len(i.Conflicts)), name)
	n := &i.Counters
	advertsSent.count(to, n.AdvertsSent, name)
	advertsReceived.count(to, n.AdvertsReceived, name)
	zeroSent.count(to, n.PriorityZeroSent, name)
	zeroReceived.count(to, n.PriorityZeroReceived, name)
	sendErrors.count(to, n.SendErrors, name)
	ownerErrors.count(to, n.OwnerErrors, name)
	stalls.count(to, n.Stalls, name)
	for reason := packet.Reason(1); int(reason) < len(n.Errors); reason++ {
		packetErrors.count(to, n.Errors[reason], name, reasonLabel(reason))
	}
	contested.count(to, n.Contested, name, "rival")
	for cause, v := range n.Conflicts {
		if text := vrrp.Cause(cause).String(); v > 0 {
			contested.count(to, v, name, text)
		}
	}
	for _, p := range i.Peers {
		peerPriority.emit(to, float64(p.Priority), name, p.Addr.String())
		peerHeard.emit(to, seconds(p.At), name, p.Addr.String())
	}
	for _, a := range i.VIPs() {
		if c.Present != nil {
			vipPresent.truth(to, c.Present[i.Spot(&a)], name, a.Prefix.Addr().String())
		}
	}
	objectsFailed.emit(to, float64(len(i.Failed)), name)
	standsBack := false
	defer func() { drained.truth(to, standsBack, name) }()
	seen := map[string]bool{}
	for _, t := range append(i.Trackers[:len(i.Trackers):len(i.Trackers)], i.GroupTrackers...) {
		if seen[t.Name] {
			continue
		}
		seen[t.Name] = true
		if t.Name == compose.DrainTracker {
			standsBack = true
			continue
		}
		kind, what, ok := strings.Cut(t.Name, " ")
		if !ok {
			kind, what = "", t.Name
		}
		trackerUp.truth(to, t.Status == vrrp.TrackUp || t.Status == vrrp.TrackValue && !t.Fault && t.Contribution >= 0, name, kind, what)
	}
}

func reasonLabel(r packet.Reason) string { return strings.ReplaceAll(r.String(), "-", "_") }

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// revision returns the commit that the program was built of.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

// scriptUp reports whether a script's result counts as good.
func scriptUp(s *report.DumpScript) bool { return s.State == check.Up }

// device returns the interface of an address of an instance.
func device(a *confparse.Address, i *report.DumpInstance) string {
	if a.Interface != "" {
		return a.Interface
	}
	return i.Interface
}
