//go:build !race && linux

package netlab

const raceDetector = false
