package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// monitoring is where the dashboard and the alerts are.
const monitoring = "../../examples/keepalived-lite/monitoring"

// Dashboard and alerts name only metrics that there are.
func TestMonitoring(t *testing.T) {
	_, scraped := scrape(t, exporter(t), "?set=native")
	name := regexp.MustCompile(`keepalived_[a-z_]+`)
	for _, file := range []string{"dashboard.json", "alerts.yml"} {
		text, err := os.ReadFile(filepath.Join(monitoring, file))
		if err != nil {
			t.Fatal(err)
		}
		found := name.FindAllString(string(text), -1)
		if len(found) < 10 {
			t.Errorf("%s names %d metrics", file, len(found))
		}
		for _, metric := range found {
			if !regexp.MustCompile(`(?m)^` + metric + `[{ ]`).MatchString(scraped) {
				t.Errorf("%s: there is no metric %s", file, metric)
			}
		}
	}
}

// The dashboard is what Grafana imports: panels with a place and a question.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(monitoring, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Title  string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.GridPos.W == 0 || p.GridPos.X+p.GridPos.W > 24 || (p.Type != "row") != (len(p.Targets) > 0) {
			t.Errorf("panel %+v", p)
		}
		ids[p.ID] = true
	}
	if d.Title == "" || len(ids) < 15 {
		t.Errorf("%q has %d panels", d.Title, len(ids))
	}
}

// Prometheus understands every expression of the dashboard, and the alerts fire
// when they have to.
func TestAlerts(t *testing.T) {
	netlab.Require(t, "promtool")
	dir := t.TempDir()
	for from, to := range map[string]string{filepath.Join(monitoring, "alerts.yml"): "alerts.yml", "testdata/alerts_test.yml": "test.yml"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(monitoring, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	rules := "groups:\n- name: dashboard\n  rules:\n"
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			expr, _ := json.Marshal(strings.ReplaceAll(q.Expr, "$__rate_interval", "1m"))
			rules += "  - {record: 'x:y', expr: " + string(expr) + ", labels: {n: '" + string(rune('a'+len(rules)%26)) + "'}}\n"
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "dashboard.yml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", "--lint=none", "dashboard.yml"}, {"check", "rules", "alerts.yml"}, {"test", "rules", "test.yml"}} {
		cmd := exec.CommandContext(t.Context(), "promtool", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
