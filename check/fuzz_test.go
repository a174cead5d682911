package check

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http/httputil"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// FuzzHTTP: an answer means the same in one piece and byte by byte, and the
// body's bytes are the ones that came.
func FuzzHTTP(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabcd", "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 204 x\n\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\na: b\r\n\r\nmore", "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n", "H",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
		"HTTP/1.0 200 OK\r\n\r\n{\"b\": {}, \"a\": [null]}",
	} {
		f.Add([]byte(s))
	}
	type outcome struct {
		a    answer
		head string
		body string
		err  bool
	}
	read := func(r io.Reader) outcome {
		var o outcome
		in := bufio.NewReader(r)
		a, err := readAnswer(in, func(b []byte) { o.head += string(b) })
		if err != nil {
			return outcome{err: true}
		}
		body, err := io.ReadAll(a.body(in))
		return outcome{a, o.head, string(body), err != nil}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, slow := read(bytes.NewReader(data)), read(iotest.OneByteReader(bytes.NewReader(data)))
		if whole != slow {
			t.Fatalf("%q\nwhole %+v\nslow  %+v", data, whole, slow)
		}
		if _, err := (JSONField{Path: "a.0"}).find(json.NewDecoder(strings.NewReader(whole.body))); err == nil && !strings.Contains(whole.body, "[") && !strings.Contains(whole.body, `"0"`) && !strings.Contains(whole.body, `\u`) {
			t.Fatalf("a field in %q", whole.body)
		}
		if !strings.HasPrefix(string(data), whole.head+whole.body) {
			t.Fatalf("%q: %+v", data, whole)
		}
		if whole.a.length >= 0 && int64(len(whole.body)) > whole.a.length {
			t.Fatalf("%q: %d bytes of %d", data, len(whole.body), whole.a.length)
		}
	})
}

// FuzzWritten: what people write in configurations is refused with an error, or
// means what it says.
func FuzzWritten(f *testing.F) {
	for _, s := range []string{
		"200", "200-299", "200 301-303", "99", "600", "300-200", "200-", "-", "+200", "2e2", "", // status ranges
		"41 42 4 5f", "4x x", "zz", // patterns
		"a$", "(?i)x|y$", "(a$)*", "(?=x)", `\1`, "a++", "$", "^$", // regular expressions
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if rs, err := ParseStatusRanges(s); err == nil {
			again, err := ParseStatusRanges(rs.String())
			if err != nil || !slices.Equal(rs, again) {
				t.Fatalf("%q is %v, which is %v, %v", s, rs, again, err)
			}
			for _, r := range rs {
				if !rs.accept(r.First) || !rs.accept(r.Last) || r.First < 100 || r.Last > 599 {
					t.Fatalf("%q: %v", s, r)
				}
			}
		}
		if p, err := ParsePattern(s); err == nil && (len(p.Value) != len(p.Mask) || !p.Match(append(p.Value, 'x'))) {
			t.Fatalf("%q: %+v", s, p)
		}
		if re, err := CompileRegex(s); (re == nil) != (err != nil) {
			t.Fatal(re, err)
		}
	})
}

// FuzzLines: replies of mail servers mean the same in one piece and byte by byte,
// and what is found in HAProxy's statistics is what was asked for.
func FuzzLines(f *testing.F) {
	const info = "Name: HAProxy\nStopping: 0\n\n"
	for _, s := range []string{
		"220 mx\r\n", "220\r\n", "220-a\r\n220-b\r\n220 c\r\n", "220-a\r\n221 b\r\n", "22 x\r\n", "2200\r\n", "250 x",
		info + "# pxname,svname,status,\nweb,FRONTEND,OPEN,\nweb,BACKEND,UP,\n\n", info + "# status,pxname,svname\n\"UP\n",
		info + "web,FRONTEND,OPEN\n\n", "Stopping: 1\nName: x\n\n", "Name \n\n \n",
	} {
		f.Add(s)
	}
	h := &HAProxy{HAProxyConfig{Proxy: "web"}}
	f.Fuzz(func(t *testing.T, data string) {
		code, text, err := readReply(bufio.NewReader(strings.NewReader(data)))
		c2, t2, err2 := readReply(bufio.NewReader(iotest.OneByteReader(strings.NewReader(data))))
		if code != c2 || text != t2 || (err == nil) != (err2 == nil) {
			t.Fatalf("%q: %d %q %v, then %d %q %v", data, code, text, err, c2, t2, err2)
		}
		if err == nil && (code < 100 || code > 999 || len(text) > 200) {
			t.Fatalf("%q: %d %q", data, code, text)
		}

		s, err := h.read(bufio.NewReader(strings.NewReader(data)))
		if err == nil && !strings.Contains(data, "Name:") {
			t.Fatalf("%q is not HAProxy", data)
		}
		for _, r := range s.rows {
			if r.proxy != "web" || r.server != "FRONTEND" && r.server != "BACKEND" || !strings.Contains(data, r.server) {
				t.Fatalf("%q: %+v", data, r)
			}
		}
	})
}

// FuzzPackets: only answers to our question count, and no answer of a health
// service is too strange.
func FuzzPackets(f *testing.F) {
	for _, s := range []string{
		"\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00", "\x12\x34\x01\x83",
		"\x00\x00\x00\x00\x02\x08\x01", "\x00\x00\x00\x00\x03\x12\xff\x01",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		code, ok := dnsAnswer(packet, 0x1234)
		if ok && (packet[0] != 0x12 || packet[1] != 0x34 || packet[2]&0x80 == 0 || int(code) != int(packet[3]&15)) {
			t.Fatalf("% x: %v", packet, code)
		}
		if state, err := parseHealth(packet); err == nil && (state.String() == "" || packet[0] != 0) {
			t.Fatalf("% x: %v", packet, state)
		}
	})
}

// TestChunks: a body in chunks is read as it came, up to its end.
func TestChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		var wire bytes.Buffer
		w := httputil.NewChunkedWriter(&wire)
		for part := range slices.Chunk(data, rapid.IntRange(1, 100).Draw(t, "size")) {
			_, _ = w.Write(part)
		}
		_ = w.Close()
		wire.WriteString("\r\n")
		want := wire.String()
		wire.WriteString("next")
		got, err := io.ReadAll(&chunks{r: bufio.NewReaderSize(&wire, 16)})
		if err != nil || string(got) != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
	})
}

// TestFailure: what errors are called.
func TestFailure(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx  context.Context
		err  error
		want string
	}{
		{t.Context(), io.EOF, "closed, x: closed by the server"},
		{t.Context(), errors.New("odd"), "failed, x: odd"},
		{canceled, errors.New("odd"), "cancelled, x: cancelled"},
	} {
		r := failure(tt.ctx, "x", tt.err)
		if got := string(r.Reason) + ", " + r.Detail; got != tt.want || r.OK || r.ExitCode != -1 {
			t.Errorf("%+v, want %s", r, tt.want)
		}
	}
}
