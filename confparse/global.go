package confparse

import (
	"net/netip"
	"strings"
	"time"
)

// maxPeriod is the longest time that keepalived can count.
const maxPeriod = 4294967295 * time.Microsecond

// realtimeLimit is how long a realtime process may run without a pause.
const realtimeLimit = 10 * time.Millisecond

// unsetCount marks what has another setting as its default.
const unsetCount = -1

func newConfig() *Config {
	return &Config{Process: Process{ChildWait: 5 * time.Second}, Global: Global{
		DefaultInterface: "eth0",
		Version:          2,
		MulticastGroup4:  netip.AddrFrom4([4]byte{224, 0, 0, 18}),
		MulticastGroup6:  netip.MustParseAddr("ff02::12"),
		VMACPrefix:       "vrrp",
		Umask:            Inherited,
		ReceiveBuffers:   ReceiveBuffers{Multiplier: 3},
		Startup:          Hook{Timeout: 10 * time.Second}, Shutdown: Hook{Timeout: 10 * time.Second},
		AutoPriorityDelay: time.Second,
		VRRP:              ProcessSettings{RealtimeLimit: realtimeLimit},
		Checker:           ProcessSettings{RealtimeLimit: realtimeLimit},
		BFD:               ProcessSettings{RealtimeLimit: realtimeLimit},
		Mail:              Mail{ConnectTimeout: 30 * time.Second},
		Firewall: Firewall{
			Table: "keepalived", Priority: -1, IPVSTable: "keepalived_ipvs", IPVSPriority: -1, IPVSFirstMark: 1000,
		},
		SNMP:  SNMP{Socket: "unix:/var/agentx/master", VirtualUpdate: 5 * time.Second},
		DBus:  DBus{Service: "org.keepalived.Vrrp1"},
		Files: GlobalFiles{JSONVersion: 1, IPRouteUsr: "/usr/share/iproute2", IPRouteEtc: "/etc/iproute2"},
		Instance: InstanceDefaults{
			GARP: GARP{
				MasterDelay: 5 * time.Second, MasterRepeat: 5, MasterRefreshRepeat: 1,
				LowerPrioDelay: unsetCount, LowerPrioRepeat: unsetCount,
			},
			DownTimerAdverts: 3, YieldAfterRemovals: 100,
			HigherPrioSendAdvert: true, // keepalived has it off, which leaves clients with the wrong router
		},
	}}
}

// global is Global while the blocks are decoded.
type global struct {
	*Global
	alert     *bool // smtp_alert
	alertVRRP *bool // smtp_alert_vrrp, which beats it
}

// openGlobal continues global_defs: the blocks count together.
func openGlobal(c *cursor, _ *Config) *global { return c.d.global }

// resolve fills in the defaults that depend on other settings.
func (g *global) resolve() {
	garp := &g.Instance.GARP
	if g.MinGARP {
		g.minimizeGARP()
	}
	if garp.LowerPrioDelay == unsetCount {
		garp.LowerPrioDelay = garp.MasterDelay
	}
	if garp.LowerPrioRepeat == unsetCount {
		garp.LowerPrioRepeat = garp.MasterRepeat
	}
	if g.alertVRRP == nil {
		g.alertVRRP = g.alert
	}
	if g.alertVRRP != nil {
		g.Instance.SMTPAlert = *g.alertVRRP
	}
	if g.Mail.CheckerAlert == nil {
		g.Mail.CheckerAlert = g.alert
	}
	if g.Mail.Port == 0 {
		g.Mail.Port = 25
		if g.Mail.TLS == MailTLSOnly {
			g.Mail.Port = 465
		}
	}
	if g.SNMP.RealUpdate == 0 {
		g.SNMP.RealUpdate = g.SNMP.VirtualUpdate
	}
	if g.VMACAddrPrefix == "" {
		g.VMACAddrPrefix = g.VMACPrefix
	}
	g.Instance.PriorityChanges = g.PriorityChanges
}

// minimizeGARP applies vrrp_min_garp to what still has its default.
func (g *global) minimizeGARP() {
	garp, old := &g.Instance.GARP, newConfig().Global.Instance.GARP
	if garp.MasterRepeat == old.MasterRepeat {
		garp.MasterRepeat = 1
	}
	if garp.MasterDelay == old.MasterDelay {
		garp.MasterDelay = 0
	}
}

func alert(c *cursor, g *global) {
	if v, ok := c.boolean(); ok {
		g.alert = &v
	}
}

func alertVRRP(c *cursor, g *global) {
	if v, ok := c.boolean(); ok {
		g.alertVRRP = &v
	}
}

func mailAddress(c *cursor, g *global) {
	w, _ := c.next("address")
	if !strings.Contains(w.Text, "@") {
		c.r.warnf(CodeListEntry, w.Pos, "", "mail address %q has no @", w.Text)
	}
	g.Mail.To = append(g.Mail.To, w.Text)
}

func smtpServer(c *cursor, g *global) {
	w, ok := c.next("host")
	if !ok {
		return
	}
	g.Mail.Server = w.Text
	if c.more() {
		if port, ok := c.number(1, 65535); ok {
			g.Mail.Port = uint16(port)
		}
	}
}

func smtpTLS(c *cursor, g *global) {
	if v, ok := choice(c, []string{"none", "starttls", "tls"}, []MailTLS{MailPlain, MailStartTLS, MailTLSOnly}); ok {
		g.Mail.TLS = v
	}
}

func smtpUser(c *cursor, g *global) {
	name, ok := c.next("name")
	if !ok {
		return
	}
	file, ok := c.next("file with the password")
	if ok {
		g.Mail.User, g.Mail.PasswordFile = name.Text, file.Text
	}
}

func dynamicInterfaces(c *cursor, g *global) {
	g.DynamicInterfaces = DynamicOn
	if c.more() {
		if v, ok := choice(c, []string{"allow_if_changes"}, []DynamicInterfaces{DynamicAllowChanges}); ok {
			g.DynamicInterfaces = v
		}
	}
}

func maxAutoPriority(c *cursor, g *global) {
	g.MaxAutoPriority = 99
	if c.more() {
		if v, ok := c.number(-1, 99); ok {
			g.MaxAutoPriority = int(v)
		}
	}
}
