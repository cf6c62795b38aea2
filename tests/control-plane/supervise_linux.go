package main

import "syscall"

// dieWithParent makes the kernel end a child whose supervisor was killed.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
