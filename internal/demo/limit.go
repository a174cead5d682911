package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/vrrp"
)

// limit is how long the protocol itself lets a backup wait after the master's
// last advertisement (RFC 3768 section 6.1, RFC 9568 section 6.1). It is worked
// out here once more, and not asked of the program that is judged by it.
type limit struct {
	adverts  int
	interval time.Duration
	skew     time.Duration
}

// newLimit returns the limit of a backup of the given priority. interval is the
// master's.
func newLimit(version vrrp.Version, priority uint8, interval time.Duration, adverts int) limit {
	unit := interval
	if version == vrrp.V2 {
		unit = time.Second
	}
	return limit{adverts, interval, time.Duration(256-int(priority)) * unit / 256}
}

func (l limit) total() time.Duration { return time.Duration(l.adverts)*l.interval + l.skew }

func (l limit) String() string {
	return fmt.Sprintf("%s = %d x %s + skew %s", span(l.total()), l.adverts, span(l.interval), span(l.skew))
}

// span writes a duration as people do who compare them: 3.609 s, 61 ms, 0.4 ms.
func span(d time.Duration) string {
	if d >= time.Second {
		return decimals(d.Seconds(), 3) + " s"
	}
	return decimals(d.Seconds()*1000, 1) + " ms"
}

func decimals(f float64, n int) string {
	s := strconv.FormatFloat(f, 'f', n, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
