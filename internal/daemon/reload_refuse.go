package daemon

import (
	"fmt"
	"os"
	"time"

	"github.com/vrrpkit/vrrpkit/confparse"
)

// refuse notes and logs that the running configuration stays, and has whoever
// asked hear it.
func (r *reloader) refuse(diags confparse.Diagnostics, err error) error {
	r.note(fileHash(r.o), because(diags, err))
	r.log.Error("the running configuration stays as it is", "err", err)
	return fmt.Errorf("%w\nthe running configuration stays as it is", withFindings(diags, err))
}

// because returns the first mistake in place of an error that points at them all,
// for those who do not see these.
func because(diags confparse.Diagnostics, err error) error {
	var mistakes []confparse.Diagnostic
	for _, d := range diags {
		if d.Severity == confparse.Error {
			mistakes = append(mistakes, d)
		}
	}
	switch len(mistakes) {
	case 0:
		return err
	case 1:
		return fmt.Errorf("%v: %s", mistakes[0].Pos, mistakes[0].Message)
	}
	return fmt.Errorf("%v: %s (and %d more)", mistakes[0].Pos, mistakes[0].Message, len(mistakes)-1)
}

// note has the status say why what was read last, of that hash, is not in use.
func (r *reloader) note(hash uint64, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status.Tried, r.status.Error, r.status.Undone, r.failed = time.Now(), why.Error(), false, hash
}

func withFindings(diags confparse.Diagnostics, err error) error {
	return fmt.Errorf("%s%w", diags.ErrorsFirst().Render(), err)
}

// writeFindings does so where reload_check_config wants them.
func (r *reloader) writeFindings(settings *confparse.Reload, diags confparse.Diagnostics, why error) {
	if settings.CheckLog == "" || settings.CheckLog == os.DevNull {
		return
	}
	if err := os.WriteFile(settings.CheckLog, fmt.Appendf(nil, "%s%v\n", diags.Render(), why), 0o600); err != nil {
		r.log.Warn("reload_check_config: findings cannot be written", "err", err)
		return
	}
	r.log.Error("New config failed validation, see " + settings.CheckLog + " for details")
}
