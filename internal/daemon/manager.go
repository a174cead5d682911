package daemon

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/vrrpkit/vrrpkit/confparse/compose"
	"github.com/vrrpkit/vrrpkit/internal/report"
)

// statusEvery is how often the line is written that systemctl status shows, if
// something has changed.
const statusEvery = time.Second

// serviceManager is systemd, or whoever else speaks sd_notify(3) with us. Without
// one, nothing is said.
type serviceManager struct {
	log     *slog.Logger
	status  func() report.Status
	changed atomic.Bool // since the last line
}

func (m *serviceManager) say(state string) {
	if _, err := sd.SdNotify(false, state); err != nil {
		m.log.Debug("the service manager does not listen", "err", err)
	}
}

// run says that we are ready: the configuration is accepted and every socket
// open. It then says how we stand, and tells the watchdog that the protocol's
// loop goes round: one that does not gets us killed and started again, which
// other nodes take for the failure that it is. It says that we stop when ctx
// ends. wait returns when nothing more will be said.
func (m *serviceManager) run(ctx context.Context, c *compose.Composition) (wait func()) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return func() {}
	}
	m.say(sd.SdNotifyReady)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		m.watch(ctx, c)
		m.say(sd.SdNotifyStopping)
	})
	return func() { cancel(); wg.Wait() }
}

// reloading says that a reload begins, as systemd.service(5) has it for
// notify-reload; done says that it is over, whatever came of it.
func (m *serviceManager) reloading() (done func()) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return func() {}
	}
	m.say(sd.SdNotifyReloading + "\n" + sd.SdNotifyMonotonicUsec())
	return func() {
		m.changed.Store(true)
		m.say(sd.SdNotifyReady)
	}
}

func (m *serviceManager) watch(ctx context.Context, c *compose.Composition) {
	every := statusEvery
	limit, err := sd.SdWatchdogEnabled(false)
	if err == nil && limit > 0 {
		every = min(every, limit/4)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	m.changed.Store(true)
	var turns uint64
	for {
		if now := c.Counters().Turns; limit > 0 && now != turns {
			turns = now
			m.say(sd.SdNotifyWatchdog)
		}
		if m.changed.Swap(false) {
			s := m.status()
			m.say("STATUS=" + s.Counts())
		}
		c.Wake()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
