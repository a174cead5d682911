// Package apicheck holds the public packages to what the README says of them:
// every exported name has a comment and a use, and the README's listings are
// Go that compiles. It has no code of its own, only tests.
package apicheck
