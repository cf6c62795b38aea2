//! Sets the image that the same commit's pipeline built, wherever its name is used. Does not ask a registry.

use std::ops::BitOr;

use serde_json::Value;

use super::Manifest;

/// Replaces the image called `name` by `reference` in every container of every object. Returns whether any has it.
///
/// An image matches by its whole repository or by the last part of it: "web" is "registry.example/shop/web:1.8".
pub fn replace(manifests: &mut [Manifest], name: &str, reference: &str) -> bool {
    let replaced = manifests.iter_mut().map(|manifest| in_value(&mut manifest.object, name, reference));
    replaced.fold(false, BitOr::bitor)
}

fn in_value(value: &mut Value, name: &str, reference: &str) -> bool {
    match value {
        Value::Object(fields) => {
            let replaced = fields.iter_mut().map(|(key, value)| in_field(key, value, name, reference));
            replaced.fold(false, BitOr::bitor)
        }
        Value::Array(items) => {
            let replaced = items.iter_mut().map(|item| in_value(item, name, reference));
            replaced.fold(false, BitOr::bitor)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn in_field(key: &str, value: &mut Value, name: &str, reference: &str) -> bool {
    match value {
        Value::Array(containers) if ["containers", "initContainers"].contains(&key) => {
            let replaced = containers.iter_mut().map(|container| in_container(container, name, reference));
            replaced.fold(false, BitOr::bitor)
        }
        _ => in_value(value, name, reference),
    }
}

fn in_container(container: &mut Value, name: &str, reference: &str) -> bool {
    let Some(image) = container["image"].as_str() else { return false };
    let is_named = is_called(image, name);
    if is_named {
        container["image"] = reference.into();
    }
    is_named
}

/// Returns whether an image's repository, or the last part of it, is `name`.
pub(crate) fn is_called(image: &str, name: &str) -> bool {
    let repository = Reference::of(image).repository;
    repository == name || repository.rsplit('/').next() == Some(name)
}

/// An image reference in its parts.
pub(crate) struct Reference<'a> {
    pub(crate) repository: &'a str,
    pub(crate) tag: Option<&'a str>,
    pub(crate) digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Splits a reference. A colon before the last slash is a port.
    pub(crate) fn of(image: &'a str) -> Self {
        let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (rest, None),
        };
        Self { repository, tag, digest }
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn a_repository_is_what_is_left_without_tag_and_digest() {
        let cases = [
            ("web", "web"),
            ("web:1.8", "web"),
            ("registry.example:5000/shop/web", "registry.example:5000/shop/web"),
            ("registry.example:5000/shop/web:1.8@sha256:00", "registry.example:5000/shop/web"),
        ];
        for (image, repository) in cases {
            assert_eq!(Reference::of(image).repository, repository, "{image}");
        }
    }
}
