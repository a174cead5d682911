package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ReloadRequest asks for the configuration to be read again.
type ReloadRequest struct {
	PlanOnly bool          // say what would change, and change nothing
	Confirm  time.Duration // go back after so long, unless Confirm comes; 0: do not
}

// ReloadAnswer is what came of it.
type ReloadAnswer struct {
	Applied      bool            `json:"applied"`
	Findings     string          `json:"findings,omitempty"` // about the file, as text
	Text         string          `json:"text"`               // the plan, as text
	Plan         json.RawMessage `json:"plan"`
	ConfirmUntil time.Time       `json:"confirm_until,omitzero"` // when it is undone, if nobody confirms
	Trouble      string          `json:"trouble,omitempty"`      // what the kernel has refused so far
}

// reload answers POST /v1/reload, with ?plan or ?confirm=60s.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	req := ReloadRequest{PlanOnly: query.Has("plan")}
	if text := query.Get("confirm"); text != "" {
		var err error
		if req.Confirm, err = time.ParseDuration(text); err != nil || req.Confirm <= 0 {
			refuse(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("confirm=%s is no time to wait", text), "60s is one")
			return
		}
	}
	a, err := s.Reload(req)
	if err != nil {
		refuse(w, http.StatusConflict, "refused", err.Error(), "the running configuration stays")
		return
	}
	answer(w, http.StatusOK, a)
}

// confirm answers POST /v1/confirm.
func (s *Server) confirm(w http.ResponseWriter, _ *http.Request) {
	if err := s.Confirm(); err != nil {
		refuse(w, http.StatusConflict, "refused", err.Error(), "")
		return
	}
	answer(w, http.StatusOK, struct{}{})
}

// Reload has the daemon read its configuration again. An error says why the
// running one stays.
func (c *Client) Reload(ctx context.Context, req ReloadRequest) (*ReloadAnswer, error) {
	query := url.Values{}
	if req.PlanOnly {
		query.Set("plan", "")
	}
	if req.Confirm > 0 {
		query.Set("confirm", req.Confirm.String())
	}
	resp, err := c.do(ctx, http.MethodPost, "/v1/reload?"+query.Encode())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var a ReloadAnswer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	return &a, nil
}

// Confirm keeps a reload that waits for it.
func (c *Client) Confirm(ctx context.Context) error {
	resp, err := c.do(ctx, http.MethodPost, "/v1/confirm")
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}
