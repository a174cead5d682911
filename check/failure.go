package check

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"unicode"
)

// The reasons of network checks.
const (
	ReasonRefused     Reason = "refused"     // nobody listens there
	ReasonUnreachable Reason = "unreachable" // no way there: no route, no neighbour, interface down
	ReasonReset       Reason = "reset"       // the connection was cut
	ReasonClosed      Reason = "closed"      // the connection was closed before the answer was complete
	ReasonTLS         Reason = "tls"         // no TLS connection: an alert, or a certificate that is not trusted
	ReasonProtocol    Reason = "protocol"    // the answer is not of the protocol
	ReasonStatus      Reason = "status"      // the answer has a code that is not accepted
	ReasonDigest      Reason = "digest"      // the answer's body has another digest
	ReasonContent     Reason = "content"     // the answer's content is not what it should be

	// ReasonLocal is no verdict on the other side: the check could not be made
	// here. Descriptors are used up, the source address is not there, a mark
	// takes privileges. A Runner leaves the state as it is.
	ReasonLocal Reason = "local"
)

func success(detail string) Result {
	return Result{OK: true, Reason: ReasonOK, Detail: detail, ExitCode: -1}
}

func failed(reason Reason, format string, args ...any) Result {
	return Result{Reason: reason, Detail: fmt.Sprintf(format, args...), ExitCode: -1}
}

// printable is what a server says, fit for terminals and logs: of one line, and
// not long.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s[:min(len(s), 200)])
}

// failure is the result of an error while talking.
func failure(ctx context.Context, what string, err error) Result {
	return result(ctx, what, err, ReasonFailed)
}

// noAnswer is the result of an error while looking at this machine.
func noAnswer(err error) Result {
	if exhausted(err) != nil {
		return failed(ReasonLocal, "%v", err)
	}
	return failed(ReasonFailed, "%v", err)
}

// exhausted returns err if it says that this machine has no descriptors or no
// memory left, otherwise nil.
func exhausted(err error) error {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM) {
		return err
	}
	return nil
}

// connectFailure is the result of an error while connecting. What is not known
// to come from the other side comes from ours.
func connectFailure(ctx context.Context, what string, err error) Result {
	return result(ctx, what, err, ReasonLocal)
}

func result(ctx context.Context, what string, err error, unknown Reason) Result {
	var timeout net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return failed(ReasonCanceled, "%s: cancelled", what)
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return failed(ReasonTimeout, "%s: timed out", what)
	}
	return failed(reasonOf(err, unknown), "%s: %s", what, describe(err))
}

func reasonOf(err error, unknown Reason) Reason {
	is := func(targets ...error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
	var (
		op        *net.OpError
		notTLS    tls.RecordHeaderError
		untrusted *tls.CertificateVerificationError
	)
	call, _ := errors.AsType[*os.SyscallError](err)
	switch {
	case call != nil && call.Syscall == "socket":
		return ReasonLocal
	case call != nil && call.Syscall == "connect" && is(syscall.EACCES, syscall.ENOPROTOOPT, syscall.EPROTO):
		// ICMP has told that a filter is on the way, or no such protocol there;
		// or a route prohibits.
		return ReasonUnreachable
	case is(syscall.ECONNREFUSED, syscall.ENOENT): // the latter of a Unix socket
		return ReasonRefused
	case is(syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN):
		return ReasonUnreachable
	case is(syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE):
		return ReasonReset
	case is(io.EOF, io.ErrUnexpectedEOF):
		return ReasonClosed
	case errors.As(err, &op) && op.Op == "remote error", // an alert
		errors.As(err, &notTLS), errors.As(err, &untrusted):
		return ReasonTLS
	}
	return unknown
}

// describe leaves out what net puts before the cause.
func describe(err error) string {
	var call *os.SyscallError
	var op *net.OpError
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return path.Op + ": " + path.Err.Error()
	case errors.As(err, &call):
		var errno syscall.Errno
		if call.Syscall == "connect" && errors.As(call, &errno) {
			return errno.Error()
		}
		return call.Error()
	case errors.As(err, &op):
		return op.Err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed by the server"
	}
	return err.Error()
}
