package ipvs

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// FuzzDecode has anything for the kernel's answer. What parses without error is
// encoded and parsed again, and is the same.
func FuzzDecode(f *testing.F) {
	s := Service{
		Key:       Key{Protocol: TCP, Address: netip.MustParseAddrPort("[2001:db8::1]:80")},
		Scheduler: "wlc", Flags: Ports, Persistence: time.Minute, Granularity: netip.MustParseAddr("ffff::"), Engine: "sip",
	}
	f.Add(encodeService(s)[attrHeader:])
	f.Add(encodeService(Service{Key: Key{Mark: 7}, Scheduler: "rr", OnePacket: true})[attrHeader:])
	f.Add(encodeDaemon(Daemon{Role: Master, Interface: "eth0", SyncID: 3, MaxLen: 1400, Port: 9, TTL: 3, Group: netip.MustParseAddr("ff02::1")})[attrHeader:])
	destination := appendAttr(nil, destAttrAddress, 198, 51, 100, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	destination = appendUint32(appendAttr(destination, destAttrPort, 0, 80), destAttrForwarding, 2)
	destination = appendAttr(appendUint32(destination, destAttrWeight, 5), destAttrTunnelType, 1)
	f.Add(appendAttr(destination, destAttrStats64, appendAttr(nil, 1, 1, 2, 3, 4, 5, 6, 7, 8)...))
	f.Add([]byte{5, 0, 1, 0, 9})
	f.Add([]byte{255, 255, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := decodeService(b); err == nil {
			if e.Mark == 0 && !e.Address.IsValid() {
				t.Errorf("no address: %+v", e)
			}
			if e.Persistence%time.Second == 0 && e.Persistence <= maxTimeout && len(e.Scheduler) <= maxName && len(e.Engine) <= maxName {
				again, err := decodeService(encodeService(e.Service)[attrHeader:])
				if err != nil || again.Service != e.Service && (Table{e}).Validate() == nil {
					t.Errorf("%+v\nbecomes %+v, %v", e.Service, again.Service, err)
				}
			}
		} else if !errors.Is(err, errMalformed) {
			t.Error(err)
		}
		for _, is6 := range []bool{false, true} {
			if d, err := decodeDestination(b, is6); err == nil && !d.Address.IsValid() {
				t.Errorf("no address: %+v", d)
			}
		}
		if d, err := decodeDaemon(b); err == nil && (State{Daemons: []Daemon{d}}).Validate() == nil {
			if again, err := decodeDaemon(encodeDaemon(d)[attrHeader:]); err != nil || again != d {
				t.Errorf("%+v\nbecomes %+v, %v", d, again, err)
			}
		}
		_, _, _, err := decodeConnections(b)
		_, err2 := decodeCounters(b, destAttrStats, destAttrStats64)
		if err != nil && err2 == nil {
			t.Errorf("%v and %v", err, err2)
		}
	})
}

// Counters of kernels that have only those of 32 bits are read as well.
func TestDecodeCounters(t *testing.T) {
	narrow := appendAttr(nil, svcAttrStats, appendUint32(appendUint32(nil, 1, 5), 4, 6)...)
	wide := appendAttr(nil, svcAttrStats64, appendAttr(nil, 1, 0, 0, 0, 0, 1, 0, 0, 0)...)
	var all []byte
	for n := range uint16(10) {
		all = appendUint32(all, n+1, uint32(n+1))
	}
	for _, tt := range []struct {
		name  string
		bytes []byte
		want  Counters
	}{
		{"narrow", narrow, Counters{Connections: 5, InBytes: 6}},
		{"both", append(wide[:len(wide):len(wide)], narrow...), Counters{Connections: number([]byte{0, 0, 0, 0, 1, 0, 0, 0})}},
		{"none", nil, Counters{}},
		{"all", appendAttr(nil, svcAttrStats, all...), Counters{
			Connections: 1, InPackets: 2, OutPackets: 3, InBytes: 4, OutBytes: 5,
			ConnectionRate: 6, InPacketRate: 7, OutPacketRate: 8, InByteRate: 9, OutByteRate: 10,
		}},
	} {
		if got, err := decodeCounters(tt.bytes, svcAttrStats, svcAttrStats64); got != tt.want || err != nil {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}
