//! Images that another build can replace under the same name. Asks no registry.

use super::finding::{At, Found};
use super::set::Set;

/// What Istio's injector replaces by an image of its own.
const INJECTED: &str = "auto";

/// Finds images of pods without a tag, with an empty one, or with the tag `latest`. A digest always says which image.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for pod in &set.pods {
        for container in pod.containers() {
            let image = container.value["image"].as_str().unwrap_or_default();
            let Some(label) = wrong(image) else { continue };
            let title = format!("{} runs `{image}`: {label}", container.name());
            found.add(pod.manifest, title, &[(At::Value(&container.at("image")), label)]);
        }
    }
}

fn wrong(image: &str) -> Option<&'static str> {
    let last = image.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || image == INJECTED || image.contains('@') {
        return None;
    }
    match last.split_once(':') {
        None => Some("no tag"),
        Some((_, "")) => Some("an empty tag"),
        Some((_, "latest")) => Some("the tag `latest`"),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn a_port_is_no_tag_and_a_digest_needs_none() {
        let cases = [
            ("web", Some("no tag")),
            ("registry.example:5000/shop/web", Some("no tag")),
            ("registry.example/web:latest", Some("the tag `latest`")),
            ("registry.example/web:", Some("an empty tag")),
            ("auto", None),
            ("web:1.8", None),
            ("web@sha256:00", None),
            ("web:latest@sha256:00", None),
            ("", None),
        ];
        for (image, expected) in cases {
            assert_eq!(wrong(image), expected, "{image}");
        }
    }
}
