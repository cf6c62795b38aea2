//! What every object must have: apiVersion, kind and a valid name.
//!
//! Checks the envelope only; the API server knows the rest.

use serde_json::Value;

use crate::id;

use super::identity::{Gvk, ObjectId};
use super::located::Located;
use super::object_problem::ObjectProblem;
use super::problem::ReadError;
use super::{Manifest, encrypted};

/// Longest name of an object (RFC 1123 subdomain).
const NAME_CHARS_MAX: usize = 253;

/// Returns the identity of an object, or everything that is wrong with its envelope.
pub fn identify(manifest: &Manifest) -> Result<ObjectId, Vec<ReadError>> {
    let mut check = Check { manifest, errors: Vec::new() };
    let id = check.identity();
    check.texts("metadata.labels", "/metadata/labels");
    check.texts("metadata.annotations", "/metadata/annotations");
    match id {
        Some(id) if check.errors.is_empty() => Ok(id),
        _ => Err(check.errors),
    }
}

struct Check<'a> {
    manifest: &'a Manifest,
    errors: Vec<ReadError>,
}

impl Check<'_> {
    fn identity(&mut self) -> Option<ObjectId> {
        if !self.manifest.object.is_object() {
            let found = what(&self.manifest.object);
            self.report(ObjectProblem::NotAnObject { found }, "");
            return None;
        }
        if let Some(field) = encrypted::misplaced(&self.manifest.object) {
            let pointer = field.clone();
            self.report(ObjectProblem::Encrypted { field }, &pointer);
            return None;
        }
        let version = self.required("apiVersion", "/apiVersion");
        let kind = self.required("kind", "/kind");
        let name = self.name();
        let namespace = self.namespace();
        let gvk = self.gvk(&version?, &kind?)?;
        Some(ObjectId { group: gvk.group, kind: gvk.kind, namespace, name: name? })
    }

    fn gvk(&mut self, version: &str, kind: &str) -> Option<Gvk> {
        let gvk = Gvk::new(version, kind);
        if gvk.version.is_empty() || gvk.version.contains('/') {
            self.report(ObjectProblem::ApiVersion { text: version.to_owned() }, "/apiVersion");
            return None;
        }
        Some(gvk)
    }

    fn name(&mut self) -> Option<String> {
        let metadata = self.manifest.object.get("metadata");
        if let Some(other) = metadata.filter(|metadata| !metadata.is_object() && !metadata.is_null()) {
            let found = what(other);
            self.report(ObjectProblem::NotAMapping { field: "metadata", found }, "/metadata");
            return None;
        }
        let generated = metadata.is_some_and(|metadata| metadata.get("generateName").is_some());
        if generated && metadata.is_some_and(|metadata| metadata.get("name").is_none()) {
            self.report(ObjectProblem::GenerateName, "/metadata/generateName");
            return None;
        }
        let name = self.required("metadata.name", "/metadata/name")?;
        let rbac = self.manifest.object.get("apiVersion").and_then(Value::as_str);
        if rbac.is_some_and(|version| version.starts_with("rbac.authorization.k8s.io/")) {
            return self.path_segment(name);
        }
        if !is_subdomain(&name) {
            let (what, signs) = ("object name", ", `-` and `.`");
            let problem = ObjectProblem::Name { name, what, chars_max: NAME_CHARS_MAX, signs };
            self.report(problem, "/metadata/name");
            return None;
        }
        Some(name)
    }

    /// RBAC names such as `system:node` only have to fit into a URL path
    /// (apimachinery `api/validation/path`).
    fn path_segment(&mut self, name: String) -> Option<String> {
        let fits = name != "." && name != ".." && !name.contains(['/', '%']);
        if !fits {
            let (what, signs) = ("object name", ", `-`, `.` and `:`");
            let problem = ObjectProblem::Name { name, what, chars_max: NAME_CHARS_MAX, signs };
            self.report(problem, "/metadata/name");
            return None;
        }
        Some(name)
    }

    fn namespace(&mut self) -> Option<String> {
        let value = self.manifest.object.pointer("/metadata/namespace")?;
        let namespace = self.text("metadata.namespace", "/metadata/namespace", value)?;
        if namespace.is_empty() {
            return None;
        }
        if !id::is_dns_label(&namespace) {
            let (what, signs) = ("namespace", " and `-`");
            let name = namespace;
            let problem = ObjectProblem::Name { name, what, chars_max: id::NAME_CHARS_MAX, signs };
            self.report(problem, "/metadata/namespace");
            return None;
        }
        Some(namespace)
    }

    fn required(&mut self, field: &'static str, pointer: &str) -> Option<String> {
        match self.manifest.object.pointer(pointer) {
            None | Some(Value::Null) => self.missing(field, pointer),
            Some(Value::String(text)) if text.is_empty() => self.missing(field, pointer),
            Some(value) => self.text(field, pointer, value),
        }
    }

    fn missing(&mut self, field: &'static str, pointer: &str) -> Option<String> {
        self.report(ObjectProblem::Missing { field }, pointer);
        None
    }

    fn text(&mut self, field: &str, pointer: &str, value: &Value) -> Option<String> {
        match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => {
                let problem = ObjectProblem::NotText { field: field.to_owned(), found: what(other) };
                self.report(problem, pointer);
                None
            }
        }
    }

    /// Reports every value of a map of texts that is not text. Null stays: it is pruned later.
    fn texts(&mut self, field: &'static str, pointer: &str) {
        match self.manifest.object.pointer(pointer) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => {
                for (key, value) in map {
                    let mut place = pointer.to_owned();
                    super::spans::push_step(&mut place, key);
                    self.text(&format!("{field}.{key}"), &place, value);
                }
            }
            Some(other) => {
                let problem = ObjectProblem::NotAMapping { field, found: what(other) };
                self.report(problem, pointer);
            }
        }
    }

    fn report(&mut self, problem: ObjectProblem, pointer: &str) {
        let span = self.manifest.spans.nearest(pointer).unwrap_or(0..0);
        let first_line = self.manifest.text.first_line(span);
        let error = Located::new(&self.manifest.text, problem.into(), first_line, "here");
        let secret = super::secret::is_secret(&self.manifest.object);
        self.errors.push(if secret { error.without_text() } else { error });
    }
}

/// Names the type of a value as a user would.
fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

fn is_subdomain(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX && name.split('.').all(is_label_of_any_length)
}

fn is_label_of_any_length(label: &str) -> bool {
    let ends_well = !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    ends_well && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
