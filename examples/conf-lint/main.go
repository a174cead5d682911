// Conf-lint says what is wrong with a keepalived.conf, and where, without running
// any of it: for an editor, or a repository of configurations. Exit status: 0 it
// is fine or has warnings, 1 it has errors, 2 it cannot be read.
//
//	conf-lint /etc/keepalived/keepalived.conf
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/vrrpkit/vrrpkit/confparse"
)

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), "usage: conf-lint FILE ...\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	status := 0
	for _, name := range flag.Args() {
		status = max(status, lint(name))
	}
	os.Exit(status)
}

func lint(name string) (status int) {
	if _, err := os.Stat(name); err != nil {
		fmt.Fprintln(os.Stderr, "conf-lint:", err)
		return 2
	}
	cfg, diags := confparse.ParseFile(name, confparse.Options{})
	for _, d := range diags {
		fmt.Println(d)
	}
	if diags.HasErrors() {
		return 1
	}
	fmt.Printf("%s: %d virtual routers\n", name, len(cfg.Instances))
	return 0
}
