//! What is known of an object's values: of Kubernetes' own kinds from a table, of others from the definition in the same set.

use serde_json::Value;

use super::fields::{Field, Form, Of, Plain, Type, of_type, type_of};
use super::set::{NEWEST_MINOR, Set, below};
use crate::manifest::{Gvk, Manifest};

/// What is known of a value.
#[derive(Clone, Copy)]
pub(super) enum Schema<'a> {
    /// Of a type of the table.
    Typed(&'static Type),
    /// A list of such values.
    List(Of),
    /// A map of such values, by names that the user chooses.
    Map(Of),
    /// A value without parts.
    Plain(Plain),
    /// Described by a definition.
    Defined(&'a Value),
}

/// What a key of a map leads to.
pub(super) enum Step<'a> {
    /// A field of which more is known.
    Into(Schema<'a>),
    /// A field of which no more is known.
    Known,
    /// No field.
    Unknown,
}

/// Goes through every value of a set of which something is known.
pub(super) fn walk_all<'a>(set: &Set<'a>, visit: &mut impl FnMut(&'a Manifest, Schema<'a>, &Value, &str)) {
    for manifest in set.manifests {
        if let Some(schema) = Schema::of(set, &manifest.object) {
            walk(schema, &manifest.object, "", &mut |schema, value, pointer| visit(manifest, schema, value, pointer));
        }
    }
}

/// Goes through every value of which something is known, the outer ones first.
fn walk<'a>(schema: Schema<'a>, value: &Value, pointer: &str, visit: &mut impl FnMut(Schema<'a>, &Value, &str)) {
    visit(schema, value, pointer);
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if let Step::Into(inner) = schema.step(key) {
                    walk(inner, value, &below(pointer, key), visit);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if let Some(inner) = schema.item() {
                    walk(inner, item, &format!("{pointer}/{at}"), visit);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl<'a> Schema<'a> {
    /// Returns what is known of an object; none where that is nothing.
    pub(super) fn of(set: &Set<'a>, object: &Value) -> Option<Self> {
        let gvk = Gvk::of(object)?;
        // A newer Kubernetes may have fields that the table does not know.
        let is_table_new_enough = set.minor <= NEWEST_MINOR;
        match type_of(&format!("{}/{}", gvk.api_version(), gvk.kind)) {
            Some(name) if is_table_new_enough => of_type(name).map(Self::Typed),
            Some(_) => None,
            None => set
                .of_kind("apiextensions.k8s.io", "CustomResourceDefinition")
                .find_map(|crd| defined(&crd.object, &gvk)),
        }
    }

    fn of_field(field: Field) -> Option<Self> {
        match field.form {
            Form::One => Self::each(field.of),
            Form::List => Some(Self::List(field.of)),
            Form::Map => Some(Self::Map(field.of)),
        }
    }

    fn each(of: Of) -> Option<Self> {
        match of {
            Of::Any => None,
            Of::Plain(plain) => Some(Self::Plain(plain)),
            Of::Type(name) => of_type(name).map(Self::Typed),
        }
    }

    /// Returns what a key of a map leads to.
    pub(super) fn step(self, key: &str) -> Step<'a> {
        match self {
            Self::Typed(fields) => fields.get(key).map_or(Step::Unknown, |field| known(Self::of_field(*field))),
            Self::Map(of) => known(Self::each(of)),
            // A map in a wrong place.
            Self::List(_) | Self::Plain(_) => Step::Known,
            Self::Defined(schema) => step_defined(schema, key),
        }
    }

    /// Returns what is known of each item of a list.
    pub(super) fn item(self) -> Option<Self> {
        match self {
            Self::List(of) => Self::each(of),
            Self::Typed(_) | Self::Map(_) | Self::Plain(_) => None,
            Self::Defined(schema) => schema.get("items").map(Self::Defined),
        }
    }

    /// Returns the names of the fields that there are.
    pub(super) fn names(self) -> Vec<&'a str> {
        match self {
            Self::Typed(fields) => fields.keys().copied().collect(),
            Self::List(_) | Self::Map(_) | Self::Plain(_) => Vec::new(),
            Self::Defined(schema) => {
                schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
            }
        }
    }
}

fn known(schema: Option<Schema<'_>>) -> Step<'_> {
    schema.map_or(Step::Known, Step::Into)
}

/// Returns the schema of the version of a kind that a definition defines.
fn defined<'a>(definition: &'a Value, gvk: &Gvk) -> Option<Schema<'a>> {
    let spec = &definition["spec"];
    let is_it =
        spec["group"] == *gvk.group && spec["names"]["kind"] == *gvk.kind && spec["preserveUnknownFields"] != true;
    let versions = spec["versions"].as_array().filter(|_| is_it)?;
    let version = versions.iter().find(|version| version["name"] == *gvk.version)?;
    version.pointer("/schema/openAPIV3Schema").map(Schema::Defined)
}

/// What every object has, whatever its definition says.
const ENVELOPE: [&str; 3] = ["apiVersion", "kind", "metadata"];

fn step_defined<'a>(schema: &'a Value, key: &str) -> Step<'a> {
    if let Some(schema) = schema["properties"].get(key) {
        return Step::Into(Schema::Defined(schema));
    }
    let is_open = schema["x-kubernetes-preserve-unknown-fields"] == true
        || schema["x-kubernetes-embedded-resource"] == true
        || !schema["properties"].is_object();
    match &schema["additionalProperties"] {
        values @ Value::Object(_) => Step::Into(Schema::Defined(values)),
        Value::Bool(true) => Step::Known,
        _ if is_open || ENVELOPE.contains(&key) => Step::Known,
        _ => Step::Unknown,
    }
}
