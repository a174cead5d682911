package confparse

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// logicalLines returns what the language layer makes of src: one line for each
// statement and brace, with its place, then the findings.
func logicalLines(src string, files fstest.MapFS) string {
	p := newParser(hermetic(files))
	var b strings.Builder
	p.pre.sink = func(t text) {
		at := t.at(0)
		name := ""
		if at.File != "k.conf" {
			name = at.File + ":"
		}
		fmt.Fprintf(&b, "%s%d:%d %s\n", name, at.Line, at.Column, t.s)
	}
	p.pre.within("k.conf", func() { p.pre.source("k.conf", src, nil) })
	for _, d := range p.r.diagnostics() {
		fmt.Fprintf(&b, "%d:%d %s: %s\n", d.Line, d.Column, d.Severity, d.Message)
	}
	return b.String()
}

// TestLanguage has a row for each rule of the language.
func TestLanguage(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"indentation and blank lines", "\n \ta  b\t\n", "2:3 a  b\n"},
		{"DOS line ends", "a\r\nb\r\n", "1:1 a\n2:1 b\n"},
		{"no newline at the end", "a", "1:1 a\n"},
		{"byte order mark", "\ufeffa", "1:1 a\n1:1 warning: keepalived takes the byte order mark for a part of the first word\n"},
		{"NUL", "a\x00b\nc", "2:1 c\n1:2 error: the line contains a NUL byte and is left out\n"},

		{"comments", "! x\na # b\nc ! d\n", "2:1 a\n3:1 c\n"},
		{"a comment inside a word", "auth_pass a!b }", "1:1 auth_pass a\n"},
		{"no comment in double quotes", `a "b # c ! d" e`, `1:1 a "b # c ! d" e` + "\n"},
		{"a comment in single quotes", `a 'b # c'`, "1:1 a 'b\n"},
		{"an escaped comment", `a b\#c\!d`, `1:1 a b\#c\!d` + "\n"},
		{"an unclosed quote", `a "b # c`, `1:1 a "b # c` + "\n1:3 error: a quote is not closed on its line\n"},
		{"no continuation", "virtual_router_id 9 \\\nx", "1:1 virtual_router_id 9 \\\n2:1 x\n"},

		{"braces", "a { b } c\n", "1:1 a\n1:3 {\n1:5 b\n1:7 }\n1:9 c\n"},
		{"braces without blanks", "g{group{A}}", "1:1 g\n1:2 {\n1:3 group\n1:8 {\n1:9 A\n1:10 }\n1:11 }\n"},
		{"a brace on the next line", "a\n{\n", "1:1 a\n2:1 {\n"},
		{"braces in quotes", `a "{" {`, "1:1 a \"{\"\n1:7 {\n"},
		{"braces in single quotes", `a '{'`, "1:1 a '\n1:4 {\n1:5 '\n"},

		{"condition met", "@main a b", "1:7 a b\n"},
		{"condition not met", "@other a b { c }\nd", "2:1 d\n"},
		{"negated condition", "@^other a\n@^main b", "1:9 a\n"},
		{"condition without text", "@main\n@other", ""},
		{"condition is a whole word", "@mainx a\n@mai b", ""},
		{"condition behind a brace", "a { @main b } @other c\n", "1:1 a\n1:3 {\n1:11 b\n1:13 }\n"},
		{"two conditions", "@main @main a", "1:7 error: only one @ condition of a line is evaluated\n"},
		{"condition without id", "@ a", "1:1 error: a condition without a configuration id\n"},

		{"definition", "$A=x y\n$A\nb $A\nc ${A}d\n", "2:1 x y\n3:1 b x y\n4:1 c x yd\n"},
		{"definition may be empty", "$A=\na $A b", "2:1 a  b\n"},
		{"definition on a condition", "@main $A=1\n@other $A=2\na $A", "3:1 a 1\n"},
		{"redefinition", "$A=1\na $A\n$A=2\na $A", "2:1 a 1\n4:1 a 2\n"},
		{"late binding", "$A=${B}\n$B=1\na $A\n$B=2\na $A", "3:1 a 1\n5:1 a 2\n"},
		{"reference before comma and parenthesis", "$A=1\na $A,$A) $Ab $A}", "2:1 a 1,1) $Ab $A\n2:16 }\n"},
		{"reference in quotes and words", "$A=1\na \"x${A}y\" z${A}", "2:1 a \"x1y\" z1\n"},
		{"unknown name", "a $B c", "1:1 a $B c\n"},
		{"unknown name in braces", "a ${B} c", "1:1 a ${B} c\n1:3 error: ${B} is not defined and stays as it is\n"},
		{"unknown name for a shell", `a "${B}"`, "1:1 a \"${B}\"\n1:4 warning: ${B} is not defined and stays as it is\n"},
		{"not a name", "a $1 $-", "1:1 a $1 $-\n"},
		{"blank before =", "$A =1", "1:1 $A =1\n"},
		{"definition ends at the line, not at a brace", "a { $A=1 }\n$A", "1:1 a\n1:3 {\n2:1 1\n2:1 }\n"},
		{"comment out of a definition", "$A=b${_HASH}c\na $A d\na \"${_BANG}\"", "2:1 a b\n3:1 a \"!\"\n"},
		{"condition out of a definition", "$IF=@main\n$NOT=@^main\n$IF a\n${IF} b\n$NOT c", "3:5 a\n4:7 b\n"},
		{"sequence out of a definition", "$S=~SEQ(i,1,2)\n$S a$i", "2:4 a1\n2:4 a2\n"},
		{"include out of a definition", "$F=x.conf\ninclude $F", "x.conf:1:1 in x\n"},
		{"a definition that refers to itself", "$A=${A}x\na $A\nb", "3:1 b\n2:3 error: $A does not come to an end\n"},

		{"several lines", "$A= \\\n  b \\\n  c {\n$A\n", "2:3 b\n3:3 c\n3:5 {\n"},
		{"several lines, the first at once", "$A=b\\\nc\n$A", "1:4 b\n2:1 c\n"},
		{"several lines behind a word", "$A=b\\\nc\na $A", "3:1 a b\n2:1 c\n"},
		{"several lines only at the end", "$A=b\\\nc\na $A d", "3:1 a $A d\n"},
		{"blank lines inside are skipped", "$A=b\\\n  \n # x\nc\n$A", "1:4 b\n4:1 c\n"},
		{"an empty line ends it", "$A=b\\\n\nc\n$A", "3:1 c\n1:4 b\n"},
		{"several lines have conditions and sequences", "$A=@other b\\\n@main c \\\n~SEQ(i,2) d$i\n$A", "2:7 c\n3:11 d1\n3:11 d2\n"},
		{"several lines in several lines", "$B=x\\\ny\n$A=1\\\n$B\\\n2\n$A", "3:4 1\n1:4 x\n2:1 y\n5:1 2\n"},
		{"the end of the file ends it", "a\n$A=b\\", "1:1 a\n"},

		{"_PWD", "a ${_PWD}", "1:1 a /etc/keepalived\n"},
		{"_INSTANCE", "a $_INSTANCE b", "1:1 a main b\n"},
		{"_ENV", "a ${_ENV HOME}", "1:1 a env-HOME\n"},
		{"_ENV needs a name", "a ${_ENV}", "1:1 a ${_ENV}\n1:3 error: ${_ENV} takes 1 word(s), not 0\n"},
		{"_RANDOM", "a ${_RANDOM} ${_RANDOM 7} ${_RANDOM 5 9}", "1:1 a 0 7 5\n"},
		{"_RANDOM upside down", "a ${_RANDOM 9 5}", "1:1 a 9\n1:3 error: ${_RANDOM}: 9 is greater than 5, and is used as it is\n"},
		{"_RANDOM needs numbers", "a ${_RANDOM x}", "1:1 a ${_RANDOM x}\n1:3 error: ${_RANDOM x}: \"x\" is not a number\n"},
		{"standard names can be overridden", "$_INSTANCE=x\na ${_INSTANCE}", "2:1 a x\n"},

		{"sequence to", "~SEQ(i, 3) a$i", "1:12 a1\n1:12 a2\n1:12 a3\n"},
		{"sequence to a negative number", "~SEQ(i, -2) a$i", "1:13 a-1\n1:13 a-2\n"},
		{"sequence from and to", "~SEQ(i, 3, 2) a$i b${i}c", "1:15 a3 b3c\n1:15 a2 b2c\n"},
		{"sequence with a step", "~SEQ(i, 0x10, 5, 032) a$i", "1:23 a16\n1:23 a21\n1:23 a26\n"},
		{"sequence in hex", "~SEQx(i, 9, 11) a$i", "1:17 a9\n1:17 aa\n1:17 ab\n"},
		{"sequence in hex without negatives", "~SEQx(i, -1) a$i", "1:1 error: invalid sequence \"~SEQx(i, -1)\": ~SEQx does not take negative numbers; the line is left out\n"},
		{"sequence with a useless step", "~SEQ(i, 1, -1, 5) a", "1:1 error: invalid sequence \"~SEQ(i, 1, -1, 5)\": step -1 does not lead from 1 to 5; the line is left out\n"},
		{"sequence without numbers", "~SEQ(i) a", "1:1 error: invalid sequence \"~SEQ(i)\": it takes a variable and one to three numbers; the line is left out\n"},
		{"sequence without end", "~SEQ(i, 2 a", "1:1 error: invalid sequence \"~SEQ(i, 2 a\": the closing parenthesis is missing; the line is left out\n"},
		{"sequence of nothing", "~SEQ(i, 2)", "1:1 error: invalid sequence \"~SEQ(i, 2)\": there is nothing to repeat; the line is left out\n"},
		{"sequence with definitions", "$N=2\n~SEQ(i, $N) a$i", "2:13 a1\n2:13 a2\n"},
		{"sequence up to the last number there is", "~SEQ(i, 9223372036854775806, 9223372036854775807) a$i", "1:51 a9223372036854775806\n1:51 a9223372036854775807\n"},
		{"list", "~LST(v, x, y) a $v", "1:15 a x\n1:15 a y\n"},
		{"list of tuples", "~LST({v,w}, {x,1}, {y}) a $v ${w}z", "1:25 a x 1z\n1:25 a y z\n"},
		{"list of tuples that are too long", "~LST({v,w}, {x,1,2}) a", "1:1 error: invalid sequence \"~LST({v,w}, {x,1,2})\": \"{x,1,2}\" has more than 2 members; the line is left out\n"},
		{"the last sequence runs fastest", "~SEQ(i, 2) ~LST(v, x, y) a$i $v", "1:26 a1 x\n1:26 a1 y\n1:26 a2 x\n1:26 a2 y\n"},
		{"condition behind a sequence", "~SEQ(i, 2) @main a$i", "1:18 a1\n1:18 a2\n"},
		{"sequence behind a condition", "@other ~SEQ(i, 2) a$i", ""},
		{"blocks out of a sequence", "~SEQ(i, 2) a$i { b }", "1:12 a1\n1:16 {\n1:18 b\n1:20 }\n1:12 a2\n1:16 {\n1:18 b\n1:20 }\n"},
	}
	files := fstest.MapFS{"etc/keepalived/x.conf": {Data: []byte("in x")}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, logicalLines(tt.src, files)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	got := logicalLines("a "+strings.Repeat("x", 1021), nil)
	if !strings.HasSuffix(got, "1:1 warning: keepalived reads at most 1022 characters of a line, this one has 1023\n") {
		t.Errorf("got %q", got)
	}
	if got := logicalLines("a "+strings.Repeat("x", 1020), nil); strings.Contains(got, "warning") {
		t.Errorf("got %q", got)
	}
}

func TestInclude(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s), Mode: 0o644} }
	files := fstest.MapFS{
		"etc/keepalived/a.conf":            file("a"),
		"etc/keepalived/b.conf":            file("b"),
		"etc/keepalived/.hidden.conf":      file("hidden"),
		"etc/keepalived/exec.sh":           {Data: []byte("x"), Mode: 0o755},
		"etc/keepalived/conf.d/1.conf":     file("include sub/*.conf\npwd ${_PWD}"),
		"etc/keepalived/conf.d/sub/2.cf":   file("no"),
		"etc/keepalived/conf.d/sub/2.conf": file("two"),
		"etc/keepalived/loop.conf":         file("l\ninclude loop2.conf"),
		"etc/keepalived/loop2.conf":        file("include loop.conf"),
		"etc/keepalived/open.conf":         file("x {"),
		"srv/abs.conf":                     file("abs"),
	}
	tests := []struct{ name, src, want string }{
		{"file", "include a.conf\nz", "a.conf:1:1 a\n2:1 z\n"},
		{"absolute", "include /srv/abs.conf", "/srv/abs.conf:1:1 abs\n"},
		{"parent directory", "include ../../srv/abs.conf", "../../srv/abs.conf:1:1 abs\n"},
		{"glob, sorted, without hidden files", "include [a-k]*.conf\n", "a.conf:1:1 a\nb.conf:1:1 b\n"},
		{"cycle", "include loop.conf\n", "loop.conf:1:1 l\n1:1 warning: loop.conf is left out: it is being read already, so it includes itself\n"},
		{"character class", "include [\\!b-z].conf", "a.conf:1:1 a\n"},
		{"braces", "include {b,a}.conf", "b.conf:1:1 b\na.conf:1:1 a\n"},
		{"relative to the including file", "include conf.d/*.conf", "conf.d/sub/2.conf:1:1 two\nconf.d/1.conf:2:1 pwd /etc/keepalived/conf.d\n"},
		{"inside a block, behind a brace", "g { include a.conf\n}", "1:1 g\n1:3 {\na.conf:1:1 a\n2:1 }\n"},
		{"a block may go on behind it", "include open.conf\n}", "open.conf:1:1 x\nopen.conf:1:3 {\n2:1 }\n"},
		{"missing file", "include no.conf", "1:1 warning: no.conf matches no file\n"},
		{"missing file, strict", "includem no.conf", "1:1 error: no.conf matches no file\n"},
		{"nothing matches", "include no*.conf", ""},
		{"nothing matches, strict", "includew no*.conf", "1:1 error: no*.conf matches no file\n"},
		{"an alternative is missing, strict", "includeb {a,no}.conf", "a.conf:1:1 a\n1:1 error: no.conf matches no file\n"},
		{"executable", "include exec.sh", "1:1 warning: exec.sh is left out: it is executable, and keepalived refuses those (chmod -x)\n"},
		{"executable, strict", "includer exec.sh", "1:1 error: exec.sh is left out: it is executable, and keepalived refuses those (chmod -x)\n"},
		{"directory", "includea conf.d", "1:1 error: conf.d is left out: it is not a regular file\n"},
		{"no name", "include", "1:1 error: include needs a file name or pattern\n"},
		{"quoted", `include "a.conf"`, "a.conf:1:1 a\n1:1 warning: keepalived takes the quotes for a part of the file name\n"},
		{"another word", "includes a.conf", "1:1 includes a.conf\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, logicalLines(tt.src, files)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.src, diff)
			}
		})
	}

	t.Run("include_check counts from there to the end of the file", func(t *testing.T) {
		files["etc/keepalived/check.conf"] = file("global_defs {\n include_check -match +wildcard_match\n}\ninclude no*.conf\ninclude no.conf\n")
		_, ds := Parse("k.conf", []byte("include check.conf\ninclude no*.conf\nglobal_defs {\n include_check\n}\ninclude no.conf"), hermetic(files))
		want := "check.conf:4:1: error: no*.conf matches no file [include]\n" +
			"check.conf:5:1: warning: no.conf matches no file [include]\n" +
			"k.conf:6:1: error: no.conf matches no file [include]\n"
		var got strings.Builder
		for _, d := range ds {
			fmt.Fprintln(&got, d)
		}
		var lines []string
		for l := range strings.Lines(got.String()) {
			lines = append(lines, l)
		}
		if len(lines) != 3 || !strings.Contains(want, lines[0]) || !strings.Contains(want, lines[1]) || !strings.Contains(want, lines[2]) {
			t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
		}
	})
}

// TestLimits runs input that would otherwise never end, or fill all memory.
func TestLimits(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"sequence", "~SEQ(i, 1000000000) a", "grows beyond"},
		{"sequences in sequences", "~SEQ(i, 100000) ~SEQ(j, 100000) ~SEQ(k, 100000) a", "grows beyond"},
		{"definition in itself", "$A=b \\\n$A\n$A", "nested more than"},
		{"definitions that double", "$A=xxxxxxxxxx\n~SEQ(i, 50) $A=${A}${A}\na $A", "does not come to an end"},
		{"one line of braces", strings.Repeat("{", 1<<20), "grows beyond"},
		{"alternatives", "include " + strings.Repeat("{a,b}", 30), "matches no file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ds := Parse("k.conf", []byte(tt.src), hermetic(fstest.MapFS{}))
			if !strings.Contains(ds.Render(), tt.want) {
				t.Errorf("want %q, got:\n%.2000s", tt.want, ds.Render())
			}
			if len(ds) > maxFindings+1 {
				t.Errorf("%d findings", len(ds))
			}
		})
	}
}
