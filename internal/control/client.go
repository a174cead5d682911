package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// Client asks the daemon behind a socket.
type Client struct {
	path string
	http http.Client
}

// NewClient returns a client of the socket at path. Nothing is opened yet.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{path: path, http: http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Status returns how the daemon stands.
func (c *Client) Status(ctx context.Context) (*report.Status, error) {
	body, err := c.get(ctx, "/v1/status")
	if err != nil {
		return nil, err
	}
	defer body.Body.Close()
	var s report.Status
	if err := json.NewDecoder(body.Body).Decode(&s); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	return &s, nil
}

// Drain has an instance stand back, or ends that.
func (c *Client) Drain(ctx context.Context, instance string, on bool) error {
	return c.drain(ctx, "/v1/instances/"+url.PathEscape(instance), on)
}

// DrainServer gives a real server of a virtual server no new connections, or ends
// that. Names are those of the status.
func (c *Client) DrainServer(ctx context.Context, virtual, real string, on bool) error {
	return c.drain(ctx, "/v1/virtual_servers/"+url.PathEscape(virtual)+"/"+url.PathEscape(real), on)
}

func (c *Client) drain(ctx context.Context, path string, on bool) error {
	what := "/undrain"
	if on {
		what = "/drain"
	}
	body, err := c.do(ctx, http.MethodPost, path+what)
	if err == nil {
		err = body.Body.Close()
	}
	return err
}

// Events calls got for every transition that the daemon remembers, and then for
// every one that comes, until ctx or the daemon ends.
func (c *Client) Events(ctx context.Context, got func(*report.Event)) error {
	body, err := c.get(ctx, "/v1/events?history")
	if err != nil {
		return err
	}
	defer body.Body.Close()
	in := bufio.NewScanner(body.Body)
	for in.Scan() {
		data, ok := strings.CutPrefix(in.Text(), "data: ")
		if !ok {
			continue
		}
		var e report.Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fmt.Errorf("%s: %w", c.path, err)
		}
		got(&e)
	}
	if ctx.Err() != nil {
		return nil
	}
	return in.Err()
}

func (c *Client) get(ctx context.Context, path string) (*http.Response, error) {
	return c.do(ctx, http.MethodGet, path)
}

func (c *Client) do(ctx context.Context, method, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://keepalived"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("no daemon answers at %s: it does not run, or it was started with another pid file or control socket: say the same -p FILE or --control FILE here", c.path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: permission denied: ask as root, or as a member of the socket's group", c.path)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("the daemon behind %s does not answer in time: it hangs, or the machine is overloaded; its log may say more", c.path)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", c.path, err)
	case resp.StatusCode != http.StatusOK:
		defer resp.Body.Close()
		var refused refusal
		if json.NewDecoder(resp.Body).Decode(&refused) == nil && refused.Error.Message != "" {
			return nil, errors.New(refused.Error.Message)
		}
		return nil, fmt.Errorf("%s: %s", c.path, resp.Status)
	}
	return resp, nil
}
