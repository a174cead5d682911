package vip

import "fmt"

// Metric is something that the machine should know about the path of a route.
type Metric struct {
	Kind  MetricKind
	Value uint32
	Lock  bool // what is learned on the way does not change it
}

// MetricKind tells metrics apart, in Linux's numbers (RTAX_*).
type MetricKind uint8

// The metrics of a route. Congestion control is a field of Route.
const (
	MetricWindow           MetricKind = 3  // largest window to advertise, bytes
	MetricMTU              MetricKind = 2  // path MTU, bytes
	MetricRTT              MetricKind = 4  // initial round trip time, eighths of a millisecond
	MetricRTTVar           MetricKind = 5  // initial variance of it, quarters of a millisecond
	MetricSSThresh         MetricKind = 6  // initial slow start threshold
	MetricCwnd             MetricKind = 7  // clamp of the congestion window
	MetricAdvMSS           MetricKind = 8  // MSS to advertise, bytes
	MetricReordering       MetricKind = 9  // reordering to expect
	MetricHopLimit         MetricKind = 10 // 0..255
	MetricInitCwnd         MetricKind = 11 // initial congestion window, segments
	MetricFeatures         MetricKind = 12 // FeatureECN
	MetricRTOMin           MetricKind = 13 // least retransmission timeout, milliseconds
	MetricInitRwnd         MetricKind = 14 // initial receive window, segments
	MetricQuickACK         MetricKind = 15 // 1: acknowledge at once
	MetricFastOpenNoCookie MetricKind = 17 // 1: TCP fast open without a cookie

	// metricCongestion is RTAX_CC_ALGO.
	metricCongestion MetricKind = 16
)

// FeatureECN is a MetricFeatures: explicit congestion notification.
const FeatureECN = 1

// String returns the name that ip(8) uses.
func (k MetricKind) String() string {
	names := [...]string{
		MetricWindow: "window", MetricMTU: "mtu", MetricRTT: "rtt", MetricRTTVar: "rttvar",
		MetricSSThresh: "ssthresh", MetricCwnd: "cwnd", MetricAdvMSS: "advmss", MetricReordering: "reordering",
		MetricHopLimit: "hoplimit", MetricInitCwnd: "initcwnd", MetricFeatures: "features", MetricRTOMin: "rto_min",
		MetricInitRwnd: "initrwnd", MetricQuickACK: "quickack", MetricFastOpenNoCookie: "fastopen_no_cookie",
	}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return fmt.Sprintf("MetricKind(%d)", uint8(k))
}

func validateMetrics(list []Metric, wrong func(string, ...any)) {
	seen := make(map[MetricKind]bool)
	for _, m := range list {
		switch {
		case m.Kind < MetricMTU, m.Kind > MetricFastOpenNoCookie, m.Kind == metricCongestion:
			wrong("metric %v does not exist", m.Kind)
		case seen[m.Kind]:
			wrong("metric %v is given twice", m.Kind)
		case m.Kind == MetricHopLimit && m.Value > 255:
			wrong("hoplimit %d is not in 0..255", m.Value)
		}
		seen[m.Kind] = true
	}
}
