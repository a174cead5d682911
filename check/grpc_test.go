package check_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
)

// grpcServer is an HTTP/2 server without gRPC.
func grpcServer(t *testing.T, secure *tls.Config, h http.HandlerFunc) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	protocols.SetHTTP2(true)
	s := &http.Server{Handler: h, Protocols: protocols, TLSConfig: secure}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if secure != nil {
			_ = s.ServeTLS(l, "", "")
		} else {
			_ = s.Serve(l)
		}
	}()
	t.Cleanup(func() {
		s.Close()
		<-done
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// health answers with a message, and a gRPC status in the trailer.
func health(message, status string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		frame, _ := io.ReadAll(r.Body)
		// A HealthCheckRequest for "web", in its frame.
		if r.ProtoMajor != 2 || r.URL.Path != "/grpc.health.v1.Health/Check" || r.Header.Get("Content-Type") != "application/grpc" ||
			r.Header.Get("Te") != "trailers" || hex.EncodeToString(frame) != "00000000050a03776562" {
			w.Header().Set("Grpc-Status", "3")
			w.Header().Set("Grpc-Message", r.Proto+" "+hex.EncodeToString(frame))
			return
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		b, _ := hex.DecodeString(message)
		_, _ = w.Write(b)
		w.Header().Set("Grpc-Status", status)
	}
}

func TestGRPC(t *testing.T) {
	cert := certificate(t, time.Now().Add(time.Hour), "www.example")
	files, err := check.TLSFiles{}.Config()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		addr   netip.AddrPort
		tls    *tls.Config
		want   check.Reason
		detail string
	}{
		{"serving", grpcServer(t, nil, health("00000000020801", "0")), nil, check.ReasonOK, " web: SERVING"},
		{"serving, with fields that are not known", grpcServer(t, nil, health("000000000b"+"1202ffff"+"1d01020304"+"0801", "0")), nil, check.ReasonOK, " web: SERVING"},
		{"not serving", grpcServer(t, nil, health("00000000020802", "0")), nil, check.ReasonContent, " web: NOT_SERVING"},
		{"unknown, which is the default", grpcServer(t, nil, health("0000000000", "0")), nil, check.ReasonContent, " web: UNKNOWN"},
		{"short frame", grpcServer(t, nil, health("00000000030801", "0")), nil, check.ReasonProtocol, " web: the answer is not one of a health service"},
		{"no such service", grpcServer(t, nil, health("", "5")), nil, check.ReasonStatus, " web: the server does not know the service"},
		{"no health service", grpcServer(t, nil, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Grpc-Status", "12") }), nil, check.ReasonStatus, " web: the server has no health service"},
		{"overloaded", grpcServer(t, nil, health("", "8")), nil, check.ReasonStatus, " web: gRPC status 8 "},
		{"a web server", grpcServer(t, nil, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }), nil, check.ReasonProtocol, " web: the answer is not gRPC"},
		{"404", grpcServer(t, nil, http.NotFound), nil, check.ReasonStatus, " web: HTTP status 404"},
		{"endless answer", grpcServer(t, nil, func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, "xxxxxxxxxxxxxxxxxxxxxx"); err != nil {
					return
				}
			}
		}), nil, check.ReasonProtocol, " web: the answer is not gRPC"},
		{"TLS", grpcServer(t, &tls.Config{Certificates: []tls.Certificate{cert}}, health("00000000020801", "0")), files, check.ReasonOK, " web: SERVING"},
		{"TLS, not trusted", grpcServer(t, &tls.Config{Certificates: []tls.Certificate{cert}}, health("00000000020801", "0")), &tls.Config{RootCAs: x509.NewCertPool()}, check.ReasonTLS, ""},
		{"says nothing", serve(t, saysNothing), nil, check.ReasonTimeout, " web: timed out"},
		{"nobody listens", closedPort(t), nil, check.ReasonRefused, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := check.NewGRPC(check.GRPCConfig{Target: target(tt.addr), Service: "web", Host: "www.example", TLS: tt.tls})
			if err != nil {
				t.Fatal(err)
			}
			r := checkWithin(t, c, time.Second)
			if r.Reason != tt.want || r.OK != (tt.want == check.ReasonOK) || tt.detail != "" && r.Detail != "gRPC "+tt.addr.String()+tt.detail {
				t.Errorf("%+v", r)
			}
		})
	}
}
