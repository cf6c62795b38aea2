//! Which scalars say what runs: images in manifests, in a kustomization, in a chart's values. Reads values, no text.

use serde_json::Value;

use super::super::images::{Reference, is_called};
use super::super::push_step;
use super::{Edit, EditProblem};

/// Keys of a pod's lists of containers.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// Returns the edits that make every container's image called `name` the image `reference`.
pub fn images(documents: &[Value], name: &str, reference: &str) -> Result<Vec<Edit>, EditProblem> {
    let mut edits = Vec::new();
    for (document, value) in documents.iter().enumerate() {
        let mut found = Vec::new();
        in_value(value, &mut String::new(), name, &mut found);
        edits.extend(found.into_iter().map(|pointer| Edit { document, pointer, text: reference.to_owned() }));
    }
    if edits.is_empty() { Err(EditProblem::NoImage { name: name.to_owned() }) } else { Ok(edits) }
}

fn in_value(value: &Value, pointer: &mut String, name: &str, found: &mut Vec<String>) {
    let length = pointer.len();
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    };
    for (step, value) in steps {
        push_step(pointer, &step);
        match value {
            Value::Array(containers) if CONTAINERS.contains(&step.as_str()) => {
                for (at, container) in containers.iter().enumerate() {
                    if container["image"].as_str().is_some_and(|image| is_called(image, name)) {
                        found.push(format!("{pointer}/{at}/image"));
                    }
                }
            }
            _ => in_value(value, pointer, name, found),
        }
        pointer.truncate(length);
    }
}

/// Returns the edits of a kustomization's `images` that make the image called `name` the image `reference`.
pub fn kustomization_image(kustomization: &Value, name: &str, reference: &str) -> Result<Vec<Edit>, EditProblem> {
    let entries = kustomization["images"].as_array().into_iter().flatten().enumerate();
    let called = |entry: &Value| entry["name"].as_str().is_some_and(|image| is_called(image, name));
    let found: Vec<_> = entries.filter(|(_, entry)| called(entry)).collect();
    let mut edits = Vec::new();
    for (at, entry) in &found {
        edits.extend(in_entry(&format!("/images/{at}"), entry, name, &Reference::of(reference))?);
    }
    if found.is_empty() { Err(EditProblem::NoImage { name: name.to_owned() }) } else { Ok(edits) }
}

fn in_entry(at: &str, entry: &Value, name: &str, reference: &Reference<'_>) -> Result<Vec<Edit>, EditProblem> {
    if reference.digest.is_none() && entry.get("digest").is_some() {
        return Err(EditProblem::Digest { name: name.to_owned() });
    }
    let parts = [
        ("newName", Some(reference.repository).filter(|new| entry["name"] != *new || entry.get("newName").is_some())),
        // Beside a digest no tag counts.
        ("newTag", reference.tag.filter(|_| reference.digest.is_none() || entry.get("newTag").is_some())),
        ("digest", reference.digest),
    ];
    let mut edits = Vec::new();
    for (key, new) in parts {
        let Some(new) = new else { continue };
        let Some(old) = entry.get(key) else { return Err(EditProblem::NoKey { name: name.to_owned(), key }) };
        if old != new {
            edits.push(Edit { document: 0, pointer: format!("{at}/{key}"), text: new.to_owned() });
        }
    }
    Ok(edits)
}

/// Returns the edit of one value of a chart, by its path as in Helm's `--set`: `image.tag`, `images[0].tag`, `a\.b`.
pub fn helm_value(path: &str, text: &str) -> Result<Edit, EditProblem> {
    let wrong = || EditProblem::Path { path: path.to_owned() };
    let mut pointer = String::new();
    // A dot behind a backslash is part of a key; no key has a line break.
    for part in path.replace("\\.", "\n").split('.') {
        let part = part.replace('\n', ".");
        let (key, mut places) = part.split_at(part.find('[').unwrap_or(part.len()));
        if key.is_empty() {
            return Err(wrong());
        }
        push_step(&mut pointer, key);
        while !places.is_empty() {
            let (place, rest) = places.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(wrong)?;
            push_step(&mut pointer, &place.parse::<usize>().map_err(|_| wrong())?.to_string());
            places = rest;
        }
    }
    Ok(Edit { document: 0, pointer, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointers(edits: Result<Vec<Edit>, EditProblem>) -> Vec<String> {
        edits
            .expect("there are edits")
            .into_iter()
            .map(|edit| format!("{}{}={}", edit.document, edit.pointer, edit.text))
            .collect()
    }

    #[test]
    fn every_container_with_the_image_is_found_and_no_other() {
        let pod = json!({"containers": [{"image": "r:5000/shop/web:1"}, {"image": "other"}], "initContainers": [{"image": "web@sha256:0"}]});
        let documents = [json!({"data": {"image": "web"}}), json!({"items": [{"spec": {"template": {"spec": pod}}}]})];
        let at = "1/items/0/spec/template/spec";
        let expected = [format!("{at}/containers/0/image=web:2"), format!("{at}/initContainers/0/image=web:2")];
        assert_eq!(pointers(images(&documents, "web", "web:2")), expected);
        assert_eq!(images(&documents, "api", "api:2"), Err(EditProblem::NoImage { name: "api".to_owned() }));
    }

    #[test]
    fn an_entry_of_a_kustomization_gets_what_is_new() {
        let entry = |entry: Value| json!({"images": [{"name": "other", "newTag": "1"}, entry]});
        let tag = entry(json!({"name": "r/web", "newTag": "1"}));
        assert_eq!(pointers(kustomization_image(&tag, "web", "r/web:2")), ["0/images/1/newTag=2"]);
        assert_eq!(pointers(kustomization_image(&tag, "web", "r/web:1")), Vec::<String>::new());
        let full = entry(json!({"name": "web", "newName": "r/web", "newTag": "1", "digest": "sha256:0"}));
        let expected = ["0/images/1/newName=s/web", "0/images/1/newTag=2", "0/images/1/digest=sha256:1"];
        assert_eq!(pointers(kustomization_image(&full, "web", "s/web:2@sha256:1")), expected);
        let name = "web".to_owned();
        assert_eq!(kustomization_image(&full, "web", "r/web:2"), Err(EditProblem::Digest { name: name.clone() }));
        assert_eq!(kustomization_image(&tag, "web", "s/web:2"), Err(EditProblem::NoKey { name, key: "newName" }));
    }

    #[test]
    fn a_path_is_read_as_helm_reads_it() {
        for (path, pointer) in
            [("image.tag", "/image/tag"), ("a[0].b[1][2]", "/a/0/b/1/2"), (r"a\.b/c.d~", "/a.b~1c/d~0")]
        {
            assert_eq!(helm_value(path, "x").map(|edit| edit.pointer), Ok(pointer.to_owned()));
        }
        for path in ["", "a..b", "a[", "a[x]", "[0]", "a[0]b"] {
            assert!(helm_value(path, "x").is_err(), "{path}");
        }
    }
}
