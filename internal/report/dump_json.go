package report

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
	"github.com/vrrpkit/vrrpkit/vrrp/packet"
)

// jsonData is an instance in keepalived.json, in keepalived's order.
type jsonData struct {
	Name               string      `json:"iname"`
	DontTrackPrimary   int         `json:"dont_track_primary"`
	SkipCheckAdvAddr   int         `json:"skip_check_adv_addr"`
	Strict             int         `json:"strict_mode"`
	VMAC               string      `json:"vmac_ifname"`
	Interface          string      `json:"ifp_ifname,omitempty"`
	MasterPriority     uint8       `json:"master_priority"`
	LastTransition     json.Number `json:"last_transition"`
	GARPDelay          float64     `json:"garp_delay"`
	GARPRefresh        float64     `json:"garp_refresh"`
	GARPRepeat         int         `json:"garp_rep"`
	GARPRefreshRepeat  int         `json:"garp_refresh_rep"`
	GARPLowerDelay     float64     `json:"garp_lower_prio_delay"`
	GARPLowerRepeat    int         `json:"garp_lower_prio_rep"`
	LowerNoAdvert      int         `json:"lower_prio_no_advert"`
	HigherSendAdvert   int         `json:"higher_prio_send_advert"`
	VRID               uint8       `json:"vrid"`
	BasePriority       uint8       `json:"base_priority"`
	EffectivePriority  uint8       `json:"effective_priority"`
	VIPSet             bool        `json:"vipset"`
	PromoteSecondaries bool        `json:"promote_secondaries"`
	Interval           float64     `json:"adver_int"`
	MasterInterval     float64     `json:"master_adver_int"`
	Accept             int         `json:"accept"`
	NoPreempt          bool        `json:"nopreempt"`
	PreemptDelay       int64       `json:"preempt_delay"`
	State              int         `json:"state"`
	WantState          int         `json:"wantstate"`
	Version            uint8       `json:"version"`
	SMTPAlert          bool        `json:"smtp_alert"`
	NotifyDeleted      bool        `json:"notify_deleted"`
	ScriptBackup       string      `json:"script_backup,omitempty"`
	ScriptMaster       string      `json:"script_master,omitempty"`
	ScriptFault        string      `json:"script_fault,omitempty"`
	ScriptStop         string      `json:"script_stop,omitempty"`
	ScriptDeleted      string      `json:"script_deleted,omitempty"`
	Script             string      `json:"script,omitempty"`
	VIPs               []string    `json:"vips,omitempty"`
	EVIPs              []string    `json:"evips,omitempty"`
	TrackInterfaces    []string    `json:"track_ifp,omitempty"`
	TrackScripts       []string    `json:"track_script,omitempty"`
	AuthType           int         `json:"auth_type"`
	AuthData           string      `json:"auth_data,omitempty"`
}

// jsonStats has its counters in keepalived's order.
type jsonStats struct {
	AdvertsReceived   uint64 `json:"advert_rcvd"`
	AdvertsSent       uint64 `json:"advert_sent"`
	BecameMaster      uint64 `json:"become_master"`
	ReleasedMaster    uint64 `json:"release_master"`
	Length            uint64 `json:"packet_len_err"`
	Interval          uint64 `json:"advert_interval_err"`
	TTL               uint64 `json:"ip_ttl_err"`
	Type              uint64 `json:"invalid_type_rcvd"`
	AddressList       uint64 `json:"addr_list_err"`
	AuthType          uint64 `json:"invalid_authtype"`
	AuthMismatch      uint64 `json:"authtype_mismatch"`
	Auth              uint64 `json:"auth_failure"`
	HMACMissing       uint64 `json:"auth_ext_missing"`
	HMACMalformed     uint64 `json:"auth_ext_malformed"`
	HMACKey           uint64 `json:"auth_ext_unknown_key"`
	HMAC              uint64 `json:"auth_ext_invalid_hmac"`
	HMACStale         uint64 `json:"auth_ext_stale"`
	Replay            uint64 `json:"auth_ext_replay"`
	PriorityZeroHeard uint64 `json:"pri_zero_rcvd"`
	PriorityZeroSent  uint64 `json:"pri_zero_sent"`
}

// JSON writes what keepalived writes to keepalived.json on its JSON signal, in
// version 1: one line, an array of instances.
func (d *Dump) JSON(w io.Writer) error {
	type item struct {
		Data  jsonData  `json:"data"`
		Stats jsonStats `json:"stats"`
	}
	list := []item{}
	for n := range d.Instances {
		list = append(list, item{d.Instances[n].jsonData(), d.Instances[n].jsonStats()})
	}
	text, err := json.Marshal(list)
	if err == nil {
		_, err = io.WriteString(w, strings.ReplaceAll(string(text), "/", `\/`))
	}
	return err
}

func (i *DumpInstance) jsonData() jsonData {
	c := i.Config
	script := func(s *confparse.Command) string {
		if s == nil {
			return ""
		}
		return command(s)
	}
	j := jsonData{
		Name: c.Name, DontTrackPrimary: number(c.NoTrackPrimary), SkipCheckAdvAddr: number(c.SkipCheckAdvertAddrs),
		Strict: number(c.Strict), Interface: c.Interface,
		LastTransition: json.Number(stamp(i.Since)),
		GARPDelay:      c.GARP.MasterDelay.Seconds(), GARPRefresh: c.GARP.MasterRefresh.Seconds(), GARPRepeat: c.GARP.MasterRepeat,
		GARPRefreshRepeat: c.GARP.MasterRefreshRepeat, GARPLowerDelay: c.GARP.LowerPrioDelay.Seconds(), GARPLowerRepeat: c.GARP.LowerPrioRepeat,
		LowerNoAdvert: number(c.LowerPrioNoAdvert), HigherSendAdvert: number(c.HigherPrioSendAdvert),
		VRID: c.VRID, BasePriority: i.Configured, EffectivePriority: i.Priority, VIPSet: i.Holds(), PromoteSecondaries: c.PromoteSecondaries,
		Interval: c.AdvertInterval.Seconds(), MasterInterval: i.Interval.Seconds(), Accept: number(c.Accept), NoPreempt: c.NoPreempt,
		PreemptDelay: seconds(c.PreemptDelay), State: i.StateNumber(), WantState: i.StateNumber(), Version: c.Version,
		SMTPAlert: c.SMTPAlert, NotifyDeleted: c.Notify.ReportDeleted,
		ScriptBackup: script(c.Notify.Backup), ScriptMaster: script(c.Notify.Master), ScriptFault: script(c.Notify.Fault),
		ScriptStop: script(c.Notify.Stop), ScriptDeleted: script(c.Notify.Deleted), Script: script(c.Notify.Any),
		AuthType: int(c.Auth.Type),
	}
	if i.State == vrrp.Backup {
		j.MasterPriority = i.Peer.Priority
	}
	if c.Auth.Type != confparse.AuthNone {
		j.AuthData = "********"
	}
	for n := range c.Addresses {
		j.VIPs = append(j.VIPs, address(&c.Addresses[n], c.Interface, i.Holds()))
	}
	for n := range c.Excluded {
		j.EVIPs = append(j.EVIPs, address(&c.Excluded[n], c.Interface, i.Holds()))
	}
	for _, t := range c.TrackInterfaces {
		j.TrackInterfaces = append(j.TrackInterfaces, t.Name)
	}
	for _, t := range c.TrackScripts {
		j.TrackScripts = append(j.TrackScripts, script(t.Script.Command))
	}
	return j
}

func (i *DumpInstance) jsonStats() jsonStats {
	c := &i.Counters
	return jsonStats{
		c.AdvertsReceived, c.AdvertsSent, c.BecameMaster, c.ReleasedMaster,
		c.Errors[packet.ErrLength], c.Errors[packet.ErrInterval], c.Errors[packet.ErrTTL], c.Errors[packet.ErrType],
		c.Errors[packet.ErrAddressList], c.Errors[packet.ErrAuthType], c.Errors[packet.ErrAuthMismatch], c.Errors[packet.ErrAuth],
		c.Errors[packet.ErrHMACMissing], c.Errors[packet.ErrHMACMalformed], c.Errors[packet.ErrHMACKey], c.Errors[packet.ErrHMAC],
		c.Errors[packet.ErrHMACStale], c.Errors[packet.ErrReplay],
		c.PriorityZeroReceived, c.PriorityZeroSent,
	}
}

// number writes a truth as keepalived does in some places.
func number(v bool) int {
	if v {
		return 1
	}
	return 0
}
