//go:build !linux

package main

import "syscall"

// dieWithParent is nothing where the kernel offers nothing: a killed supervisor leaves its children.
func dieWithParent() *syscall.SysProcAttr {
	return nil
}
