//! Which Secret or `ConfigMap` a container lacks. Source: kubelet `kuberuntime_container.go` and `kubelet_pods.go`.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::Code;
use super::container::Container;
use super::finding::{Fatal, Finding};
use super::image;
use super::reference::Named;

/// How long what a container reads may be missing: it may be applied at the same time.
const CONFIG_GRACE_SECONDS: u64 = 30;

/// How long a runtime may fail to create or start a container: full or busy nodes usually pass.
const RUNTIME_GRACE_SECONDS: u64 = 60;

/// What runtimes say of a command when another try would find the same image.
const OF_THE_IMAGE: &[&str] =
    &["no such file or directory", "executable file not found", "permission denied", "is a directory"];

static MISSING_OBJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(secret|configmap) "([^"]+)" not found"#).expect("the pattern is constant and tested")
});

static MISSING_KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)couldn't find key (\S+) in (secret|configmap) (?:[^/\s]+/)?(\S+)")
        .expect("the pattern is constant and tested")
});

/// A volume's item (kubernetes `volume/{configmap,secret,projected}`); the message does not name the object.
static MISSING_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"references non-existent (secret|config) key: (\S+)").expect("the pattern is constant and tested")
});

pub(super) fn finding(container: &Container<'_>) -> Option<Finding> {
    let message = container.waiting_message();
    match container.waiting_reason() {
        "CreateContainerConfigError" if is_cache(message) => None,
        "CreateContainerConfigError" if message.contains("runAsNonRoot") => Some(runs_as_root(container)),
        "CreateContainerConfigError" => Some(missing_of_container(container, message)),
        "CreateContainerError" => Some(not_created(container)),
        "RunContainerError" => Some(not_started(container)),
        _ => None,
    }
}

/// The kubelet has not read the object yet, which is no fault of the object.
fn is_cache(message: &str) -> bool {
    message.contains("failed to sync") && message.contains("cache")
}

/// Returns what a message says to be missing, as a finding; a volume's message names it as a container's does.
pub(super) fn missing_of_volume(pod: &Value, message: &str) -> Option<Finding> {
    let names_it = MISSING_OBJECT.is_match(message) || message.contains("references non-existent");
    let field = named(message).and_then(|named| named.in_volumes(pod)).unwrap_or_else(|| "volumes".to_owned());
    names_it.then(|| missing(message).pod_field(field))
}

fn missing_of_container(container: &Container<'_>, message: &str) -> Finding {
    let field = named(message).zip(container.spec()).and_then(|(it, spec)| it.in_container(&container.place(), spec));
    missing(message).pod_field(field.unwrap_or_else(|| container.place()))
}

fn named(message: &str) -> Option<Named<'_>> {
    if let Some(found) = MISSING_KEY.captures(message) {
        let (key, kind_word, name) = (found.get(1)?.as_str(), &found[2], found.get(3)?.as_str());
        return Some(Named { kind: kind(kind_word), name, key: Some(key) });
    }
    let found = MISSING_OBJECT.captures(message)?;
    Some(Named { kind: kind(&found[1]), name: found.get(2)?.as_str(), key: None })
}

fn missing(message: &str) -> Finding {
    let (reason, help) = match what_is_missing(message) {
        Some(what) => (format!("lacks {what}"), format!("create {what}, or correct the reference to it")),
        None => ("has a broken configuration".to_owned(), "correct what the message names and deploy again".to_owned()),
    };
    let fatal = Fatal::AfterSeconds(CONFIG_GRACE_SECONDS);
    Finding::new(Code::ConfigMissing, fatal, reason).evidence(message).help(help)
}

fn what_is_missing(message: &str) -> Option<String> {
    if let Some(found) = MISSING_FILE.captures(message) {
        return Some(format!("the key `{}` of a {} that it mounts", &found[2], kind(&found[1])));
    }
    let Named { kind, name, key } = named(message)?;
    Some(match key {
        Some(key) => format!("the key `{key}` of the {kind} `{name}`"),
        None => format!("the {kind} `{name}`"),
    })
}

fn kind(word: &str) -> &'static str {
    if word.eq_ignore_ascii_case("secret") { "Secret" } else { "ConfigMap" }
}

/// In the kubelet's words: "container has `runAsNonRoot` and image will run as root".
fn runs_as_root(container: &Container<'_>) -> Finding {
    Finding::new(Code::ContainerNotCreated, Fatal::Now, "must not run as root, but its image does")
        .pod_field(container.field("securityContext"))
        .evidence(container.waiting_message())
        .help("set `securityContext.runAsUser` to a user of the image, or build the image with a numeric `USER`")
}

fn not_created(container: &Container<'_>) -> Finding {
    let fatal = Fatal::AfterSeconds(RUNTIME_GRACE_SECONDS);
    Finding::new(Code::ContainerNotCreated, fatal, "has a container that cannot be created")
        .pod_field(container.place())
        .evidence(container.waiting_message())
        .help("correct what the message names, or look at the node's runtime")
}

/// Says that a container's command does not start: a wrong path, a missing right, another architecture.
pub(super) fn not_started(container: &Container<'_>) -> Finding {
    let ended = |state: &str| container.status.pointer(&format!("/{state}/terminated/message"));
    let message = ended("state").or_else(|| ended("lastState")).and_then(|message| message.as_str());
    let evidence = message.unwrap_or(container.waiting_message());
    if evidence.contains("exec format error") {
        return image::other_platform(container).evidence(evidence);
    }
    let is_of_the_image = OF_THE_IMAGE.iter().any(|words| evidence.contains(words));
    let fatal = if is_of_the_image { Fatal::Now } else { Fatal::AfterSeconds(RUNTIME_GRACE_SECONDS) };
    Finding::new(Code::CannotStart, fatal, "has a command that cannot be started")
        .pod_field(container.field("command"))
        .evidence(evidence)
        .help("check `command` and that the image is made for the node's architecture")
}
