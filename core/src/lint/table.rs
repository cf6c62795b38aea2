//! The one table of lints: code, severity, what each finds, why it matters, what to do.
//!
//! docs/lints.md is written from it, and the switches know the lints by it. Finds nothing itself.

use std::fmt;

use super::finding::{Found, Severity};
use super::set::Set;
use super::{
    api_version, autoscaler, backend, image_tag, immutable, own_selector, plain_secret, pod_disruption, port_name,
    reference, repeated_item, sealed_secret, service_pods, switch, two_readings, unknown_field, webhook, wrong_type,
};
use Severity::{Notice, Warning};

/// One lint.
pub struct Lint {
    /// The code that switches name: "`image_tag`".
    pub code: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// What it finds, as a clause.
    pub finds: &'static str,
    /// Why that matters and when it is right all the same, as sentences.
    pub why: &'static str,
    /// What to do about a finding, as a sentence without a full stop.
    pub help: &'static str,
    pub(super) check: fn(&Set<'_>, &mut Found),
}

impl fmt::Debug for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Every lint, by its code.
pub static LINTS: [Lint; 23] = [
    Lint {
        code: "autoscaler_replicas",
        severity: Warning,
        finds: "a workload that sets `replicas` and has an autoscaler in the set",
        why: "The number is the autoscaler's as soon as it has changed it. From then on every plan that wants another \
              number shows a conflict, and the workload is not deployed.",
        help: "delete `replicas` once the autoscaler has changed the number; before, it would go back to 1",
        check: autoscaler::replicas,
    },
    Lint {
        code: "autoscaler_target",
        severity: Warning,
        finds: "an autoscaler that scales a workload of Kubernetes which the set does not have",
        why: "It scales nothing, unless the workload is deployed from elsewhere into the same namespace.",
        help: "correct kind and name in `scaleTargetRef`",
        check: autoscaler::target,
    },
    Lint {
        code: "backend_port",
        severity: Warning,
        finds: "an Ingress that leads to a port which its Service of the set does not have",
        why: "Requests are answered with an error of the ingress controller.",
        help: "name a port that the Service has, by `number` or by `name`",
        check: backend::port,
    },
    Lint {
        code: "deprecated_api",
        severity: Notice,
        finds: "a version of an API that a later Kubernetes will not serve",
        why: "It works until the cluster is upgraded. Judged for the cluster's version where it is asked, and for \
              Kubernetes 1.36 by `landfall check`.",
        help: "write the newer version; its fields may differ",
        check: api_version::deprecated,
    },
    Lint {
        code: "eviction_blocked",
        severity: Warning,
        finds: "a PodDisruptionBudget that never lets a pod go",
        why: "A node with such a pod cannot be drained, so upgrades of the cluster stop there until somebody deletes the \
              pod by hand. Not judged where an autoscaler sets the number of pods.",
        help: "allow one: `maxUnavailable: 1`, with at least two replicas where one must always run",
        check: pod_disruption::check,
    },
    Lint {
        code: "image_tag",
        severity: Warning,
        finds: "an image without a tag, with an empty one, or with the tag `latest`",
        why: "The same manifest then runs another image on another day, and going back to a commit does not bring back \
              what ran. An image that `images` in landfall.yaml sets is judged by what it is set to.",
        help: "write the version that was tested, or its digest; or set it with `images` in landfall.yaml",
        check: image_tag::check,
    },
    Lint {
        code: "immutable_field",
        severity: Warning,
        finds: "a field that the API server never lets change, with another value than before",
        why: "The server refuses the object, and nothing of the deploy is written. It is found by comparing with what is \
              deployed, or with the target branch where no cluster is asked; `landfall check` has nothing to compare with.",
        help: "keep the value, or give the object another name: then the old one is deleted once the new one runs",
        check: immutable::check,
    },
    Lint {
        code: "missing_backend",
        severity: Notice,
        finds: "an Ingress that leads to a Service which the set does not have",
        why: "It is right where the Service is deployed from elsewhere into the same namespace.",
        help: "correct the name, or make sure that the namespace has this Service",
        check: backend::service,
    },
    Lint {
        code: "missing_key",
        severity: Warning,
        finds: "a key that a pod needs, and that the ConfigMap or Secret of the set does not have",
        why: "The container does not start: `CreateContainerConfigError`, or a volume that is never mounted.",
        help: "correct the key, or add it; `optional: true` lets the pod start without it",
        check: reference::keys,
    },
    Lint {
        code: "missing_reference",
        severity: Notice,
        finds: "a ConfigMap, Secret, ServiceAccount or claim that a pod needs and the set does not have",
        why: "It is right where somebody else makes the object in the same namespace, as is usual for Secrets. Silent \
              where it is `optional`, and where a custom resource or a command of the set names it. Said once for a set.",
        help: "correct the name, or make sure that the namespace has this object before the pods start",
        check: reference::check,
    },
    Lint {
        code: "own_selector",
        severity: Warning,
        finds: "a workload whose selector does not match its own pods",
        why: "The API server refuses it.",
        help: "give the pods the labels that the selector names",
        check: own_selector::check,
    },
    Lint {
        code: "plain_secret",
        severity: Warning,
        finds: "a Secret with values that are not encrypted",
        why: "Whoever can read the repository, or any copy of it, can read them, also after they are deleted. Neither \
              the value nor its line is ever shown.",
        help: "seal or encrypt it, or let an operator fetch it, and replace what is secret: Git keeps it for ever; configuration \
               belongs into a ConfigMap",
        check: plain_secret::check,
    },
    Lint {
        code: "probe_port",
        severity: Warning,
        finds: "a probe or a hook of a port by a name that its container does not have",
        why: "The probe fails, so the container never becomes ready, or is restarted again and again.",
        help: "name a port of the same container, or write its number",
        check: port_name::probe,
    },
    Lint {
        code: "removed_api",
        severity: Warning,
        finds: "a version of an API that the cluster does not serve",
        why: "The API server refuses it. Judged for the cluster's version where it is asked, and for Kubernetes 1.36 by \
              `landfall check`.",
        help: "write the newer version; its fields may differ",
        check: api_version::removed,
    },
    Lint {
        code: "repeated_item",
        severity: Warning,
        finds: "two items with the same key in a list of a pod, a container or a Service",
        why: "Server-side apply knows the items of these lists by their key, and refuses the list or keeps one of the two.",
        help: "delete one of the two",
        check: repeated_item::check,
    },
    Lint {
        code: "sealed_elsewhere",
        severity: Warning,
        finds: "a SealedSecret that was sealed for another name or namespace",
        why: "Only the controller can open it, and it does so for the name and namespace that it was sealed for. Judged \
              by what the template beside the ciphertext says, and by the annotations that widen the scope.",
        help: "seal it again for this name and namespace",
        check: sealed_secret::check,
    },
    Lint {
        code: "service_pods",
        severity: Warning,
        finds: "a Service that selects no pod of the set",
        why: "It leads nowhere. Not judged in a set without pods, nor where a custom resource of the set may make them.",
        help: "correct the selector, or the labels of the pods",
        check: service_pods::check,
    },
    Lint {
        code: "switch",
        severity: Warning,
        finds: "the annotation `landfall.dev/lint-off` with a code that is none",
        why: "It switches nothing, so the finding that somebody wanted to silence is still shown.",
        help: "write codes of this page, with commas between them",
        check: switch::check,
    },
    Lint {
        code: "target_port",
        severity: Warning,
        finds: "a Service that leads to a port by a name which no container of its pods has",
        why: "The Service has no endpoints for this port.",
        help: "name a port of the pods' containers, or write its number",
        check: port_name::target,
    },
    Lint {
        code: "two_readings",
        severity: Warning,
        finds: "a value that kubectl and Kustomize read differently",
        why: "`on` and `no` are booleans for one and text for the other, and a date is text for one and a time for the \
              other. Judged in plain files, which Landfall reads as kubectl does.",
        help: "put it in quotes where text is meant, or write `true` or `false`",
        check: two_readings::check,
    },
    Lint {
        code: "unknown_field",
        severity: Warning,
        finds: "a field that its kind does not have",
        why: "The API server refuses it, or drops it: what was meant does not happen. Kubernetes' own kinds are judged \
              by the fields of 1.36, and not at all for a newer cluster; others by the CustomResourceDefinition of the \
              same set, if there is one.",
        help: "correct its name, or move it to where it belongs",
        check: unknown_field::check,
    },
    Lint {
        code: "webhook_deadlock",
        severity: Warning,
        finds: "a webhook that is asked about every new pod and is answered by a Service of the same set",
        why: "While none of its own pods runs, no pod can be made anywhere, its own included.",
        help: "leave its namespace out with `namespaceSelector`, or set `failurePolicy: Ignore`",
        check: webhook::check,
    },
    Lint {
        code: "wrong_type",
        severity: Warning,
        finds: "a value that its field cannot hold",
        why: "The API server refuses it: a number in quotes is a text, and an unquoted `yes` is no text. Kubernetes' own \
              kinds are judged by the fields of 1.36, and not at all for a newer cluster; others by the \
              CustomResourceDefinition of the same set, if there is one.",
        help: "write what the field holds: quotes make a text, and their absence a number or a boolean",
        check: wrong_type::check,
    },
];
