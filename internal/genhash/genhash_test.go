package genhash

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// genhash runs the command and returns what it printed.
func genhash(args ...string) (out, warnings string, err error) {
	var o, w bytes.Buffer
	cmd := Command()
	cmd.SetArgs(args)
	cmd.SetOut(&o)
	cmd.SetErr(&w)
	err = cmd.Execute()
	return o.String(), w.String(), err
}

func TestGenhash(t *testing.T) {
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, "hello\n")
		case "/host":
			name := ""
			if r.TLS != nil {
				name = r.TLS.ServerName
			}
			fmt.Fprint(w, r.Host, " ", name, " ", r.Proto)
		case "/missing":
			http.Error(w, "not here", http.StatusNotFound)
		case "/empty":
		case "/slow":
			time.Sleep(200 * time.Millisecond)
		}
	})
	plain, secure := httptest.NewServer(pages), httptest.NewTLSServer(pages)
	defer plain.Close()
	defer secure.Close()
	args := func(s *httptest.Server, more string) []string {
		host, port, _ := net.SplitHostPort(s.Listener.Addr().String())
		return append([]string{"-s", host, "-p", port}, strings.Fields(more)...)
	}
	sum := func(text string) string { return fmt.Sprintf("MD5SUM = %x\n", md5.Sum([]byte(text))) }
	for _, tt := range []struct {
		server  *httptest.Server
		args    string
		want    string
		warning string
		err     string
	}{
		{plain, "-u /", sum("hello\n"), "", ""},
		{plain, "-u /host -V www.example.com -P 1.1", sum("www.example.com  HTTP/1.1"), "", ""},
		{plain, "--url /host --use-virtualhost a --protocol 1.0c", sum("a  HTTP/1.0"), "", ""},
		{secure, "-S -u /host -V www.example.com", sum("www.example.com  HTTP/1.0"), "", ""},
		{secure, "-S -I -u /host -V www.example.com", sum("www.example.com www.example.com HTTP/1.0"), "", ""},
		{plain, "-u /missing", sum("not here\n"), "genhash: the answer's status is 404\n", ""},
		{plain, "-u /empty", "", "", "no digest: HTTP * has no body"},
		{plain, "-u /slow -t 0.05", "", "", "no digest: * timed out"},
		{plain, "-S -u /", "", "", "no digest: TLS with *"},
		{plain, "", "", "", `required flag(s) "url" not set`},
		{plain, "-u / -s localhost", "", "", `server "localhost" is not an IP address`},
		{plain, "-u / -P 2", "", "", `HTTP check of *: HTTP version "2": there are 1.0, 1.0C and 1.1`},
	} {
		out, warning, err := genhash(args(tt.server, tt.args)...)
		if out != tt.want || warning != tt.warning || !like(err, tt.err) {
			t.Errorf("%s: %q, %q, %v, want %q, %q, %s", tt.args, out, warning, err, tt.want, tt.warning, tt.err)
		}
	}

	out, _, err := genhash(args(plain, "-v -u /")...)
	for _, want := range []string{
		"-----------------------[ HTTP Header Buffer ]-----------------------\n00000000  48 54 54 50",
		"[ HTTP Header Ascii Buffer ]-----------------------\nHTTP/1.0 200 OK\r\n", "|hello.|", sum("hello\n"), "Global response time for [/] = ",
	} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("-v: %v, no %q in\n%s", err, want, out)
		}
	}
}

// like compares, with a * in want standing for anything.
func like(err error, want string) bool {
	if err == nil || want == "" {
		return err == nil && want == ""
	}
	before, after, _ := strings.Cut(want, "*")
	return strings.HasPrefix(err.Error(), before) && strings.HasSuffix(err.Error(), after)
}
