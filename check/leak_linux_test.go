package check_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/vrrpkit/vrrpkit/check"
)

// fullPort is a port whose queue is full: connecting to it takes forever.
func fullPort(t *testing.T) netip.AddrPort {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(sa.(*unix.SockaddrInet4).Port))
	for {
		c, err := net.DialTimeout("tcp", addr.String(), 50*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { c.Close() })
	}
}

// TestLeavesNothing: of a check that has ended no goroutine and no descriptor is
// left, whatever the server does.
func TestLeavesNothing(t *testing.T) {
	files, err := check.TLSFiles{}.Config()
	if err != nil {
		t.Fatal(err)
	}
	silent, full := serve(t, saysNothing), fullPort(t)
	for _, tt := range []struct {
		name    string
		checker func(check.Target) (check.Checker, error)
	}{
		{"TCP", func(t check.Target) (check.Checker, error) { return check.NewTCP(check.TCPConfig{Target: t}) }},
		{"HTTP", func(t check.Target) (check.Checker, error) {
			return check.NewHTTP(check.HTTPConfig{Target: t, URLs: []check.URL{{}}})
		}},
		{"HTTPS", func(t check.Target) (check.Checker, error) {
			return check.NewHTTP(check.HTTPConfig{Target: t, URLs: []check.URL{{}}, TLS: files, CloseNotify: true})
		}},
		{"SMTP", func(t check.Target) (check.Checker, error) { return check.NewSMTP(check.SMTPConfig{Target: t}) }},
		{"gRPC", func(t check.Target) (check.Checker, error) { return check.NewGRPC(check.GRPCConfig{Target: t}) }},
		{"gRPC over TLS", func(t check.Target) (check.Checker, error) {
			return check.NewGRPC(check.GRPCConfig{Target: t, TLS: files})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := measure(t)
			for _, addr := range []netip.AddrPort{silent, full} {
				c, err := tt.checker(target(addr))
				if err != nil {
					t.Fatal(err)
				}
				for range 20 {
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
					c.Check(ctx)
					cancel()
				}
			}
			var after usage
			for range 100 {
				time.Sleep(10 * time.Millisecond) // the server's part
				if after = measure(t); after.descriptors < before.descriptors+10 && after.goroutines < before.goroutines+10 {
					return
				}
			}
			t.Errorf("before %v, after %v", before, after)
		})
	}
}
