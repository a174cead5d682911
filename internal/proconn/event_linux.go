package proconn

import "encoding/binary"

// Kind is what happened to a process.
type Kind uint8

// The kinds of events that are told.
const (
	Fork   Kind = iota + 1 // PID is new, a copy of Parent
	Exec                   // PID runs another program
	Rename                 // PID has given itself another name
	Exit                   // PID has ended
)

// Event is something that happened to a process. Threads are not told of.
type Event struct {
	Kind   Kind
	PID    int
	Parent int // of Fork
}

// Sizes and numbers of linux/netlink.h, connector.h and cn_proc.h.
const (
	netlinkHeader   = 16
	connectorHeader = 20
	eventHeader     = 16
	messageDone     = 3 // NLMSG_DONE, which every connector message is of

	connectorID = 1 // CN_IDX_PROC and CN_VAL_PROC
	listen      = 1 // PROC_CN_MCAST_LISTEN

	whatNone = 0
	whatFork = 1
	whatExec = 2
	whatComm = 0x200
	whatExit = 0x80000000
)

// subscription is the message that asks for events.
func subscription() []byte {
	e := binary.NativeEndian
	b := make([]byte, 0, netlinkHeader+connectorHeader+4)
	b = e.AppendUint32(b, uint32(cap(b)))
	b = e.AppendUint16(b, messageDone)
	b = e.AppendUint16(b, 0)           // flags
	b = e.AppendUint32(b, 0)           // sequence
	b = e.AppendUint32(b, 0)           // our port, filled in by the kernel
	b = e.AppendUint32(b, connectorID) // index
	b = e.AppendUint32(b, connectorID) // value
	b = e.AppendUint32(b, 0)           // sequence
	b = e.AppendUint32(b, 0)           // ack
	b = e.AppendUint16(b, 4)           // length of what follows
	b = e.AppendUint16(b, 0)           // flags
	return e.AppendUint32(b, listen)
}

// decode appends the events in b, a datagram of the connector. ack is the errno
// that answers a subscription, -1 without one.
func decode(b []byte, events []Event) (_ []Event, ack int) {
	e := binary.NativeEndian
	ack = -1
	for len(b) >= netlinkHeader {
		size := int(e.Uint32(b))
		if size < netlinkHeader || size > len(b) {
			break
		}
		if size >= netlinkHeader+connectorHeader+eventHeader+4 && e.Uint32(b[netlinkHeader:]) == connectorID {
			body := b[netlinkHeader+connectorHeader : size]
			if e.Uint32(body) == whatNone {
				ack = int(e.Uint32(body[eventHeader:]))
			} else if event, ok := decodeEvent(e.Uint32(body), body[eventHeader:]); ok {
				events = append(events, event)
			}
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return events, ack
}

// decodeEvent reads what follows the event's header: pairs of thread and
// process.
func decodeEvent(what uint32, b []byte) (Event, bool) {
	e := binary.NativeEndian
	at := func(i int) int { return int(e.Uint32(b[4*i:])) }
	if len(b) < 8 || what == whatFork && len(b) < 16 {
		return Event{}, false
	}
	thread, pid := at(0), at(1)
	switch what {
	case whatFork:
		return Event{Kind: Fork, PID: at(3), Parent: pid}, at(2) == at(3)
	case whatExec:
		return Event{Kind: Exec, PID: pid}, true
	case whatComm:
		return Event{Kind: Rename, PID: pid}, thread == pid
	case whatExit:
		return Event{Kind: Exit, PID: pid}, thread == pid
	}
	return Event{}, false
}
