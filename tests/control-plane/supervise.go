package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
)

// order is one line on standard input: a program to start, and where its output goes.
type order struct {
	Log     string   `json:"log"`
	Command []string `json:"command"`
}

// supervise starts the programs that it reads from standard input, and answers each with its process id.
// When standard input ends, because the caller closed it or died in any way, it kills exactly those
// programs and removes the state directory. It restarts nothing.
func supervise(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: control-plane supervise STATE_DIR")
		return 2
	}
	// The kernel ends the children when the thread that started them ends, so that thread has to stay.
	runtime.LockOSThread()

	var started []*exec.Cmd
	var ending sync.WaitGroup
	closing := make(chan struct{})
	orders := bufio.NewScanner(os.Stdin)
	orders.Buffer(nil, 1<<20)
	for orders.Scan() {
		child, err := start(orders.Bytes())
		if err != nil {
			fmt.Printf("%q\n", err.Error())
			continue
		}
		started = append(started, child)
		ending.Go(func() { await(child, closing) })
		fmt.Println(child.Process.Pid)
	}

	close(closing)
	for _, child := range started {
		_ = child.Process.Kill()
	}
	ending.Wait()
	if err := os.RemoveAll(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func start(line []byte) (*exec.Cmd, error) {
	var order order
	if err := json.Unmarshal(line, &order); err != nil {
		return nil, err
	}
	log, err := os.Create(order.Log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	child := exec.Command(order.Command[0], order.Command[1:]...)
	child.Stdout, child.Stderr = log, log
	child.SysProcAttr = dieWithParent()
	return child, child.Start()
}

// await reports a program that ended by itself, which no test expects.
func await(child *exec.Cmd, closing <-chan struct{}) {
	_ = child.Wait()
	select {
	case <-closing:
	default:
		fmt.Fprintf(os.Stderr, "%s ended by itself: %s\n", child.Args[0:2], child.ProcessState)
	}
}
