// Package lifecycle holds the packages to what all of them promise about their
// lives: that nothing is left after Run, neither a goroutine nor a descriptor nor
// anything in the kernel, and that misuse is answered with an error.
package lifecycle
