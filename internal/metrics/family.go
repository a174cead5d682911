package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

// family is a metric with its labels. All of a collector's are known beforehand,
// so that help, types and label sets never vary.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) family {
	return family{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) family {
	return family{prometheus.NewDesc(name, help, labels, nil), prometheus.GaugeValue}
}

// emit sends one sample. A value that does not fit its family is a mistake of
// ours and shows as a failed scrape.
func (f family) emit(to chan<- prometheus.Metric, value float64, labels ...string) {
	m, err := prometheus.NewConstMetric(f.desc, f.kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(f.desc, err)
	}
	to <- m
}

func (f family) count(to chan<- prometheus.Metric, value uint64, labels ...string) {
	f.emit(to, float64(value), labels...)
}

func (f family) truth(to chan<- prometheus.Metric, value bool, labels ...string) {
	v := 0.0
	if value {
		v = 1
	}
	f.emit(to, v, labels...)
}
