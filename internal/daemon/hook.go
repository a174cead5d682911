package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/vrrpkit/vrrpkit/check"
	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/confparse/compose"
)

// runHook runs a startup_script or shutdown_script, and waits for its end or its
// timeout. How it ends is logged, and keeps nobody from starting or stopping.
func runHook(ctx context.Context, keyword string, g *confparse.Global, h *confparse.Hook, log *slog.Logger) {
	if h.Command == nil {
		return
	}
	s, err := check.NewScript(compose.Program(g, h.Command))
	if err != nil {
		log.Error(keyword+" cannot be run", "err", err)
		return
	}
	log.Info("Running "+keyword, "script", h.Command.Line)
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	begin := time.Now()
	if r := s.Check(ctx); r.OK {
		log.Info(keyword+" done", "duration", time.Since(begin))
	} else {
		log.Warn(keyword+" failed: "+r.Detail, "output", r.Output, "duration", time.Since(begin))
	}
}
