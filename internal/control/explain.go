package control

import (
	"fmt"
	"net/http"

	"github.com/vrrpkit/vrrpkit/internal/report"
)

// explain says why instances, or the one named, are what they are.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) {
	name, status := r.PathValue("name"), s.Status()
	list := []report.Explanation{}
	for k := range status.Instances {
		e := status.Instances[k].Explain()
		if e.Name == name {
			answer(w, http.StatusOK, e)
			return
		}
		list = append(list, e)
	}
	if name != "" {
		refuse(w, http.StatusNotFound, "no_instance", fmt.Sprintf("there is no instance %q", name), "/v1/explain has all of them")
		return
	}
	answer(w, http.StatusOK, list)
}
