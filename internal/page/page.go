// Package page shows a daemon, and the other nodes beside it, as one page for a
// browser. The page needs nothing but itself: no script, no other file.
package page

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// Page answers with the page. Its fields do not change once it serves.
type Page struct {
	// Status returns how this daemon stands, and History what has been, the
	// oldest first.
	Status  func() report.Status
	History func() []report.Event

	// Nodes asks the others. Nil: there are none.
	Nodes *Nodes
}

//go:embed page.html
var text string

// transitionsShown is how many transitions the page lists.
const transitionsShown = 40

// content is what the template gets.
type content struct {
	report.Status
	Refresh     int // seconds; 0: never
	Findings    []report.Finding
	Worst       report.Level
	Lanes       []lane
	Marks       []mark
	Transitions []report.Event // the newest first
	Nodes       []report.View
	Rows        []report.Row
}

// ServeHTTP answers with the page. ?refresh=N has the browser ask again every N
// seconds.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := p.Status()
	history := p.History()
	c := content{Status: s, Findings: s.Findings(), Refresh: 5}
	if q := r.URL.Query().Get("refresh"); q != "" {
		n, _ := strconv.Atoi(q)
		c.Refresh = min(max(n, 0), 3600)
	}
	if p.Nodes != nil {
		c.Nodes = append([]report.View{{Name: s.RouterID, At: s.At, Status: &s}}, p.Nodes.Ask(r.Context())...)
		c.Rows = report.Compare(c.Nodes)
		for _, n := range c.Nodes {
			if n.Error != "" {
				c.Findings = append(c.Findings, report.Finding{Level: report.Warning, Of: n.Name, Text: n.Error})
			}
		}
		for _, row := range c.Rows {
			c.Findings = append(c.Findings, row.Accord...)
		}
	}
	slices.SortStableFunc(c.Findings, func(a, b report.Finding) int { return cmp.Compare(b.Level, a.Level) })
	c.Worst = report.Worst(c.Findings)
	c.Lanes, c.Marks = timeline(&s, history)
	for _, e := range slices.Backward(history) {
		if len(c.Transitions) < transitionsShown {
			c.Transitions = append(c.Transitions, e)
		}
	}
	var out bytes.Buffer
	if err := page.Execute(&out, &c); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(out.Bytes()) // to a browser that may be gone
}

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"ago":   ago,
	"past":  past,
	"lower": strings.ToLower,
	"join":  func(list []string) string { return strings.Join(list, " ") },
	"clock": func(t time.Time) string { return t.Format("2006-01-02 15:04:05") },
	"millis": func(ms float64) string {
		return time.Duration(ms * float64(time.Millisecond)).Round(time.Microsecond * 100).String()
	},
	"base":   func(lanes int) float64 { return float64(lanes) * laneHeight },
	"label":  func(lanes int) float64 { return float64(lanes)*laneHeight + 16 },
	"height": func(lanes int) float64 { return float64(lanes)*laneHeight + 30 },
	"total":  report.Total,
	"bytes":  bytesOf,
	"family": func(v6 bool) string {
		if v6 {
			return "IPv6"
		}
		return "IPv4"
	},
}).Parse(text))

// ago writes how long before now something was, as people say it.
func ago(now, then time.Time) string {
	if then.IsZero() {
		return "–"
	}
	d := max(now.Sub(then), 0)
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// past writes when something was.
func past(now, then time.Time) string {
	if then.IsZero() {
		return "never yet"
	}
	return ago(now, then) + " ago"
}

// bytesOf writes a number of bytes with three digits or so.
func bytesOf(n uint64) string {
	v, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB", "PB"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, next
	}
	if unit == "B" || v >= 100 {
		return fmt.Sprintf("%.0f %s", v, unit)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}
