//! Why a container's image cannot be had. Source: kubelet `images/types.go`.

use super::Code;
use super::container::Container;
use super::event::Event;
use super::finding::{Fatal, Finding};
use super::subject::{Subject, text};

/// How long a registry may fail before it counts: time-outs and rate limits usually pass.
const PULL_GRACE_SECONDS: u64 = 60;

/// What registries and runtimes say when the credentials are missing or too weak; asked before [`ABSENT`], because
/// some registries hide absence behind it ("repository does not exist or may require authorization").
const DENIED: &[&str] = &["denied", "unauthorized", "forbidden", "authorization failed", "no basic auth credentials"];

/// What they say when there is an image, for other platforms; asked first: containerd ends it with "not found".
const OTHER_PLATFORM: &[&str] = &[
    "no match for platform",
    "no matching manifest for",
    "no image found in manifest list for architecture",
    "no image found in image index for architecture",
    "does not match the specified platform",
];

/// What they say when there is no such image.
const ABSENT: &[&str] = &["not found", "manifest unknown", "does not exist", "name unknown"];

/// The reason, whoever finds it out: the registry, the runtime or the program's log.
pub(super) const NOT_MADE_FOR_ITS_NODE: &str = "has an image that is not made for its node's platform";

pub(super) fn finding(subject: &Subject<'_>, container: &Container<'_>) -> Option<Finding> {
    match container.waiting_reason() {
        "InvalidImageName" => Some(invalid(container)),
        "ErrImageNeverPull" => return Some(never_pulled(container)),
        "ErrImagePull" | "ImagePullBackOff" => Some(not_pulled(container, &evidence(subject, container))),
        _ => None,
    }
    .map(|finding| finding.pod_field(container.field("image")))
}

fn invalid(container: &Container<'_>) -> Finding {
    Finding::new(Code::ImageInvalid, Fatal::Now, "has an image whose name is not valid")
        .evidence(container.waiting_message())
        .help(format!("correct the name `{}`", container.image()))
}

fn never_pulled(container: &Container<'_>) -> Finding {
    Finding::new(Code::ImageInvalid, Fatal::Now, "may not pull its image, which its node does not have")
        .pod_field(container.field("imagePullPolicy"))
        .evidence(container.waiting_message())
        .help("set `imagePullPolicy` to `IfNotPresent`, or bring the image to the node")
}

fn not_pulled(container: &Container<'_>, evidence: &str) -> Finding {
    let image = container.image();
    let answer = if image.is_empty() { evidence.to_lowercase() } else { evidence.replace(image, "").to_lowercase() };
    let says = |words: &[&str]| words.iter().any(|word| answer.contains(word));
    let finding = if says(OTHER_PLATFORM) {
        other_platform(container)
    } else if says(DENIED) {
        Finding::new(Code::ImageDenied, Fatal::Now, "may not pull its image")
            .help(format!("check that `{image}` exists and that the pull Secret may read it"))
    } else if says(ABSENT) {
        Finding::new(Code::ImageNotFound, Fatal::Now, "has an image that its registry does not have")
            .help(format!("push `{image}`, or correct its name or tag"))
    } else {
        Finding::new(
            Code::ImageUnreachable,
            Fatal::AfterSeconds(PULL_GRACE_SECONDS),
            "cannot pull its image: the registry does not give it",
        )
        .help("check that the nodes reach the registry, then deploy again")
    };
    finding.evidence(evidence)
}

/// Says that an image is made for other machines than the pod's node.
pub(super) fn other_platform(container: &Container<'_>) -> Finding {
    let node =
        text(container.pod, "/spec/nodeName").map_or_else(|| "its node".to_owned(), |node| format!("the node {node}"));
    Finding::new(Code::ImagePlatform, Fatal::Now, NOT_MADE_FOR_ITS_NODE).pod_field(container.field("image")).help(
        format!(
            "build `{}` for the platform of {node}, or choose other nodes with a `nodeSelector`",
            container.image()
        ),
    )
}

/// While it backs off, an older kubelet names only the image: the event then still has the registry's answer.
fn evidence(subject: &Subject<'_>, container: &Container<'_>) -> String {
    let message = container.waiting_message();
    let only_backs_off = message.is_empty() || (message.starts_with("Back-off") && !message.contains("ErrImagePull"));
    let event = subject.newest(container.pod_uid(), &["Failed"], &failed_to_pull(container)).map(Event::message);
    event.filter(|_| only_backs_off).unwrap_or(message).to_owned()
}

fn failed_to_pull(container: &Container<'_>) -> String {
    format!("Failed to pull image \"{}\"", container.image())
}
