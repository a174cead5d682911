package daemon

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/internal/netns"
)

// checkedBy has a server for each way to check one.
const checkedBy = `
track_file load {
    file %[1]s/load
}
virtual_server 192.0.2.90 80 {
    protocol TCP
    lb_algo wrr
    lb_kind NAT
    delay_loop 0.2
    warmup 0
    retry 1
    delay_before_retry 0.1
    connect_timeout 1
    real_server 10.0.0.31 80 {
        TCP_CHECK {
        }
    }
    real_server 10.0.0.32 80 {
        HTTP_GET {
            url {
                path /
                status_code 200
            }
        }
    }
    real_server 10.0.0.33 80 {
        SSL_GET {
            url {
                path /
                digest d8e8fca2dc0f896fd7cb4cb0031ba249
            }
        }
    }
    real_server 10.0.0.34 25 {
        SMTP_CHECK {
        }
    }
    real_server 10.0.0.35 53 {
        DNS_CHECK {
            type A
            name www.example
            retry 1
        }
    }
    real_server 10.0.0.36 80 {
        UDP_CHECK {
            require_reply
        }
    }
    real_server 10.0.0.37 80 {
        PING_CHECK {
        }
    }
    real_server 10.0.0.38 80 {
        MISC_CHECK {
            misc_path %[1]s/script
            misc_dynamic
            misc_timeout 5
            user root
        }
    }
    real_server 10.0.0.39 80 {
        FILE_CHECK {
            track_file load
            weight 1
        }
    }
}
`

// Each kind of check is asked, and what it finds is in the kernel's table.
func testChecks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("script", "#!/bin/sh\nexit $(cat "+dir+"/status)\n")
	var stop []func()
	serve := func() {
		for n := range 9 {
			output(t, "ip", "-n", "servers", "addr", "replace", fmt.Sprintf("10.0.0.%d/24", 31+n), "dev", "eth0")
		}
		stop = serveAll(t)
		write("status", "12")
		write("load", "5\n")
	}
	serve()
	p := startProgram(t, fmt.Sprintf(checkedBy, dir))
	var all strings.Builder
	all.WriteString("-A -t 192.0.2.90:80 -s wrr\n")
	for n, rest := range []string{"80 -m -w 1", "80 -m -w 1", "80 -m -w 1", "25 -m -w 1", "53 -m -w 1", "80 -m -w 1", "80 -m -w 1", "80 -m -w 10", "80 -m -w 6"} {
		fmt.Fprintf(&all, "-a -t 192.0.2.90:80 -r 10.0.0.%d:%s\n", 31+n, rest)
	}
	hasTable(t, "while all serve", all.String())
	for _, s := range stop {
		s()
	}
	output(t, "ip", "-n", "servers", "addr", "del", "10.0.0.37/24", "dev", "eth0")
	write("status", "1")
	write("load", "-2147483648\n")
	hasTable(t, "while none serves", "-A -t 192.0.2.90:80 -s wrr\n")
	serve()
	hasTable(t, "when all serve again", all.String())
	for _, s := range stop {
		s()
	}
	p.stop()
	hasTable(t, "at the end", "")
}

// serveAll starts the servers that are checked over the network.
func serveAll(t *testing.T) (stop []func()) {
	t.Helper()
	fd, err := unix.Open("/run/netns/servers", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	listen := func(address string) (l net.Listener) {
		t.Helper()
		if err := netns.Do(fd, func() (err error) { l, err = net.Listen("tcp4", address); return err }); err != nil {
			t.Fatal(err)
		}
		return l
	}
	// each has every connection talked to, until stop.
	each := func(l net.Listener, talk func(net.Conn)) {
		stop = append(stop, func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() { talk(c); c.Close() }()
			}
		}()
	}
	each(listen("10.0.0.31:80"), func(net.Conn) {})
	each(listen("10.0.0.34:25"), func(c net.Conn) {
		in := bufio.NewScanner(c)
		for _, line := range []string{"220 mx", "250 mx", "221 bye"} {
			fmt.Fprint(c, line+"\r\n")
			in.Scan()
		}
	})
	for address, start := range map[string]func(*httptest.Server){"10.0.0.32:80": (*httptest.Server).Start, "10.0.0.33:80": (*httptest.Server).StartTLS} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "test\n") }))
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of a check that ends as the server does
		s.Listener.Close()
		s.Listener = listen(address)
		start(s)
		stop = append(stop, s.Close)
	}
	for address, answer := range map[string]func([]byte){"10.0.0.35:53": func(b []byte) { b[2] |= 0x80 }, "10.0.0.36:80": func([]byte) {}} {
		var c net.PacketConn
		if err := netns.Do(fd, func() (err error) { c, err = net.ListenPacket("udp4", address); return err }); err != nil {
			t.Fatal(err)
		}
		stop = append(stop, func() { c.Close() })
		go func() {
			b := make([]byte, 1500)
			for {
				n, from, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				if n > 2 {
					answer(b)
				}
				_, _ = c.WriteTo(b[:n], from)
			}
		}()
	}
	return stop
}
