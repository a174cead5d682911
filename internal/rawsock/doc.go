// Package rawsock carries VRRP over raw IP sockets of Linux, in batches and
// without allocating: one socket per interface, family, and multicast group or
// local address.
//
// Raw IP sockets are used rather than packet sockets so that the host's packet
// filter keeps its say over VRRP.
package rawsock
