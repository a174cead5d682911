package netlab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// Daemon is a keepalived running on a host. Stop, from [Proc], ends it
// gracefully; for a crash see [Host.Crash], which gives it no time for a
// farewell, as killing its processes one by one would.
type Daemon struct {
	*Proc
	// Dir is its private directory: keepalived.conf, pid files, TMPDIR.
	Dir string
}

// Keepalived starts Debian's keepalived with a configuration. Needs [Keepalived].
func (h *Host) Keepalived(conf string) *Daemon {
	t := h.lab.t
	t.Helper()
	Require(t, Keepalived)
	dir := h.dir("keepalived")
	k := &Daemon{Dir: dir}
	k.write(h, conf)
	in := func(name string) string { return filepath.Join(dir, name) }
	cmd := exec.Command("keepalived", "-n", "-l", "-D", "-G",
		"-f", in("keepalived.conf"), "-p", in("pid"), "-r", in("vrrp.pid"), "-c", in("checkers.pid"), "-b", in("bfd.pid"))
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	k.Proc = h.StartCmd(cmd)
	return k
}

// Reload gives it a new configuration.
func (k *Daemon) Reload(conf string) {
	k.host.lab.t.Helper()
	k.write(k.host, conf)
	k.Signal(syscall.SIGHUP)
}

func (k *Daemon) write(h *Host, conf string) {
	h.lab.t.Helper()
	// keepalived runs no file and reads no configuration that others may write.
	if err := os.WriteFile(filepath.Join(k.Dir, "keepalived.conf"), []byte(conf), 0o600); err != nil {
		h.lab.t.Fatal(err)
	}
}

// dir makes a scratch directory for something that runs on the host.
func (h *Host) dir(what string) string {
	h.lab.t.Helper()
	dir := filepath.Join(h.lab.dir, h.Name+"-"+what+"-"+strconv.Itoa(len(h.procs)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		h.lab.t.Fatal(err)
	}
	return dir
}
