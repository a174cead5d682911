package proconn

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// A program's life as the kernel tells it: taken from a little-endian machine.
func TestDecode(t *testing.T) {
	if b := subscription(); b[0] == 0 {
		t.Skip("needs a little-endian machine")
	}
	header := "0300000000000000" + "00000000" + // NLMSG_DONE, sequence and port 0
		"0100000001000000" + "0000000000000000" + "2800" + "0000" // connector
	message := func(what, data string) string {
		body := header + what + "00000000" + "1122334455667788" + data
		size := len(body)/2 + 4
		return hex.EncodeToString([]byte{byte(size), 0, 0, 0}) + body
	}
	fork := message("01000000", "0a0000000a0000000b0000000b000000")
	thread := message("01000000", "0a0000000a0000000c0000000a000000")
	execed := message("02000000", "0b0000000b00000000000000")
	named := message("00020000", "0b0000000b000000"+strings.Repeat("00", 16))
	exit := message("00000080", "0b0000000b0000000000000000000000")
	threadExit := message("00000080", "0c0000000a0000000000000000000000")
	events, ack := decode(unhex(t, fork+thread+execed+named+threadExit+exit), nil)
	want := []Event{{Fork, 11, 10}, {Exec, 11, 0}, {Rename, 11, 0}, {Exit, 11, 0}}
	if !slices.Equal(events, want) || ack != -1 {
		t.Errorf("got %+v, ack %d, want %+v", events, ack, want)
	}
	if _, ack := decode(unhex(t, message("00000000", "01000000")), nil); ack != 1 {
		t.Errorf("a refusal: ack %d", ack)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzDecode(f *testing.F) {
	f.Add(subscription())
	f.Fuzz(func(_ *testing.T, b []byte) { decode(b, nil) })
}

// TestListen: a child's birth and death are told, and the end of the context
// ends a Read.
func TestListen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, err := Listen(ctx)
	if err != nil {
		t.Skipf("needs the process connector, which containers have not: %v", err)
	}
	defer c.Close()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	var seen []Kind
	for !slices.Contains(seen, Exit) {
		events, err := c.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.PID == pid && (e.Kind != Fork || e.Parent == os.Getpid()) {
				seen = append(seen, e.Kind)
			}
		}
	}
	if want := []Kind{Fork, Exec, Exit}; !slices.Equal(slices.DeleteFunc(seen, func(k Kind) bool { return k == Rename }), want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	for {
		if _, err := c.Read(); err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error(err)
			}
			break
		}
	}
}
