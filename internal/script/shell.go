package script

import (
	"slices"
	"strings"
)

// Words that only a shell knows, at the start of a command.
var shellWords = []string{
	"!", "[[", "{", ":", ".", "if", "for", "while", "until", "case", "exit", "cd", "source", "eval", "set", "export", "ulimit",
}

// NeedsShell reports whether the text of a script is shell syntax rather than a
// program and its arguments, which are run without a shell. Shell syntax is,
// outside quotes: a word that begins with a redirection, pipe or list operator
// or ends in one, a command substitution, and a first word that is an
// assignment, has an operator in it, or is a word of the shell's own. Anything else that a shell would
// treat specially (a pattern, a variable) goes to the program as it is, because
// that is what keepalived does with it.
func NeedsShell(text string) bool {
	words := unquotedWords(text)
	for i, w := range words {
		if i == 0 && (slices.Contains(shellWords, w) || strings.ContainsAny(w, "(|&;<>") || assignment(w)) {
			return true
		}
		if operator(w) || strings.Contains(w, "$(") || strings.Contains(w, "`") {
			return true
		}
	}
	return false
}

// operator reports whether w begins or ends as |, &, ;, < and > do.
func operator(w string) bool {
	w = strings.TrimLeft(w, "0123456789") // 2>&1
	return w != "" && (strings.ContainsRune("|&;<>", rune(w[0])) || strings.ContainsRune("|&;", rune(w[len(w)-1])))
}

// assignment reports whether w is NAME=value.
func assignment(w string) bool {
	name, _, ok := strings.Cut(w, "=")
	return ok && name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) && (name[0] < '0' || name[0] > '9')
}

// unquotedWords splits text at blanks outside quotes. What is quoted or escaped
// is replaced by NUL, which means nothing to a shell; only a substitution works
// within double quotes too.
func unquotedWords(text string) []string {
	var words []string
	var w strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == 0 && strings.IndexByte(" \t\r\n\f\v", c) >= 0:
			if inWord {
				words = append(words, w.String())
				w.Reset()
				inWord = false
			}
			continue
		case c == '\\' && quote != '\'':
			i++
			c = 0
		case quote != 0 && c == quote:
			quote, c = 0, 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, c = c, 0
		case quote == '\'', quote == '"' && c != '`' && !strings.HasPrefix(text[i:], "$("):
			c = 0
		case quote == '"' && c == '$':
			w.WriteByte('$')
			i++
			c = '('
		}
		w.WriteByte(c)
		inWord = true
	}
	if inWord {
		words = append(words, w.String())
	}
	return words
}
