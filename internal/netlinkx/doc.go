// Package netlinkx is the part of rtnetlink that this module speaks itself:
// interfaces and addresses, listed, watched, and changed in batches.
//
// It exists beside rtnetlink because that cannot set an address's lifetimes or
// protocol, cannot replace an address, and hides interrupted dumps. The package
// is for Linux; elsewhere it is empty.
//
// A network namespace is given by a file descriptor; zero or negative means
// the caller's own.
package netlinkx
