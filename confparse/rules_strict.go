package confparse

// strictDownAdverts is what the RFCs know.
const strictDownAdverts = 3

// setStrict makes of strict mode what it stands for, as keepalived does. What it
// does to state, authentication and preempt_delay is told where those are set.
func (d *decoder) setStrict(n *node, i *instance) {
	if !i.Strict {
		return
	}
	i.LowerPrioNoAdvert, i.HigherPrioSendAdvert, i.OwnerIgnoreAdverts = true, false, true
	i.GARP.LowerPrioDelay, i.GARP.LowerPrioRepeat = 0, 0
	if i.DownTimerAdverts != strictDownAdverts {
		d.adjusted(i.line("down_timer_adverts"), "down_timer_adverts of vrrp_instance %s becomes %d in strict mode", i.Name, strictDownAdverts)
		i.DownTimerAdverts = strictDownAdverts
	}
	switch {
	case !n.has("accept"):
		i.Accept = false // an address owner accepts all the same
	case i.Version == 2:
		d.adjusted(i.line("accept"), "accept of vrrp_instance %s is ignored: version 2 knows no such thing, and it is strict", i.Name)
		i.Accept = false
	}
	if i.VMACXmitBase {
		d.adjusted(i.line("vmac_xmit_base"), "vmac_xmit_base of vrrp_instance %s is ignored in strict mode: advertisements come from the virtual MAC address", i.Name)
		i.VMACXmitBase = false
	}
	if i.VMAC != nil && i.VMAC.MAC != nil {
		d.adjusted(i.VMAC.Pos, "use_vmac of vrrp_instance %s does without a MAC address of its own in strict mode: the RFC says which", i.Name)
		i.VMAC.MAC = nil
	}
	if len(i.Peers) > 0 {
		d.unsupported(i.Peers[0].Pos, "remove unicast_peer, or strict mode, on all routers", "unicast_peer in strict mode, of which the RFC knows nothing, is")
	}
}
