package ipvs

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// acknowledgement is the kernel's answer to a request, with an error or 0.
func acknowledgement(code int32) []byte {
	b := binary.NativeEndian.AppendUint32(nil, 36) // length
	b = binary.NativeEndian.AppendUint16(b, unix.NLMSG_ERROR)
	b = append(b, make([]byte, 10)...) // flags, sequence, port
	b = binary.NativeEndian.AppendUint32(b, uint32(code))
	return append(b, make([]byte, 16)...) // the request's header
}

func TestAcknowledged(t *testing.T) {
	other := acknowledgement(0)
	other[4] = unix.NLMSG_DONE
	for _, tt := range []struct {
		name string
		b    []byte
		want error
	}{
		{"done", acknowledgement(0), nil},
		{"refused", acknowledgement(-int32(unix.ESRCH)), unix.ESRCH},
		{"nothing", nil, unix.EBADMSG},
		{"cut short", acknowledgement(0)[:18], unix.EBADMSG},
		{"something else", other, unix.EBADMSG},
	} {
		if err := acknowledged(tt.b); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// FuzzAcknowledged has anything for the kernel's answer.
func FuzzAcknowledged(f *testing.F) {
	f.Add(acknowledgement(0))
	f.Add(acknowledgement(-int32(unix.ESRCH)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := acknowledged(b); err == nil && len(b) < 20 {
			t.Errorf("% x is taken for success", b)
		}
	})
}
