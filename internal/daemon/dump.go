package daemon

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/internal/report"
	"github.com/vrrpkit/vrrpkit/internal/statefile"
)

// dumpKind is a file that keepalived writes when it gets a signal.
type dumpKind uint8

const (
	dumpData  dumpKind = iota // SIGUSR1: keepalived.data
	dumpStats                 // SIGUSR2: keepalived.stats
	dumpJSON                  // SIGRTMIN+2: keepalived.json
)

// file returns where a dump goes and what writes it.
func (k dumpKind) file(f *confparse.GlobalFiles, d *report.Dump) (name string, write func(io.Writer) error) {
	switch k {
	case dumpStats:
		return cmp.Or(f.StatsDump, filepath.Join(os.TempDir(), "keepalived.stats")), d.Stats
	case dumpJSON:
		return cmp.Or(f.JSON, filepath.Join(os.TempDir(), "keepalived.json")), d.JSON
	}
	return cmp.Or(f.StateDump, filepath.Join(os.TempDir(), "keepalived.data")), d.Data
}

// writeDumps writes what is asked for until kinds is closed or done is.
func writeDumps(kinds <-chan dumpKind, done <-chan struct{}, take func() *report.Dump, log *slog.Logger) {
	for {
		select {
		case <-done:
			return
		case k, ok := <-kinds:
			if !ok {
				return
			}
			d := take()
			name, write := k.file(&d.Config.Global.Files, d)
			logDump(name, write, log)
			if k == dumpData && len(d.Config.VirtualServers) > 0 {
				logDump(besides(name, "_check"), d.Check, log)
			}
		}
	}
}

func logDump(name string, write func(io.Writer) error, log *slog.Logger) {
	if err := writeDump(name, write); err != nil {
		log.Error("cannot write a dump", "err", err)
		return
	}
	log.Info("dumped", "file", name)
}

// besides puts a suffix before the last dot of a file's name, as keepalived does
// for the files of its processes.
func besides(name, suffix string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + suffix + ext
}

// writeDump writes a file that only its owner may read, so that a reader sees
// the old one or the new one. Whatever is at name, a link even, is replaced:
// the directory may be one that everybody writes to.
func writeDump(name string, write func(io.Writer) error) error {
	if err := statefile.Replace(name, func(f *os.File) error { return write(f) }); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
