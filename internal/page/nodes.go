package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

const (
	// nodePatience is how long another node may take to answer, and nodeMemory
	// how long its answer is good for: several browsers ask it once.
	nodePatience = time.Second
	nodeMemory   = 2 * time.Second

	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 8 << 20
)

// Nodes asks other daemons how they stand, when somebody wants to know.
type Nodes struct {
	nodes []*node
}

type node struct {
	url    string
	client *http.Client

	mu   sync.Mutex // held while it is asked, so that it is asked once
	last report.View
}

// NewNodes returns those that listen at the given URLs, such as
// http://192.0.2.11:9650. A host and port alone will do.
func NewNodes(urls []string) (*Nodes, error) {
	client := &http.Client{Timeout: nodePatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var n Nodes
	var errs []error
	for _, text := range urls {
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		u, err := url.Parse(text)
		if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			err = errors.New("it has to be as http://HOST:PORT")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("peer %s: %w", text, err))
			continue
		}
		n.nodes = append(n.nodes, &node{url: strings.TrimSuffix(u.String(), "/"), client: client})
	}
	return &n, errors.Join(errs...)
}

// Ask returns the answers of all nodes, in their order.
func (n *Nodes) Ask(ctx context.Context) []report.View {
	views := make([]report.View, len(n.nodes))
	var wg sync.WaitGroup
	for i, node := range n.nodes {
		wg.Go(func() { views[i] = node.view(ctx) })
	}
	wg.Wait()
	return views
}

// view returns the node's last answer, or a new one.
func (n *node) view(ctx context.Context) report.View {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.last.At) < nodeMemory {
		return n.last
	}
	s, err := n.ask(ctx)
	n.last = report.View{Name: strings.TrimPrefix(strings.TrimPrefix(n.url, "http://"), "https://"), At: time.Now(), Status: s}
	switch {
	case err != nil:
		n.last.Error = "it does not answer: " + err.Error()
	case s.RouterID != "":
		n.last.Name = s.RouterID
	}
	return n.last
}

func (n *node) ask(ctx context.Context) (*report.Status, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/v1/status", nil)
	if err != nil {
		return nil, err
	}
	resp, err := n.client.Do(req)
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, fmt.Errorf("nothing came within %v", nodePatience)
	case err != nil:
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	var s report.Status
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&s); err != nil {
		return nil, fmt.Errorf("its answer is no status: %w", err)
	}
	return &s, nil
}
