package check_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/internal/netlab"
)

// TestGenhash compares digests with those of keepalived's genhash.
func TestGenhash(t *testing.T) {
	netlab.Require(t, netlab.Keepalived)
	const (
		ok     = "HTTP/1.0 200 OK\r\n"
		chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	)
	big := strings.Repeat("0123456789abcdef", 100000)
	for _, tt := range []struct{ name, answer, digested string }{
		{"until the end", ok + "\r\nhello\n", "hello\n"},
		{"with a length", ok + "Content-Length: 6\r\n\r\nhello\n", "hello\n"},
		{"no body", ok + "\r\n", ""},
		{"length 0", ok + "Content-Length: 0\r\n\r\n", ""},
		{"more than the length", ok + "Content-Length: 5\r\n\r\nhello, and more", "hello"},
		{"less than the length", ok + "Content-Length: 50\r\n\r\nhello", "hello"},
		{"length not a number", ok + "Content-Length: many\r\n\r\nhello", "hello"},
		{"404", "HTTP/1.0 404 Not Found\r\n\r\nno such page", "no such page"},
		{"500", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", "oops"},
		{"redirect", "HTTP/1.0 301 Moved\r\nLocation: /x\r\n\r\nover there", "over there"},
		{"one byte", ok + "\r\nx", "x"},
		{"binary", ok + "\r\n\x00\xff\x00\r\n\r\n\x80", "\x00\xff\x00\r\n\r\n\x80"},
		{"an empty line first", ok + "\r\n\r\n\r\nhello", "\r\n\r\nhello"},
		{"gzip", ok + "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00", "\x1f\x8b\x08\x00\x00\x00"},
		{"4 KiB", ok + "\r\n" + big[:4096], big[:4096]},
		{"4 KiB with the header", ok + "\r\n" + big[:4096-len(ok)-2], big[:4096-len(ok)-2]},
		{"1.6 MB", ok + "\r\n" + big, big},
		{"1.6 MB with a length", ok + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(big)) + big, big},
		{"long header", ok + "X: " + big[:3900] + "\r\n\r\nhello", "hello"},
		{"UTF-8", ok + "Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße\n", "Grüße\n"},
		// The digest is one of bytes on the wire: sizes and line ends count, so that
		// the same page in other chunks has another digest.
		{"chunks", chunks + "6\r\nhello\n\r\n0\r\n\r\n", "6\r\nhello\n\r\n0\r\n\r\n"},
		{"other chunks", chunks + "1\r\nh\r\n5;x=y\r\nello\n\r\n0\r\nX: y\r\n\r\n", "1\r\nh\r\n5;x=y\r\nello\n\r\n0\r\nX: y\r\n\r\n"},
		{"chunks that are none", chunks + "hello\n", "hello\n"},
	} {
		addr := serve(t, answers(tt.answer))
		out, err := exec.Command("keepalived", "--genhash", "-s", addr.Addr().String(), "-p", fmt.Sprint(addr.Port()), "-u", "/").Output()
		if err != nil {
			t.Fatalf("genhash: %v", err)
		}
		theirs := strings.TrimSpace(string(out))
		h, err := check.NewHTTP(check.HTTPConfig{Target: target(addr), URLs: []check.URL{{}}})
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		page, r := h.Fetch(t.Context(), &body)
		if !r.OK {
			t.Errorf("%s: %+v", tt.name, r)
		}
		if want := fmt.Sprintf("%x", md5.Sum([]byte(tt.digested))); fmt.Sprintf("%x", page.Digest) != want || theirs != want {
			t.Errorf("%s: digest %x, genhash %s, want %s", tt.name, page.Digest, theirs, want)
		}
		if body.String() != tt.digested || page.Length != int64(len(tt.digested)) || string(page.Header)+tt.digested != tt.answer[:len(page.Header)+len(tt.digested)] {
			t.Errorf("%s: header %q, %d bytes", tt.name, page.Header, page.Length)
		}
	}
}

// TestFetchFails: what cannot be fetched has no digest, and says so.
func TestFetchFails(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for _, tt := range []struct {
		addr check.Target
		want check.Reason
	}{
		{target(closedPort(t)), check.ReasonRefused},
		{target(serve(t, says("SSH-2.0-OpenSSH\r\n"))), check.ReasonProtocol},
		{target(serve(t, after("HTTP/1.0 200 OK\r\n\r\nbegun", resets))), check.ReasonReset},
		{target(serve(t, saysNothing)), check.ReasonTimeout},
	} {
		h, err := check.NewHTTP(check.HTTPConfig{Target: tt.addr, URLs: []check.URL{{}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, r := h.Fetch(ctx, nil); r.OK || r.Reason != tt.want {
			t.Errorf("%+v, want reason %q", r, tt.want)
		}
	}
}
