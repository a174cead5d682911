package confparse

import (
	"strings"
)

// script takes a program with an optional user and group, from the raw line.
func script[T any](field func(*T) **Command) args {
	return custom("SCRIPT [USER [[:]GROUP]]", func(c *cursor, to *T) {
		if cmd := c.notifyCommand(); cmd != nil {
			*field(to) = cmd
		}
	}).like(`"/etc/keepalived/notify.sh argument" nobody`, "")
}

// notifyCommand takes a program, and who is to run it.
func (c *cursor) notifyCommand() *Command {
	parts, cmd := c.command()
	if cmd == nil {
		return nil
	}
	if cmd.User, c.i = c.identity(parts[1:], cmd.User), c.n.count(); len(parts) > 3 {
		c.r.warnf(CodeExtraArg, cmd.Pos, quoteHelp(c.n, parts), "%q is ignored: %s takes a script, a user and a group", strings.Join(parts[3:], " "), c.n.name())
	}
	return cmd
}

// scriptCommand takes the program of a vrrp_script, which has its user on a
// line of its own.
func (c *cursor) scriptCommand() *Command {
	parts, cmd := c.command()
	if cmd == nil {
		return nil
	}
	if c.i = c.n.count(); len(parts) > 1 {
		c.r.warnf(CodeExtraArg, cmd.Pos, quoteHelp(c.n, parts), "%q is ignored: script takes one word", strings.Join(parts[1:], " "))
	}
	return cmd
}

func quoteHelp(n *node, parts []string) string {
	return "quote the command together with its arguments: " + n.name() + ` "` + strings.Join(parts, " ") + `"`
}

// command reads the line as a shell would: parts are the command and what
// follows it.
func (c *cursor) command() (parts []string, cmd *Command) {
	kw := c.keyword()
	if _, ok := c.next("command"); !ok {
		return nil, nil
	}
	at := c.n.posOf(c.i - 1)
	line := c.n.raw.s[len(kw.Text):] // the keyword is not quoted: it was found in a table
	parts, ok := splitCommandLine(unescapeOutside(line))
	if !ok {
		c.r.errorf(CodeQuote, at, "", "a quote in the command is not closed")
		return nil, nil
	}
	if len(parts) == 0 || strings.TrimSpace(parts[0]) == "" {
		c.r.errorf(CodeMissingArg, at, "", "%s needs a command", kw.Text)
		return nil, nil
	}
	cmd = &Command{Line: parts[0], User: c.d.cfg.Global.ScriptUser, Pos: at}
	if strings.HasPrefix(strings.TrimSpace(cmd.Line), "<") {
		cmd.Shell = true
		cmd.Argv = []string{cmd.Line}
		c.r.warnf(CodeShell, at, "", "%q is no program, but text for a shell, and will be given to one; keepalived ignores it", cmd.Line)
		return parts, cmd
	}
	cmd.Argv, ok = splitArgs(cmd.Line)
	if !ok {
		c.r.errorf(CodeQuote, at, "", "a quote inside the command is not closed")
		return nil, nil
	}
	if len(cmd.Argv) == 0 || cmd.Argv[0] == "" {
		c.r.errorf(CodeMissingArg, at, "", "%s needs a command", kw.Text)
		return nil, nil
	}
	for _, arg := range cmd.Argv[1:] {
		switch arg {
		case "|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1", ">/dev/null":
			c.r.warnf(CodeShell, at, `wrap the command: sh -c '...'`, "%s is passed as an argument to %s, because no shell is involved", arg, cmd.Argv[0])
			return parts, cmd
		}
	}
	return parts, cmd
}

// unescapeOutside unescapes what is outside double quotes.
func unescapeOutside(s string) string {
	pieces := strings.Split(s, `"`)
	for i := 0; i < len(pieces); i += 2 {
		pieces[i] = unescape(pieces[i])
	}
	return strings.Join(pieces, `"`)
}

// user takes USER [[:]GROUP].
func (c *cursor) user(to *User) {
	w, ok := c.next("user")
	if !ok {
		return
	}
	names := []string{w.Text}
	if c.more() {
		w, _ := c.next("group")
		names = append(names, w.Text)
	}
	*to = c.identity(names, *to)
}

// identity checks a user and a group by their form; whether they exist is not
// known here.
func (c *cursor) identity(names []string, old User) User {
	if len(names) == 0 {
		return old
	}
	u := User{Name: names[0]}
	if len(names) > 1 {
		u.Group, u.Supplementary = strings.CutPrefix(names[1], ":")
	}
	for _, name := range []string{u.Name, u.Group} {
		if name == "" || plausibleUser(name) {
			continue
		}
		c.r.errorf(CodeInvalid, c.n.posOf(min(2, c.n.count()-1)), `arguments of a script belong into its quotes: "SCRIPT ARGUMENT ..."`,
			"%q cannot be the name of a user or group", name)
		return old
	}
	return u
}

// plausibleUser reports whether a name has the form of a user's or a number's.
func plausibleUser(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && (i == 0 || c != '-' && c != '.' && c != '$' && c != '@') {
			return false
		}
	}
	return true
}
