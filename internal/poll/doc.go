// Package poll waits for sockets, a deadline and a wake-up at once, on Linux.
//
// An epoll set holds a timerfd, an eventfd, and a second epoll set with the
// sockets. The outer set is registered once with Go's own poller, so a waiting
// goroutine occupies no thread and one event wakes it once. The inner set is
// one-shot: registered directly, every packet would wake the runtime's poller
// although its goroutine is already busy reading.
//
// A timerfd is used because Go's timers and poll timeouts wake some 0.1 to
// 0.4 ms later. System calls that cannot block are made without telling the
// scheduler: telling it, after a pause, wakes another thread for nothing.
package poll
