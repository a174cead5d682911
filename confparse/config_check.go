package confparse

import (
	"net/netip"
	"time"
)

// CheckType is the kind of a check of a real server.
type CheckType uint8

// The kinds, named after their keywords.
const (
	TCPCheck CheckType = iota + 1
	HTTPGet
	SSLGet
	SMTPCheck
	DNSCheck
	UDPCheck
	PingCheck
	MiscCheck
	FileCheck
	BFDCheck
)

// String returns the keyword.
func (t CheckType) String() string {
	if int(t) < len(checkKeywords) {
		return checkKeywords[t]
	}
	return "unset"
}

var checkKeywords = [...]string{
	"unset", "TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK", "MISC_CHECK", "FILE_CHECK", "BFD_CHECK",
}

// Check is one check of a real server, with what it inherits. Of the pointers,
// the one of its type is set.
type Check struct {
	Type CheckType
	CheckSchedule
	Connect CheckConnect // not of MISC_CHECK, FILE_CHECK and BFD_CHECK

	HTTP *HTTPOptions // HTTP_GET and SSL_GET
	SMTP *SMTPOptions
	DNS  *DNSOptions
	UDP  *UDPOptions
	Misc *MiscOptions
	File *FileOptions
	BFD  *BFD
	Pos  Pos
}

// CheckSchedule is when a check runs. FILE_CHECK and BFD_CHECK have no more
// than Alpha.
type CheckSchedule struct {
	Period         time.Duration // delay_loop
	Retry          int           // attempts after a failure
	RetryDelay     time.Duration // delay_before_retry
	Warmup         time.Duration // the first run is up to so much later
	Alpha          bool          // failed until a first success
	LogAllFailures bool
}

// CheckConnect is where a check connects to, and from where.
type CheckConnect struct {
	Address       netip.Addr // that of the real server unless given
	Port          uint16     // that of the real server unless given
	BindAddress   netip.Addr // invalid: any
	BindPort      uint16     // 0: any
	BindInterface string
	Timeout       time.Duration
	Mark          uint32 // 0: none
}

// HTTPOptions are those of HTTP_GET and SSL_GET.
type HTTPOptions struct {
	VirtualHost  string // as inherited; empty: address and port
	Version      string // 1.0 or 1.1
	Close        bool   // says Connection: close
	SNI          bool
	SNIName      string // empty with SNI: the virtual host
	FastRecovery bool
	TLSCompliant bool
	URLs         []URL
}

// URL is a url block.
type URL struct {
	Path         string
	Digest       string        // MD5 in 32 lower-case hex digits; empty: any
	StatusCodes  []StatusRange // none: 200..299
	VirtualHost  string        // empty: that of the check
	TLSCompliant bool
	Regex        string // PCRE2; empty: none
	RegexOptions []string
	RegexNot     bool // must not match
	RegexMin     int  // where a match may begin at the earliest
	RegexMax     int  // and at the latest; 0: anywhere
	RegexStack   [2]int
	Pos          Pos
}

// StatusRange is a range of HTTP status codes, both ends included.
type StatusRange struct{ First, Last int }

// SMTPOptions are those of SMTP_CHECK.
type SMTPOptions struct {
	Helo string
}

// DNSOptions are those of DNS_CHECK.
type DNSOptions struct {
	Type string // in capitals
	Name string // "." is the root
}

// UDPOptions are those of UDP_CHECK.
type UDPOptions struct {
	Payload      []byte // nil: keepalived's
	RequireReply bool
	Reply        []byte // with ReplyMask: what a reply has to begin with
	ReplyMask    []byte
	MinReply     int
	MaxReply     int
}

// MiscOptions are those of MISC_CHECK.
type MiscOptions struct {
	Command *Command      // nil: missing, which is an error
	Timeout time.Duration // that of the virtual server's delay_loop unless given
	Dynamic bool          // the exit status sets the weight
}

// FileOptions are those of FILE_CHECK.
type FileOptions struct {
	File   *TrackFile
	Weight Weight // its own, or the file's
}
