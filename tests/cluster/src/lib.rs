//! A real control plane for tests: etcd, kube-apiserver, controller manager, scheduler and kwok.
