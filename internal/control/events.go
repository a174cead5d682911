package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

const (
	// historySize is how many transitions are remembered.
	historySize = 256

	// incidentsSize is how many incidents are: they may be many, and must not
	// push the transitions out.
	incidentsSize = 64

	// clientBuffer is how far a client may fall behind before it is cut off.
	clientBuffer = 64
)

// hub hands transitions and incidents to clients. A slow client harms nobody.
type hub struct {
	mu        sync.Mutex
	history   []report.Event
	incidents []report.Event
	clients   map[chan report.Event]bool
}

func (h *hub) publish(e report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.history) == historySize {
		h.history = slices.Delete(h.history, 0, historySize/4)
	}
	h.history = append(h.history, e)
	for c := range h.clients {
		select {
		case c <- e:
		default:
			delete(h.clients, c)
			close(c)
		}
	}
}

// publishIncident hands an incident to the clients that keep up. Those of the
// same kind in a row are remembered as one.
func (h *hub) publishIncident(e report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.incidents); n > 0 && h.incidents[n-1].SameIncident(&e) {
		e.Count += h.incidents[n-1].Count
		h.incidents = h.incidents[:n-1]
	}
	if len(h.incidents) == incidentsSize {
		h.incidents = slices.Delete(h.incidents, 0, incidentsSize/4)
	}
	h.incidents = append(h.incidents, e)
	for c := range h.clients {
		select {
		case c <- e:
		default: // the next one has the count
		}
	}
}

// subscribe returns what has been, and a channel of what comes. The channel is
// closed when its reader is too slow.
func (h *hub) subscribe() (history []report.Event, c chan report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients == nil {
		h.clients = map[chan report.Event]bool{}
	}
	c = make(chan report.Event, clientBuffer)
	h.clients[c] = true
	return h.merged(), c
}

// past returns what has been.
func (h *hub) past() []report.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.merged()
}

// merged returns transitions and incidents by their time.
func (h *hub) merged() []report.Event {
	all := slices.Concat(h.history, h.incidents)
	slices.SortStableFunc(all, func(a, b report.Event) int { return a.At.Compare(b.At) })
	return all
}

func (h *hub) unsubscribe(c chan report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// events streams transitions and incidents as server-sent events; with ?history, those that
// are remembered come first.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	history, events := s.hub.subscribe()
	defer s.hub.unsubscribe(events)
	w.Header().Set("Content-Type", "text/event-stream")
	text := ": transitions and incidents\n\n"
	if r.URL.Query().Has("history") {
		for _, e := range history {
			text += stream(&e)
		}
	}
	out := http.NewResponseController(w)
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	for {
		_ = out.SetWriteDeadline(time.Now().Add(patience))
		if _, err := fmt.Fprint(w, text); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			text = stream(&e)
		case <-alive.C:
			text = ": alive\n\n"
		}
	}
}

// stream returns the event as a server-sent event.
func stream(e *report.Event) string {
	data, err := json.Marshal(e)
	if err != nil { // it has no field that cannot be marshalled
		return ""
	}
	kind := "transition"
	if e.Type == report.TypeIncident {
		kind = "incident"
	}
	return fmt.Sprintf("event: %s\nid: %s %s %d\ndata: %s\n\n", kind, e.Type, e.Name, e.Seq, data)
}
