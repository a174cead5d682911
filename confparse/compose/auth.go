package compose

import (
	"fmt"
	"slices"

	"github.com/vrrpkit/vrrpkit/confparse"
	"github.com/vrrpkit/vrrpkit/vrrp"
)

// authenticate translates authentication or auth_hmac, which wins, as it does in
// keepalived. Secrets in files are read now.
func authenticate(cfg *vrrp.Config, i *confparse.Instance) error {
	if i.HMAC == nil {
		cfg.Password = vrrp.Secret(i.Auth.Password)
		cfg.AuthHeader = i.Auth.Type == confparse.AuthAH
		if i.Auth.File == "" {
			return nil
		}
		var err error
		if cfg.Password, err = vrrp.ReadSecret(i.Auth.File); err != nil {
			return fmt.Errorf("%v: auth_pass_file: %w", i.Auth.Pos, err)
		}
		return nil
	}
	h := &vrrp.HMAC{
		Keys: map[uint8]vrrp.Secret{}, Active: i.HMAC.Active, Window: i.HMAC.Window, AnyTime: i.HMAC.Monotonic,
	}
	switch i.HMAC.Mode {
	case confparse.HMACPermissive:
		h.Mode = vrrp.HMACPermissive
	case confparse.HMACReceiveOnly:
		h.Mode = vrrp.HMACReceiveOnly
	}
	for _, k := range i.HMAC.Keys {
		secret := vrrp.Secret(k.Key)
		if k.File != "" {
			var err error
			if secret, err = vrrp.ReadSecret(k.File); err != nil {
				return fmt.Errorf("%v: key %d: %w", k.Pos, k.ID, err)
			}
		}
		h.Keys[k.ID] = secret
	}
	cfg.HMAC = h
	return nil
}

// readsFiles reports whether authenticate reads files, whose content can change
// while the configuration does not.
func readsFiles(i *confparse.Instance) bool {
	return i.Auth.File != "" || i.HMAC != nil && slices.ContainsFunc(i.HMAC.Keys, func(k confparse.HMACKey) bool { return k.File != "" })
}
