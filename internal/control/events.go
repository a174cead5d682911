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

	// clientBuffer is how far a client may fall behind before it is cut off.
	clientBuffer = 64
)

// hub hands transitions to clients. A slow client harms nobody.
type hub struct {
	mu      sync.Mutex
	history []report.Event
	clients map[chan report.Event]bool
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
	return slices.Clone(h.history), c
}

// past returns what has been.
func (h *hub) past() []report.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.history)
}

func (h *hub) unsubscribe(c chan report.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// events streams transitions as server-sent events; with ?history, those that
// are remembered come first.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	history, events := s.hub.subscribe()
	defer s.hub.unsubscribe(events)
	w.Header().Set("Content-Type", "text/event-stream")
	text := ": transitions\n\n"
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
	return fmt.Sprintf("event: transition\nid: %s %s %d\ndata: %s\n\n", e.Type, e.Name, e.Seq, data)
}
