// Command web is a small application that runs in containers of the tests, on port 8080.
//
// / answers the VERSION that the environment names. /livez answers 200, and /readyz too until SIGTERM.
// From SIGTERM on, requests are answered for DRAIN_MILLISECONDS more (none when it is not set), and those that
// have begun are finished.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	ending, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	http.HandleFunc("/{$}", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, os.Getenv("VERSION"))
	})
	http.HandleFunc("/livez", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/readyz", func(answer http.ResponseWriter, _ *http.Request) {
		if ending.Err() != nil {
			http.Error(answer, "ending", http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Addr: ":8080"}
	ended := make(chan error)
	go func() {
		<-ending.Done()
		time.Sleep(drain())
		ended <- server.Shutdown(context.Background())
	}()
	fmt.Println("version", os.Getenv("VERSION"), "listens on", server.Addr)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := <-ended; err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func drain() time.Duration {
	milliseconds, err := strconv.Atoi(os.Getenv("DRAIN_MILLISECONDS"))
	if err != nil {
		return 0
	}
	return time.Duration(milliseconds) * time.Millisecond
}
