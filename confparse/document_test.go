package confparse

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestReferenceConfig parses the generated reference, and holds the file to it.
func TestReferenceConfig(t *testing.T) {
	golden(t, "reference.conf", Reference())
	cfg, ds := ParseFile("reference.conf", Options{ConfigID: "main", AllowUnsupported: true})
	for _, d := range ds {
		if d.Severity == Error || d.Code == CodeExtraArg || d.Code == CodeLine {
			t.Error(d.Render())
		}
	}
	if len(cfg.Instances) != 2 || len(cfg.VirtualServers) != 1 || len(cfg.VirtualServers[0].RealServers[0].Checks) != 10 {
		t.Errorf("%d instances, %d virtual servers", len(cfg.Instances), len(cfg.VirtualServers))
	}
	words := strings.Fields(Reference())
	for _, k := range language().all() {
		if !slices.Contains(words, k.Name) {
			t.Errorf("%s of %q is missing", k.Name, k.Block)
		}
	}
}

// status is how the tables for people call a Status.
var status = map[Status]string{Active: "works", Known: "accepted, without effect yet", Deprecated: "deprecated", Refused: "refused unless `--allow-unsupported`"}

// TestKeywordTables holds KEYWORDS.md and the table in the README to the schema.
func TestKeywordTables(t *testing.T) {
	var long, short strings.Builder
	long.WriteString("# Keywords\n\nGenerated from the schema by `go test ./confparse -update`.\n")
	short.WriteString("| block | keywords | work | accepted | refused | deprecated |\n|---|---|---|---|---|---|\n")
	var total [5]int
	path := "-"
	counts := map[string]*[5]int{}
	var order []string
	for _, k := range Keywords() {
		if k.Block != path {
			path = k.Block
			fmt.Fprintf(&long, "\n## %s\n\n| keyword | arguments | default | status | |\n|---|---|---|---|---|\n", cmpOr(path, "top level"))
		}
		fmt.Fprintf(&long, "| `%s` | %s | %s | %s | %s |\n", cell(k.Name), cell(k.Args), cell(k.Default), status[k.Status], cell(explained(k)))
		block, _, _ := strings.Cut(strings.TrimPrefix(k.Block, "virtual_server."), ".")
		if !slices.Contains([]string{"language", "", "global_defs", "vrrp_instance", "vrrp_sync_group", "vrrp_script", "bfd_instance", "virtual_server", "real_server"}, block) {
			block = "others"
		}
		if counts[block] == nil {
			counts[block] = &[5]int{}
			order = append(order, block)
		}
		for _, c := range []*[5]int{counts[block], &total} {
			c[0]++
			c[k.Status]++
		}
	}
	line := func(name string, c [5]int) {
		fmt.Fprintf(&short, "| %s | %d | %d | %d | %d | %d |\n", name, c[0], c[Active], c[Known], c[Refused], c[Deprecated])
	}
	for _, b := range order {
		line("`"+cmpOr(b, "top level")+"`", *counts[b])
	}
	line("all", total)
	golden(t, "KEYWORDS.md", long.String())

	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- keywords: generated -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(readme), begin)
	old, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		t.Fatal("the README has no place for the table")
	case old == short.String():
	case *update:
		if err := os.WriteFile("../README.md", []byte(before+begin+short.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the table in the README is old: go test ./confparse -update")
	}
}

// explained is what a keyword means, and what to do where it means nothing here.
func explained(k Keyword) string {
	if k.Instead == "" {
		return k.Help
	}
	return k.Help + ". Instead: " + k.Instead
}

// Nobody is left alone with a keyword that does nothing.
func TestInstead(t *testing.T) {
	for _, k := range Keywords() {
		if (k.Status == Known) != (k.Instead != "") {
			t.Errorf("%s of %q is %v, and what to do instead is %q", k.Name, k.Block, k.Status, k.Instead)
		}
	}
	_, diags := Parse("k.conf", []byte("vrrp_instance V {\ninterface eth0\nvirtual_router_id 9\npromote_secondaries\nvirtual_ipaddress { 192.0.2.99/24 }\n}\n"), Options{})
	if text := diags.Render(); !strings.Contains(text, "promote_secondaries is known, but has no effect here yet") || !strings.Contains(text, "/etc/sysctl.d") {
		t.Error(text)
	}
}

// cell makes s a cell of a table.
func cell(s string) string { return strings.NewReplacer("|", "\\|", "<", "&lt;").Replace(s) }

// What is shown of a file has no secrets in it, and is no flood.
func TestExcerpt(t *testing.T) {
	for line, shown := range map[string]bool{
		" auth_pass x": false, "\tkey 1 x": false, "auth_hmac { key 2 x }": false, " x {key 1 x }": false, "password x\n": false,
		"auth_pas x": false, "authpass x": false, "auth_pass=x": false, "Auth_Pass x": false, "passwd x": false, "$AUTH_PASS=x": false,
		"keyword x": true, "vrrp_instance key {": true, "auth_type PASS": true, "authentication {": true, "auth_type AH": true,
		strings.Repeat("x", maxLine+1): false,
	} {
		if got := Excerpt(line) == line; got != shown {
			t.Errorf("%.20q shown: %v", line, got)
		}
	}
}

// Findings say nothing of a password, however it went wrong.
func TestSecretsInFindings(t *testing.T) {
	for _, auth := range []string{
		"auth_pass secret\nx", "auth_pas secret", "auth_pass\nsecret", "auth_pass abc}secret", "auth_pass abc{secret", "auth_pass=secret",
		`auth_pass "ab"secret`, `auth_pass ab"secret`, "auth_pass secret", "auth_pass x secret",
	} {
		_, ds := Parse("k.conf", []byte("vrrp_instance A {\n authentication {\n"+auth+"\n }\n auth_hmac {\n key 1 secret\n }\n}\n"), hermetic(nil))
		if len(ds) == 0 || strings.Contains(ds.Render(), "secret") {
			t.Errorf("%q: no findings, or one that shows a secret:\n%s", auth, ds.Render())
		}
	}
}
