// Package vip puts virtual addresses on network interfaces, tells the
// neighbours, and takes the addresses away again.
//
// A [Manager] looks after the addresses of one network namespace. Each [Set] is
// a group of addresses that come and go together; its methods Acquire, Release
// and Announce are what a VRRP router calls on its way to master and back, so a
// Set can be handed to a vrrp.Router as its Owner. A Set that is acquired at
// start and never released holds static addresses.
//
// What somebody else removes is put back within milliseconds, and reported on the
// Set's Trouble. Under a Config.Lifetime the kernel removes addresses by itself
// when the process is killed, stopped or stuck. A [VMAC] is an interface with a
// virtual router's hardware address; a [Filter] drops packets for addresses that
// are held but not used.
//
// The operating system is behind [Kernel]: [NewKernel] is Linux's, and package
// viptest has one in memory, for tests of failovers without a network.
package vip
