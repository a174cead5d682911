// Package pcapfile reads the packet captures that tests use as golden data:
// classic pcap files of Ethernet frames.
package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

// Frame is one captured Ethernet frame.
type Frame struct {
	At   time.Time
	Data []byte
}

const (
	fileHeader   = 24
	recordHeader = 16
	linkEthernet = 1
)

// Read returns the frames of the capture at path.
func Read(path string) ([]Frame, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	frames, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return frames, nil
}

func parse(b []byte) ([]Frame, error) {
	if len(b) < fileHeader {
		return nil, errors.New("not a pcap file: too short")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint32(b)>>24 == 0xa1 {
		order = binary.BigEndian
	}
	var unit time.Duration // of the fraction of a second
	switch magic := order.Uint32(b); magic {
	case 0xa1b2c3d4:
		unit = time.Microsecond
	case 0xa1b23c4d:
		unit = time.Nanosecond
	default:
		return nil, fmt.Errorf("not a pcap file: magic %#08x", magic)
	}
	if link := order.Uint32(b[20:]); link != linkEthernet {
		return nil, fmt.Errorf("link type %d, want Ethernet (%d)", link, linkEthernet)
	}
	var frames []Frame
	for b = b[fileHeader:]; len(b) > 0; {
		if len(b) < recordHeader {
			return frames, errors.New("cut in a record's header")
		}
		captured := order.Uint32(b[8:])
		if uint64(len(b)) < recordHeader+uint64(captured) {
			return frames, errors.New("cut in a record")
		}
		frames = append(frames, Frame{
			At:   time.Unix(int64(order.Uint32(b)), int64(order.Uint32(b[4:]))*int64(unit)),
			Data: b[recordHeader : recordHeader+captured],
		})
		b = b[recordHeader+captured:]
	}
	return frames, nil
}

// Packet is an IP packet with the addresses of the frame around it.
type Packet struct {
	EtherSource, EtherDestination net.HardwareAddr
	Source, Destination           netip.Addr
	Protocol                      uint8 // IPv6: the first next header
	TTL                           uint8 // IPv6: hop limit
	TOS                           uint8 // IPv6: traffic class
	ID                            uint16
	Payload                       []byte // as long as the IP header says: without options and Ethernet padding
}

// IP returns the IP packet in f; ok is false if there is no whole one.
func (f Frame) IP() (p Packet, ok bool) {
	const ethernet = 14
	if len(f.Data) < ethernet {
		return p, false
	}
	p.EtherDestination, p.EtherSource = f.Data[:6], f.Data[6:12]
	b := f.Data[ethernet:]
	var header, length int
	switch binary.BigEndian.Uint16(f.Data[12:]) {
	case 0x0800:
		if len(b) < 20 {
			return p, false
		}
		header = int(b[0]&0x0f) * 4
		length = int(binary.BigEndian.Uint16(b[2:]))
		p.TOS, p.ID, p.TTL, p.Protocol = b[1], binary.BigEndian.Uint16(b[4:]), b[8], b[9]
		p.Source, p.Destination = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	case 0x86dd:
		if len(b) < 40 {
			return p, false
		}
		header = 40
		length = header + int(binary.BigEndian.Uint16(b[4:]))
		p.TOS, p.Protocol, p.TTL = byte(binary.BigEndian.Uint16(b)>>4), b[6], b[7]
		p.Source, p.Destination = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	default:
		return p, false
	}
	if header < 20 || length < header || length > len(b) {
		return p, false
	}
	p.Payload = b[header:length]
	return p, true
}
