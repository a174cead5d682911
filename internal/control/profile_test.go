package control

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Profiles are for those who may write to the socket, and only if it is said.
func TestProfile(t *testing.T) {
	for _, tc := range []struct {
		profile, trusted bool
		status           int
	}{{false, true, http.StatusNotFound}, {true, false, http.StatusNotFound}, {true, true, http.StatusOK}} {
		s := server()
		s.Profile = tc.profile
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap?debug=1", "/debug/pprof/cmdline", "/debug/pprof/symbol"} {
			w := httptest.NewRecorder()
			s.handler(tc.trusted).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
			if w.Code != tc.status {
				t.Errorf("%s, --pprof %v, on the socket %v: %d, want %d", path, tc.profile, tc.trusted, w.Code, tc.status)
			}
		}
	}
	s := server()
	s.Profile = true
	w := httptest.NewRecorder()
	s.handler(true).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/pprof/heap?debug=1", http.NoBody))
	if !strings.HasPrefix(w.Body.String(), "heap profile:") {
		t.Errorf("%.100s", w.Body)
	}
}
