//! Whether a Service has its address. Does not ask whether pods stand behind it.

use super::subject::Subject;
use super::{Verdict, ready, waiting};

pub(super) fn judge(subject: &Subject<'_>) -> Verdict {
    if subject.text("/spec/type") != Some("LoadBalancer") || !subject.list("/status/loadBalancer/ingress").is_empty() {
        return ready();
    }
    match subject.event(subject.uid(), &["SyncLoadBalancerFailed"]) {
        Some(message) => waiting(format!("the address of its load balancer: {message}")),
        None => waiting("the address of its load balancer"),
    }
}
