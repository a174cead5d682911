package confparse

import (
	"encoding/hex"
	"strings"
)

func openHMAC(c *cursor, i *instance) *HMAC {
	i.HMAC = &HMAC{Pos: c.keyword().Pos}
	return i.HMAC
}

// Keys of auth_hmac have so many bytes.
const minHMACKey, maxHMACKey = 32, 64

func hmacKey(c *cursor, h *HMAC) {
	k := HMACKey{Pos: c.keyword().Pos}
	id, ok := c.number(1, 255)
	if !ok {
		c.i = c.n.count()
		return
	}
	k.ID = uint8(id)
	w, ok := c.next("key")
	if !ok {
		return
	}
	text := w.Text
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		k.File = file
	} else if digits, ok := strings.CutPrefix(text, "hex:"); ok {
		var err error
		if k.Key, err = hex.DecodeString(digits); err != nil {
			c.r.errorf(CodeInvalid, w.Pos, "an even number of hexadecimal digits", "key %d is not hexadecimal", id)
			return
		}
	} else {
		k.Key = []byte(text)
	}
	if k.File == "" && (len(k.Key) < minHMACKey || len(k.Key) > maxHMACKey) {
		c.r.errorf(CodeOutOfRange, w.Pos, "make one with: openssl rand -hex 32", "key %d has %d bytes, not %d..%d", id, len(k.Key), minHMACKey, maxHMACKey)
		return
	}
	for _, other := range h.Keys {
		if other.ID == k.ID {
			c.r.errorf(CodeDuplicateName, k.Pos, "the first one is at "+other.Pos.String(), "there is a key %d already", id)
			return
		}
	}
	h.Keys = append(h.Keys, k)
}

func antiReplay(c *cursor, h *HMAC) {
	if v, ok := choice(c, []string{"time", "monotonic"}, []bool{false, true}); ok {
		h.Monotonic = v
	}
}

func hmacMode(c *cursor, h *HMAC) {
	if v, ok := choice(c, []string{"enforce", "permissive", "receive-only"}, []HMACMode{HMACEnforce, HMACPermissive, HMACReceiveOnly}); ok {
		h.Mode = v
	}
}

func closeHMAC(d *decoder, n *node, h *HMAC) {
	for _, k := range h.Keys {
		if k.ID == h.Active {
			return
		}
	}
	switch {
	case h.Active != 0:
		d.r.errorf(CodeUndefinedObject, h.Pos, "", "auth_hmac has no key %d, which active_key names; the extension is off", h.Active)
	case !n.has("active_key"):
		d.r.errorf(CodeMissingArg, h.Pos, "add: active_key ID", "auth_hmac has no active_key; the extension is off")
	}
}
