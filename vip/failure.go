package vip

import "time"

const (
	// retryMin is the time until an address that the kernel refused is tried
	// again. It doubles each time up to retryMax.
	retryMin = time.Second
	retryMax = time.Minute
)

// failure is what is known about an address that the kernel refused. It is a
// pure value.
type failure struct {
	err   error         // the kernel's answer; nil: none that counts
	link  link          // the interface, as it was then
	wait  time.Duration // until the next attempt
	retry time.Time     // when that is due
}

// again returns what is known after one more attempt. It waits longer than the
// one before, unless the interface has changed since.
func (f failure) again(err error, l link, now time.Time) failure {
	wait := retryMin
	if l == f.link && now.Sub(f.retry) < retryMax {
		wait = min(max(2*f.wait, retryMin), retryMax)
	}
	return failure{err: err, link: l, wait: wait, retry: now.Add(wait)}
}

// held returns what is known once an attempt succeeded: what soon fails again,
// as a duplicate address does, waits longer each time.
func (f failure) held() failure { return failure{link: f.link, wait: f.wait, retry: f.retry} }

// text returns what the kernel said.
func (f failure) text() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

// ripe reports whether another attempt makes sense: for its time has come, or
// the interface has changed.
func (f failure) ripe(l link, now time.Time) bool { return l != f.link || due(f.retry, now) }

// link is what decides whether an interface can take an address. The zero link
// stands for an interface that does not exist.
type link struct {
	index int
	up    bool
	ipv6  bool // it has IPv6 addresses: disable_ipv6 takes them all
}

func linkOf(i Interface) link {
	l := link{index: i.Index, up: i.Up}
	for _, a := range i.Addresses {
		l.ipv6 = l.ipv6 || a.Prefix.Addr().Is6()
	}
	return l
}
