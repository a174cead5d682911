package confparse

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"unicode/utf8"
)

// ReportFormat is a form that findings are written in.
type ReportFormat string

// The formats.
const (
	ReportText  ReportFormat = "text"  // as [Diagnostics.Render] has them
	ReportJSON  ReportFormat = "json"  // one object: {"findings": [...], "exit": N}
	ReportSARIF ReportFormat = "sarif" // SARIF 2.1.0, which code hosts show beside the file
)

// ParseReportFormat returns the format of that name.
func ParseReportFormat(name string) (ReportFormat, error) {
	switch f := ReportFormat(name); f {
	case ReportText, ReportJSON, ReportSARIF:
		return f, nil
	}
	return "", fmt.Errorf("the format is text, json or sarif, not %q", name)
}

// Write writes the findings in the given format. The names of files are as they
// were given; SARIF has them relative to the working directory of whoever reads
// it. Exit is what a configuration test exits with.
func (ds Diagnostics) Write(w io.Writer, f ReportFormat, exit int) error {
	switch f {
	case ReportJSON:
		return writeJSON(w, jsonReport{ds.json(), exit})
	case ReportSARIF:
		return writeJSON(w, ds.sarif())
	}
	_, err := io.WriteString(w, ds.Render())
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type jsonReport struct {
	Findings []jsonFinding `json:"findings"`
	Exit     int           `json:"exit"`
}

type jsonPlace struct {
	How    string `json:"how,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"` // in bytes, from 1
}

type jsonFinding struct {
	jsonPlace
	Severity string      `json:"severity"`
	Code     Code        `json:"code"`
	Message  string      `json:"message"`
	Help     string      `json:"help,omitempty"`
	Source   string      `json:"source,omitempty"` // the line
	Via      []jsonPlace `json:"via,omitempty"`    // how the text came to be read, the nearest first
}

func (p Pos) json(how string) jsonPlace { return jsonPlace{how, p.File, p.Line, p.Column} }

func (ds Diagnostics) json() []jsonFinding {
	list := make([]jsonFinding, len(ds)) // [] and not null, if there are none
	for i, d := range ds {
		list[i] = jsonFinding{d.Pos.json(""), d.Severity.String(), d.Code, d.Message, d.Help, printable(d.Source), nil}
		for v := d.Via; v != nil; v = v.Pos.Via {
			list[i].Via = append(list[i].Via, v.Pos.json(v.How))
		}
	}
	return list
}

// The parts of SARIF 2.1.0 that findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID Code `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    Code            `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
)

func (ds Diagnostics) sarif() sarifLog {
	driver := sarifDriver{Name: "keepalived-lite", Rules: []sarifRule{}}
	results := []sarifResult{}
	index := map[Code]int{}
	for _, d := range ds {
		n, ok := index[d.Code]
		if !ok {
			n = len(driver.Rules)
			index[d.Code] = n
			driver.Rules = append(driver.Rules, sarifRule{d.Code})
		}
		text := d.Message
		if d.Help != "" {
			text += ". Help: " + d.Help
		}
		r := sarifResult{RuleID: d.Code, RuleIndex: n, Level: d.Severity.String(), Message: sarifText{text}}
		if d.File != "" {
			r.Locations = []sarifLocation{d.Pos.sarif(d.Source, "")}
		}
		for v := d.Via; v != nil; v = v.Pos.Via {
			r.Related = append(r.Related, v.Pos.sarif("", v.How))
		}
		results = append(results, r)
	}
	return sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{sarifTool{driver}, "unicodeCodePoints", results}},
	}
}

// sarif returns the place. Its column counts characters if the line is known.
func (p Pos) sarif(source, message string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: filepath.ToSlash(p.File)}).String()}}}
	if p.IsValid() {
		region := sarifRegion{StartLine: p.Line, StartColumn: p.Column}
		if source != "" {
			region.Snippet = &sarifText{printable(source)}
			region.StartColumn = 1 + utf8.RuneCountInString(source[:min(p.Column-1, len(source))])
		}
		l.Physical.Region = &region
	}
	if message != "" {
		l.Message = &sarifText{message}
	}
	return l
}
