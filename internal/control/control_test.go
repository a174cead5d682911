package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// serve runs a server on a socket of the test's, until the test ends.
func serve(t *testing.T, s *Server) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "control.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Error("the socket is left behind")
		}
	})
	return path
}

func server(states ...string) *Server {
	return &Server{Status: func() report.Status {
		s := report.Status{Node: report.Node{PID: 42}}
		for i, st := range states {
			s.Instances = append(s.Instances, report.Instance{Name: string(rune('a' + i)), State: st})
		}
		return s
	}}
}

func TestStatus(t *testing.T) {
	path := serve(t, server("MASTER", "BACKUP"))
	s, err := NewClient(path).Status(t.Context())
	if err != nil || s.PID != 42 || len(s.Instances) != 2 || s.Instances[1].State != "BACKUP" {
		t.Errorf("%+v, %v", s, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Error(info.Mode(), err)
	}
}

func TestPaths(t *testing.T) {
	for _, tc := range []struct {
		state, path string
		code        int
		has         string
	}{
		{"MASTER", "/v1/instances/a", 200, `"state": "MASTER"`},
		{"MASTER", "/v1/instances/x", 404, `there is no instance`},
		{"MASTER", "/v1/nothing", 404, `"hint": "see /v1/status`},
		{"MASTER", "/healthz", 200, "ok"},
		{"MASTER", "/readyz", 200, "ready"},
		{"INIT", "/readyz", 503, "a has not started"},
	} {
		c := NewClient(serve(t, server(tc.state)))
		resp, err := c.http.Get("http://x" + tc.path)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		_ = resp.Write(&b)
		resp.Body.Close()
		c.http.CloseIdleConnections()
		if resp.StatusCode != tc.code || !strings.Contains(b.String(), tc.has) {
			t.Errorf("%s: %d, want %d with %q:\n%s", tc.path, resp.StatusCode, tc.code, tc.has, &b)
		}
	}
}

// Without a host in its address, a TCP listener is for this machine alone.
func TestListenTCP(t *testing.T) {
	for address, host := range map[string]string{":0": "127.0.0.1", "0": "127.0.0.1", "127.0.0.2:0": "127.0.0.2", "[::]:0": "::"} {
		l, err := ListenTCP(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got := l.Addr().(*net.TCPAddr).IP.String(); got != host {
			t.Errorf("%s: listens at %s, want %s", address, got, host)
		}
		l.Close()
	}
	for _, address := range []string{"no:such:port", "192.0.2.11", "192.0.2.11:web-ui"} {
		if _, err := ListenTCP(address); err == nil || !strings.Contains(err.Error(), "want [HOST]:PORT, as :9650") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Only who may write to the socket can change anything.
func TestDrain(t *testing.T) {
	s := server("MASTER")
	got := map[string]bool{}
	s.Drain = func(name string, on bool) error {
		if name != "a" {
			return errors.New("there is no such instance")
		}
		got[name] = on
		return nil
	}
	c := NewClient(serve(t, s))
	for _, on := range []bool{true, false} {
		if err := c.Drain(t.Context(), "a", on); err != nil || got["a"] != on {
			t.Errorf("%v, %v", got, err)
		}
	}
	if err := c.Drain(t.Context(), "x/y", true); err == nil || err.Error() != "there is no such instance" {
		t.Error(err)
	}
	s.DrainServer = func(virtual, real string, on bool) error {
		if got[virtual+" "+real] = on; virtual != "[192.0.2.100]:tcp:80" {
			return errors.New("there is no such server")
		}
		return nil
	}
	c = NewClient(serve(t, s))
	for _, on := range []bool{true, false} {
		if err := c.DrainServer(t.Context(), "[192.0.2.100]:tcp:80", "[198.51.100.1]:tcp:80", on); err != nil || got["[192.0.2.100]:tcp:80 [198.51.100.1]:tcp:80"] != on {
			t.Errorf("%v, %v", got, err)
		}
	}
	for trusted, want := range map[bool]int{true: 200, false: http.StatusForbidden} {
		for _, path := range []string{"/v1/instances/a/drain", "/v1/virtual_servers/%5B192.0.2.100%5D:tcp:80/b/drain"} {
			w := httptest.NewRecorder()
			s.handler(trusted).ServeHTTP(w, httptest.NewRequest("POST", path, nil))
			if w.Code != want {
				t.Errorf("trusted %v: %s: %d, want %d", trusted, path, w.Code, want)
			}
		}
	}
}

// Whoever comes late hears what has been, then what comes.
func TestEvents(t *testing.T) {
	s := server()
	c := NewClient(serve(t, s))
	s.Publish(report.Event{Name: "a", Seq: 1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := make(chan uint64)
	go func() {
		if err := c.Events(ctx, func(e *report.Event) { got <- e.Seq }); err != nil {
			t.Error(err)
		}
		close(got)
	}()
	for want := range uint64(3) {
		if seq := <-got; seq != want+1 {
			t.Errorf("event %d, want %d", seq, want+1)
		}
		s.Publish(report.Event{Name: "a", Seq: want + 2})
	}
	<-got // the fourth
	cancel()
	if seq, ok := <-got; ok {
		t.Errorf("event %d after the end", seq)
	}
}

// A client that does not read is cut off, and nobody waits for it.
func TestSlowClient(t *testing.T) {
	var h hub
	_, c := h.subscribe()
	for n := range uint64(clientBuffer + 1) {
		h.publish(report.Event{Seq: n})
	}
	n := 0
	for range c { // ends: it is closed
		n++
	}
	if n != clientBuffer {
		t.Errorf("%d events, want %d", n, clientBuffer)
	}
	if history, _ := h.subscribe(); len(history) != clientBuffer+1 {
		t.Errorf("%d events are remembered", len(history))
	}
}

// Incidents are told beside transitions, and however many there are, they push
// none out of the history.
func TestIncidents(t *testing.T) {
	s := server()
	at := time.Now()
	s.Publish(report.Event{Type: report.TypeInstance, Name: "a", Seq: 1, To: "MASTER", At: at.Add(time.Second)})
	rival := report.Event{Type: report.TypeIncident, Name: "a", Cause: "rival", Count: 1, At: at.Add(2 * time.Second)}
	s.PublishIncident(report.Event{Type: report.TypeIncident, Name: "a", Cause: "stall", Count: 1, At: at})
	for range 3 {
		s.PublishIncident(rival)
	}
	var told []string
	for _, e := range s.History() {
		told = append(told, fmt.Sprint(e.Type, e.Cause, e.Count))
	}
	if got := strings.Join(told, " "); got != "INCIDENTstall1 INSTANCE0 INCIDENTrival3" {
		t.Error(got)
	}
	for k := range 3 * incidentsSize {
		rival.Cause = fmt.Sprint(k)
		s.PublishIncident(rival)
	}
	if h := s.History(); len(h) > incidentsSize+1 || !slices.ContainsFunc(h, func(e report.Event) bool { return e.To == "MASTER" }) {
		t.Errorf("%d are remembered: %v", len(h), h)
	}
	if text := stream(&rival); !strings.HasPrefix(text, "event: incident\n") || strings.Contains(text, `"to"`) {
		t.Error(text)
	}
}

// Why an instance is what it is, for one and for all of them.
func TestExplain(t *testing.T) {
	s := server("MASTER", "BACKUP")
	path := serve(t, s)
	c := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}, DisableKeepAlives: true}}
	for at, want := range map[string]string{
		"/v1/explain/b": `"state": "BACKUP"`, "/v1/explain": `"name": "b"`, "/v1/explain/c": "there is no instance \"c\"",
	} {
		resp, err := c.Get("http://daemon" + at)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if got := strings.ReplaceAll(string(text), `\"`, `"`); err != nil || !strings.Contains(got, want) || strings.Contains(got, `"name": "a"`) != (at == "/v1/explain") {
			t.Errorf("%s: %v\n%s", at, err, text)
		}
	}
}

func TestListen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "control.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(path); !errors.Is(err, ErrInUse) {
		t.Errorf("a second daemon: %v", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as if it had been killed
	l.Close()
	l, err = Listen(path)
	if err != nil {
		t.Fatalf("after a crash: %v", err)
	}
	l.Close()

	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(file); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Error(err)
	}
}

func TestNoDaemon(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := NewClient(filepath.Join(t.TempDir(), "none")).Status(ctx)
	if err == nil || !strings.Contains(err.Error(), "no daemon answers") {
		t.Error(err)
	}
}

// A daemon that hangs is told apart from none.
func TestHung(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	l, err := Listen(path) // and nobody serves
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := NewClient(path).Status(ctx); err == nil || !strings.Contains(err.Error(), path+" does not answer in time") {
		t.Error(err)
	}
}
