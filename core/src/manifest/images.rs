//! Sets the image that the same commit's pipeline built, wherever its name is used. Does not ask a registry.

use serde_json::Value;

use super::Manifest;

/// Replaces the image called `name` by `reference` in every container of every object.
///
/// An image matches by its whole repository or by the last part of it: "web" is "registry.example/shop/web:1.8".
pub fn replace(manifests: &mut [Manifest], name: &str, reference: &str) {
    for manifest in manifests {
        in_value(&mut manifest.object, name, reference);
    }
}

fn in_value(value: &mut Value, name: &str, reference: &str) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::Array(containers) if ["containers", "initContainers"].contains(&key.as_str()) => {
                        for container in containers {
                            in_container(container, name, reference);
                        }
                    }
                    _ => in_value(value, name, reference),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_value(item, name, reference)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn in_container(container: &mut Value, name: &str, reference: &str) {
    let Some(image) = container["image"].as_str() else { return };
    let repository = repository_of(image);
    if repository == name || repository.rsplit('/').next() == Some(name) {
        container["image"] = reference.into();
    }
}

/// Returns an image reference without its tag and digest. A colon before the last slash is a port.
fn repository_of(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

#[cfg(test)]
mod tests {
    use super::repository_of;

    #[test]
    fn a_repository_is_what_is_left_without_tag_and_digest() {
        let cases = [
            ("web", "web"),
            ("web:1.8", "web"),
            ("registry.example:5000/shop/web", "registry.example:5000/shop/web"),
            ("registry.example:5000/shop/web:1.8@sha256:00", "registry.example:5000/shop/web"),
        ];
        for (image, repository) in cases {
            assert_eq!(repository_of(image), repository, "{image}");
        }
    }
}
