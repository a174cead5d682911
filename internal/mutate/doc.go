// Package mutate tells how good tests are: it makes many small mistakes in a
// package, one at a time, and counts those that its tests notice. It flips every
// comparison, drops every assignment to a timer, and shifts every whole number
// by one.
//
// All mistakes are compiled into one test binary, which makes the one that an
// environment variable names; only those in constants need a binary each.
package mutate
