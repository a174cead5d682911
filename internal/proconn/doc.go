// Package proconn hears from Linux's process connector which processes start
// and end.
package proconn
