package notify

import (
	"fmt"
	"strings"

	"github.com/wneessen/go-mail"
)

// mailText returns keepalived's words.
func mailText(t Transition) (subject, body string) {
	kind := map[string]string{"INSTANCE": "Instance", "GROUP": "Group"}[t.Type]
	entering := fmt.Sprintf("Entering %s state", t.State)
	switch {
	case t.State == Stop:
		entering = "Stopping"
		body = "VRRP Instance stopping"
		if kind == "Group" {
			body = "All VRRP group instances are now stopping"
		}
	case kind == "Group":
		body = fmt.Sprintf("All VRRP group instances are now in %s state", t.State)
	case t.State == "MASTER":
		body = "VRRP Instance is now owning VRRP VIPs"
	default:
		body = "VRRP Instance is no longer owning VRRP VIPs"
	}
	return fmt.Sprintf("VRRP %s %s - %s", kind, t.Name, entering), body
}

func (m *Mailer) message(subject, body string) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingUSASCII))
	msg.SetGenHeader(mail.HeaderXMailer, "Keepalived")
	if err := msg.From(m.cfg.From); err != nil {
		return nil, fmt.Errorf("notification_email_from %q: %w", m.cfg.From, err)
	}
	if err := msg.To(m.cfg.To...); err != nil {
		return nil, fmt.Errorf("notification_email %q: %w", strings.Join(m.cfg.To, " "), err)
	}
	msg.Subject(fmt.Sprintf("[%s] %s", m.cfg.RouterID, subject))
	msg.SetDate()
	msg.SetMessageID()
	// As it is: go-mail would write even plain ASCII as quoted-printable, and
	// people filter for the arrows.
	msg.SetBodyString(mail.TypeTextPlain, "=> "+body+" <=\r\n", mail.WithPartEncoding(mail.NoEncoding))
	return msg, nil
}
