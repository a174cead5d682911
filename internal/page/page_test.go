package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// evil is what a script may print, or somebody may call his instance.
const evil = `"><script>alert(1)</script>&'`

func status(name, state string) report.Status {
	return report.Status{
		Node: report.Node{Version: "Keepalived-lite v1", RouterID: name, PID: 42, Started: now.Add(-time.Hour)}, At: now,
		Configuration: report.ConfigStatus{File: "/etc/keepalived/keepalived.conf", Loaded: now.Add(-time.Hour)},
		Instances: []report.Instance{
			{
				Name: "VI_1", Interface: "eth0", VRID: 51, Version: 2, Addresses: []string{"192.0.2.100/24"}, State: state, Since: now.Add(-2 * time.Minute),
				Cause: "no response", Priority: 130, Base: 150, Link: "up", Why: "VI_1 is " + state + ": so it is.", Change: "To change that: do.",
				Source:   netip.MustParseAddr("192.0.2.1"),
				Peers:    []report.Peer{{Address: netip.MustParseAddr("192.0.2.2"), Priority: 100, Heard: now.Add(-time.Second)}},
				Trackers: []report.Tracker{{Name: "script chk", Status: "down", Weight: -20, Contribution: -20}},
				Counters: report.CounterTable{AdvertsSent: 17, PacketErrors: map[string]uint64{"auth_failures": 3}},
			},
			{Name: "VI_" + evil, Interface: "eth1", VRID: 52, State: "FAULT", Link: "no carrier", Since: now.Add(-time.Minute)},
		},
		Groups: []report.Group{{Name: "G", State: state, Members: []string{"VI_1"}}},
		VirtualServers: []report.VirtualServer{{
			Name: "[192.0.2.100]:tcp:80", Scheduler: "wlc", Quorum: true, Weight: 3, Needed: 1,
			Services: []report.Service{{Traffic: report.Traffic{Connections: 1234, InBytes: 5678000, Active: 7}}},
			Real: []report.RealServer{
				{Name: "[198.51.100.1]:tcp:80", Alive: true, Since: now.Add(-time.Minute), Weight: 3, Share: 3, Traffic: report.Traffic{Connections: 1234, InBytes: 5678000, Active: 7}},
				{Name: "[198.51.100.2]:tcp:80", Since: now.Add(-time.Second), Weight: 3, Checks: []report.ServerCheck{{Name: "TCP_CHECK", State: "down", Detail: "connection refused", Checked: now}}},
			},
		}},
		Scripts: []report.Script{{Name: "chk", State: "down", Detail: "exited with status 1", Output: evil, TookMS: 12.34, Runs: 9, Failures: 3}},
	}
}

func history() []report.Event {
	return []report.Event{
		{Type: "INSTANCE", Name: "VI_1", From: "INIT", To: "BACKUP", Cause: "startup", At: now.Add(-20 * time.Minute)},
		{Type: "INSTANCE", Name: "VI_1", From: "BACKUP", To: "MASTER", Cause: "no response", At: now.Add(-2 * time.Minute), Priority: 130, Peer: netip.MustParseAddr("192.0.2.2")},
	}
}

// get returns the page, what a reader sees of it, and its elements.
func get(t *testing.T, p *Page, query string) (w *httptest.ResponseRecorder, text string, nodes []*html.Node) {
	t.Helper()
	w = httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest("GET", "/"+query, nil))
	if w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			nodes = append(nodes, n)
		}
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return w, strings.Join(strings.Fields(b.String()), " "), nodes
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func page1(nodes *Nodes) *Page {
	return &Page{Status: func() report.Status { return status("lb1", "MASTER") }, History: history, Nodes: nodes}
}

// What is on the page, and that it needs nothing else: no script, no other file,
// no matter what names and outputs are made of.
func TestPage(t *testing.T) {
	w, text, nodes := get(t, page1(nil), "")
	for _, want := range []string{
		"lb1", "process 42", "Needs attention", "CRITICAL VI_" + evil + " : eth1: no carrier", "VI_1 : script chk is down: priority -20",
		"VI_1 is MASTER: so it is. To change that: do.", "192.0.2.100/24", "192.0.2.2 priority 100, 1.0 s ago", "130 of 150", "17 out", "3 auth_failures",
		"script chk down -20 -20 priority lowered", "chk down", "exited with status 1", evil + " never yet 12.3ms",
		"2026-01-02 03:02:05.000 2 min ago VI_1 BACKUP MASTER no response 192.0.2.2 130", "Sync groups", "MASTER", "every 5 s",
		"[192.0.2.100]:tcp:80 wlc quorum 3 of 1 7 0 1234 5.7 MB 0 B [198.51.100.1]:tcp:80 up 60 s 3 7 0 1234 5.7 MB 0 B",
		"[198.51.100.2]:tcp:80 down 1.0 s 0 of 3", "[192.0.2.100]:tcp:80 : real server [198.51.100.2]:tcp:80 is down: connection refused",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	for _, n := range nodes {
		if slices.Contains([]string{"script", "link", "img", "iframe", "object", "form"}, n.Data) {
			t.Errorf("there is a %s", n.Data)
		}
		if to := attr(n, "href"); strings.Contains(to, "//") || strings.HasPrefix(to, "/") {
			t.Errorf("a link to %s does not work behind a proxy", to)
		}
		for _, a := range n.Attr {
			if a.Key == "src" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s", n.Data, a.Key)
			}
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Error(policy)
	}
	_, text, nodes = get(t, page1(nil), "?refresh=0")
	if !strings.Contains(text, "paused") || slices.ContainsFunc(nodes, func(n *html.Node) bool { return attr(n, "http-equiv") == "refresh" }) {
		t.Error("it refreshes although it must not")
	}
}

// Nothing to worry about looks like that.
func TestQuiet(t *testing.T) {
	p := &Page{History: func() []report.Event { return nil }, Status: func() report.Status {
		s := status("lb1", "BACKUP")
		s.Instances, s.VirtualServers = s.Instances[:1], nil
		s.Instances[0].Trackers = nil
		return s
	}}
	_, text, _ := get(t, p, "")
	if !strings.Contains(text, "Nothing: 0 MASTER, 1 BACKUP, 0 FAULT, up 1h0m0s.") || !strings.Contains(text, "none yet") || strings.Contains(text, "All nodes") {
		t.Error(text)
	}
}

// Both nodes side by side, with what does not fit; and one that is not there.
func TestNodes(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/v1/status" {
			t.Errorf("asked for %s", r.URL)
		}
		s := status("lb2", "MASTER")
		s.Instances[0].Base = 100
		_ = json.NewEncoder(w).Encode(s)
	}))
	defer other.Close()
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer odd.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	nodes, err := NewNodes([]string{other.URL, strings.TrimPrefix(gone.URL, "http://"), odd.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	p := page1(nodes)
	_, text, list := get(t, p, "")
	for _, want := range []string{
		"lb1 and lb2 are master at the same time", "no answer", "connection refused", "its answer is no status",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	marked := func(n *html.Node) bool { return n.Data == "tr" && attr(n, "class") == "bad split" }
	if !slices.ContainsFunc(list, marked) {
		t.Error("no row is marked")
	}
	get(t, p, "")
	if asked != 1 {
		t.Errorf("asked %d times for two pages at once", asked)
	}
}

func TestNewNodes(t *testing.T) {
	_, err := NewNodes([]string{"192.0.2.1:9650", "file:///etc/passwd", "http://"})
	if err == nil || strings.Count(err.Error(), "http://HOST:PORT") != 2 {
		t.Error(err)
	}
}

// The drawing has each state where and as long as it was.
func TestTimeline(t *testing.T) {
	s := status("lb1", "MASTER")
	lanes, marks := timeline(&s, history())
	got := lanes[0].Bars
	if len(got) != 2 || got[0].State != "BACKUP" || got[0].X != 0 || got[0].W != 900 || got[1].State != "MASTER" || got[1].X != 900 || got[1].W != 100 {
		t.Errorf("%+v", got)
	}
	if want := "VI_1 MASTER, from 03:02:05.000 for 2m0s: no response"; got[1].Title != want {
		t.Errorf("%q, want %q", got[1].Title, want)
	}
	// Incidents are dots on the lane of their instance.
	incident := report.Event{Type: report.TypeIncident, Name: "VI_1", Cause: "stall", At: now.Add(-time.Minute)}
	dotted, _ := timeline(&s, append(history(), incident))
	if got := dotted[0].Dots; len(got) != 1 || got[0].X != 950 || len(dotted[0].Bars) != 2 || len(dotted[1].Dots) != 0 {
		t.Errorf("%+v", dotted)
	}
	// Without an event it has been so since it began.
	if got := lanes[1].Bars; len(got) != 1 || got[0].State != "FAULT" || got[0].X != 950 || got[0].W != 50 {
		t.Errorf("%+v", got)
	}
	if len(marks) < 3 || marks[0].Text != "02:46" {
		t.Errorf("%+v", marks)
	}
	// Whoever has just started has no past.
	s.Started, s.Instances[0].Since = now.Add(-time.Second), now.Add(-time.Second)
	if lanes, _ := timeline(&s, nil); lanes[0].Bars[0].X < 900 {
		t.Errorf("%+v", lanes[0])
	}
}
