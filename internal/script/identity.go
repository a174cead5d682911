package script

import (
	"fmt"
	"os/user"
	"strconv"
)

// Identity is who runs a program.
type Identity struct {
	Name   string // for messages
	UID    uint32
	GID    uint32
	Groups []uint32 // supplementary groups, often none
}

// LookupIdentity returns the identity of a user and group, each given by name
// or number. An empty group is the user's own. With supplementary, the user's
// other groups belong to it. Unknown names are errors; a number needs an
// account only for what is to be looked up.
func LookupIdentity(name, group string, supplementary bool) (*Identity, error) {
	id := &Identity{Name: name}
	account, err := user.Lookup(name)
	if err != nil {
		account, err = user.LookupId(name)
	}
	if err == nil {
		id.Name = account.Username
		if id.UID, err = number(account.Uid); err == nil {
			id.GID, err = number(account.Gid)
		}
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", name, err)
		}
	} else {
		id.UID, err = number(name)
		if err != nil {
			return nil, fmt.Errorf("user %q does not exist", name)
		}
		if group == "" || supplementary {
			return nil, fmt.Errorf("user %s has no account to take groups from: give a group, without supplementary ones", name)
		}
	}

	if group != "" {
		gid := group
		if g, err := user.LookupGroup(group); err == nil {
			gid = g.Gid
		}
		if id.GID, err = number(gid); err != nil {
			return nil, fmt.Errorf("group %q does not exist", group)
		}
	}
	if supplementary {
		gids, err := account.GroupIds()
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", name, err)
		}
		for _, s := range gids {
			gid, err := number(s)
			if err != nil {
				return nil, fmt.Errorf("user %q: %w", name, err)
			}
			id.Groups = append(id.Groups, gid)
		}
	}
	return id, nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

// String returns the user's name, or its number if it has none.
func (id *Identity) String() string {
	if id.Name == "" {
		return strconv.FormatUint(uint64(id.UID), 10)
	}
	return id.Name
}
