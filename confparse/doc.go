// Package confparse reads keepalived.conf.
//
// [ParseFile] turns a file, with everything it includes, into a [Config] of
// typed values, and a list of [Diagnostics] that name file, line and column.
// All problems are found in one pass, and a Config comes back even if there
// are some, so that a linter can say as much as possible; whoever wants to run
// it looks at [Diagnostics.HasErrors] first.
//
// The package has four layers, each in files of its own:
//
//   - the language (lexer, preproc, define, sequence, include): comments,
//     quotes, braces, includes, conditions, definitions and sequences become
//     statements whose every word knows where it came from;
//   - the tree: statements nested as their braces say;
//   - the schema: one table of every keyword, with its place, arguments,
//     default, status and meaning. Decoding, range checks, suggestions and
//     [Keywords] come from it;
//   - the rules: what keepalived defaults, rounds, drops and refuses once a
//     block has been read, and what this project refuses to run ([Refused]).
//
// Parsing, comparing and printing have no state: any goroutine may call them. A
// Config and a [Document] belong to whoever has them; nothing locks them, so that
// they may be read from several goroutines and changed by one that is alone.
//
// Keywords, their defaults and what is refused are keepalived 2.4.3's; KEYWORDS.md
// lists them all.
//
// Nothing here looks at interfaces, users or the network. The only input
// besides the arguments is what [Options] lets it read.
package confparse
