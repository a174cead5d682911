package confparse

import "strings"

// Sample returns how k is written in its block, in one line: a list with an
// entry, an option of a list behind an entry, a block with "..." for what is in
// it. It is empty for what stands by itself, and for what is not a keyword.
func (k *Keyword) Sample() string {
	head := strings.TrimSpace(k.Name + " " + k.Example)
	switch {
	case k.in == nil:
		return ""
	case k.in.kind != statements:
		list := listOf(k.in)
		entry := sampleEntry(list.Name, k.Name)
		if entry == "" && list.body.open == nil {
			entry = list.Example
		}
		if list.body.open != nil {
			entry = ""
		}
		return strings.TrimSpace(entry + " " + head)
	case k.body == nil && k.Example == "":
		return ""
	case k.body == nil:
		return head
	case k.body.kind == statements:
		return head + " { ... }"
	case k.body.open != nil:
		return head + " { " + sampleEntry(k.Name, "") + " }"
	case k.Example == "":
		return k.Name + " { " + sampleEntry(k.Name, "") + " }"
	}
	return k.Name + " { " + k.Example + " }"
}

// listOf returns the keyword whose body b is.
func listOf(b *block) *Keyword {
	for _, k := range language().all() {
		if k.body == b {
			return k
		}
	}
	return nil // of the top level
}

// braced returns n as it was most likely meant, with the block that it lacks:
// what stands behind the name of a list are its entries.
func (n *node) braced() string {
	if b := n.keyword.body; b.kind != statements && b.open == nil && n.count() > 1 {
		return n.name() + " { " + strings.TrimPrefix(n.title(), n.name()+" ") + " }"
	}
	return n.title() + " { ... }"
}
