//go:build linux

package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// idle waits until no frontend of the HAProxy behind a runtime socket has a
// session any more.
func idle(ctx context.Context, socket string) error {
	left := 0
	for {
		text, err := ask(ctx, socket, "show stat -1 1 -1") // the frontends of all proxies
		if late := net.Error(nil); left > 0 && errors.As(err, &late) && late.Timeout() {
			return fmt.Errorf("%d sessions are cut off", left) // the time was over while it was asked
		}
		if err != nil {
			return err
		}
		if left, err = sessions(text); left == 0 || err != nil {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%d sessions are cut off", left)
		}
	}
}

// sessions counts the sessions in HAProxy's statistics: column scur.
func sessions(stat string) (total int, err error) {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(strings.TrimSpace(stat), "# "))).ReadAll()
	if err != nil || len(rows) == 0 {
		return 0, fmt.Errorf("not HAProxy's statistics: %q", stat)
	}
	column := slices.Index(rows[0], "scur")
	if column < 0 {
		return 0, fmt.Errorf("not HAProxy's statistics: %q has no column scur", rows[0])
	}
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[column])
		if err != nil {
			return 0, fmt.Errorf("statistics: %w", err)
		}
		total += n
	}
	return total, nil
}

// ask asks a HAProxy something through its runtime socket.
func ask(ctx context.Context, socket, command string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(conn, command); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}
