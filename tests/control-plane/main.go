// Command control-plane is every part of a Kubernetes control plane in one binary,
// so that the packages they share are compiled and linked once.
//
//	control-plane etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kubectl ARGS...
//	control-plane supervise STATE_DIR
//	control-plane read < FILES
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: control-plane PART ARGS...")
		os.Exit(2)
	}
	part := os.Args[1]
	os.Args = append([]string{part}, os.Args[2:]...)
	os.Exit(run(part))
}

func run(part string) int {
	switch part {
	case "etcd":
		etcdmain.Main(os.Args)
		return 0
	case "kube-apiserver":
		return command(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		return command(controllers.NewControllerManagerCommand())
	case "kube-scheduler":
		return command(scheduler.NewSchedulerCommand())
	case "kubectl":
		return command(kubectl.NewDefaultKubectlCommand())
	case "supervise":
		return supervise(os.Args[1:])
	case "read":
		return read()
	default:
		fmt.Fprintf(os.Stderr, "control-plane has no part %q\n", part)
		return 2
	}
}

func command(part *cobra.Command) int {
	return cli.Run(part)
}
