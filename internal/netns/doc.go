// Package netns runs code in another network namespace.
//
// A namespace is given by a file descriptor. Zero and negative descriptors
// mean the namespace of the calling process, so that the zero value of a
// configuration does the ordinary thing.
package netns
