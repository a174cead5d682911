package ipvs

import (
	"encoding/binary"
	"time"
)

// appendAttr appends a netlink attribute, padded to four bytes.
func appendAttr(b []byte, attr uint16, value ...byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(attrHeader+len(value)))
	b = binary.NativeEndian.AppendUint16(b, attr)
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func appendUint32(b []byte, attr uint16, v uint32) []byte {
	return appendAttr(b, attr, binary.NativeEndian.AppendUint32(nil, v)...)
}

func appendUint16(b []byte, attr uint16, v uint16) []byte {
	return appendAttr(b, attr, binary.NativeEndian.AppendUint16(nil, v)...)
}

func appendString(b []byte, attr uint16, s string) []byte {
	return appendAttr(b, attr, append([]byte(s), 0)...)
}

// encodeKey returns the attribute that names a service.
func encodeKey(k Key) []byte { return appendAttr(nil, cmdAttrService, appendKey(nil, k)...) }

func appendKey(b []byte, k Key) []byte {
	b = appendUint16(b, svcAttrFamily, uint16(family(k.Is6())))
	if k.Mark != 0 {
		return appendUint32(b, svcAttrMark, k.Mark)
	}
	b = appendUint16(b, svcAttrProtocol, uint16(k.Protocol))
	b = appendAttr(b, svcAttrAddress, k.Address.Addr().AsSlice()...)
	return appendAttr(b, svcAttrPort, binary.BigEndian.AppendUint16(nil, k.Address.Port())...)
}

// encodeService returns the attribute that describes a service.
func encodeService(s Service) []byte {
	b := appendKey(nil, s.Key)
	b = appendString(b, svcAttrScheduler, s.Scheduler)
	flags := binary.NativeEndian.AppendUint32(nil, rawFlags(s))
	b = appendAttr(b, svcAttrFlags, append(flags, 0xff, 0xff, 0xff, 0xff)...) // all of them count
	b = appendUint32(b, svcAttrTimeout, uint32(s.Persistence/time.Second))
	mask := toNetmask(s)
	if mask.Is4() {
		b = appendAttr(b, svcAttrNetmask, mask.AsSlice()...)
	} else {
		b = appendUint32(b, svcAttrNetmask, uint32(mask.Bits()))
	}
	if s.Engine != "" {
		b = appendString(b, svcAttrEngine, s.Engine)
	}
	return appendAttr(nil, cmdAttrService, b...)
}

// encodeDaemon returns the attribute that describes a daemon.
func encodeDaemon(d Daemon) []byte {
	b := appendUint32(nil, daemonAttrState, uint32(d.Role))
	b = appendString(b, daemonAttrInterface, d.Interface)
	b = appendUint32(b, daemonAttrSyncID, uint32(d.SyncID))
	if d.MaxLen != 0 {
		b = appendUint16(b, daemonAttrMaxLen, d.MaxLen)
	}
	switch {
	case d.Group.Is4():
		b = appendAttr(b, daemonAttrGroup, d.Group.AsSlice()...)
	case d.Group.Is6():
		b = appendAttr(b, daemonAttrGroup6, d.Group.AsSlice()...)
	}
	if d.Port != 0 {
		b = appendUint16(b, daemonAttrPort, d.Port)
	}
	if d.TTL != 0 {
		b = appendAttr(b, daemonAttrTTL, d.TTL)
	}
	return appendAttr(nil, cmdAttrDaemon, b...)
}
