// Genhash prints the digest of a page, for HTTP_GET and SSL_GET of a keepalived
// configuration.
//
//	genhash -s 192.0.2.1 -p 80 -u /health
package main

import (
	"fmt"
	"os"

	"github.com/vrrpkit/vrrpkit/internal/genhash"
)

func main() {
	if err := genhash.Command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "genhash:", err)
		os.Exit(1)
	}
}
