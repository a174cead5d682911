package confparse

// Code names a kind of finding. Codes are stable: people suppress by them.
type Code string

// The codes, by what they are about.
const (
	// The configuration as a whole.
	CodeNoConfig Code = "no-config" // missing, unreadable or empty
	CodeTooLarge Code = "too-large" // a limit against runaway input was hit
	CodeInclude  Code = "include"   // something is wrong with an include

	// The language.
	CodeLine       Code = "line"        // a line that keepalived would not read as it stands
	CodeQuote      Code = "quote"       // unbalanced quotes
	CodeCurlyQuote Code = "curly-quote" // typographic quotes from a web page
	CodeBrace      Code = "brace"       // missing or unexpected braces
	CodeDefinition Code = "definition"  // $NAME=, ~SEQ, ~LST, @id, ${_NAME ...}
	CodeUndefined  Code = "undefined"   // a reference to a definition that does not exist

	// Keywords.
	CodeUnknownKeyword Code = "unknown-keyword"
	CodeMisplaced      Code = "misplaced-keyword" // known, but not in this block
	CodeNotActedOn     Code = "not-acted-on"      // known to keepalived, without effect here yet
	CodeUnsupported    Code = "unsupported"       // known to keepalived, refused here
	CodeDeprecated     Code = "deprecated"
	CodeMissingArg     Code = "missing-argument"
	CodeExtraArg       Code = "extra-argument"
	CodeInvalid        Code = "invalid-value"
	CodeOutOfRange     Code = "out-of-range"
	CodeAdjusted       Code = "adjusted"  // accepted, but rounded or overruled
	CodeTruncated      Code = "truncated" // accepted, but cut short without a word from keepalived

	// What the blocks mean together.
	CodeMissingVRID      Code = "missing-vrid"
	CodeMissingInterface Code = "missing-interface"
	CodeMissingAddress   Code = "missing-address"
	CodeMissingScript    Code = "missing-script"
	CodeDuplicateName    Code = "duplicate-name"
	CodeDuplicateVRID    Code = "duplicate-vrid"
	CodeDuplicateAddress Code = "duplicate-address"
	CodeFamily           Code = "address-family"
	CodeUndefinedObject  Code = "undefined-object" // a script, instance ... that no block defines
	CodeUnused           Code = "unused"
	CodeOwner            Code = "owner-priority" // state MASTER made this the address owner
	CodeScriptSecurity   Code = "script-security"
	CodeShell            Code = "shell-script" // a command only a shell understands
	CodeListEntry        Code = "list-entry"   // an entry of a list looks wrong
	CodeSingleMember     Code = "single-member"
	CodeLinkLocal        Code = "link-local" // an IPv6 instance should begin with a link-local address
)

// ours reports whether keepalived says nothing about such a finding, so that a
// warning of this code must not fail a configuration test.
func (c Code) ours() bool {
	switch c {
	case CodeInclude, CodeUndefined, CodeNotActedOn, CodeUnsupported, CodeExtraArg, CodeDuplicateAddress,
		CodeLinkLocal, CodeOwner, CodeShell, CodeListEntry, CodeTruncated:
		return true
	}
	return false
}
