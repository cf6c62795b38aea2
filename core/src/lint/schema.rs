//! Which fields a kind has: Kubernetes' own from a table, others from the definition in the same set. Judges no values.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::set::{NEWEST_MINOR, Set};
use crate::manifest::Gvk;

/// What the API server of Kubernetes 1.36 says of its own kinds; a test against that server keeps it equal.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("fields.txt")));

/// What is known of a value.
#[derive(Clone, Copy)]
pub(super) enum Schema<'a> {
    /// Of a type of the table.
    Typed(&'static Type),
    /// Each item or value is of a type of the table.
    Each(&'static Type),
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

/// The fields of a type, and what is known of each.
pub(super) type Type = BTreeMap<&'static str, Option<Field>>;

/// A field whose value has fields.
#[derive(Clone, Copy)]
pub(super) struct Field {
    type_name: &'static str,
    /// Whether the value is a list or a map of such values.
    is_many: bool,
}

struct Table {
    types: BTreeMap<&'static str, Type>,
    /// The types of kinds, by "apps/v1/Deployment".
    kinds: BTreeMap<&'static str, &'static str>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self { types: BTreeMap::new(), kinds: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, fields)) = line.split_once(':') else { continue };
            let (name, kind) = head.split_once(' ').map_or((head, None), |(name, kind)| (name, Some(kind)));
            table.kinds.extend(kind.map(|kind| (kind, name)));
            table.types.insert(name, fields.split_whitespace().map(field).collect());
        }
        table
    }
}

fn field(text: &'static str) -> (&'static str, Option<Field>) {
    let Some((key, type_name)) = text.split_once('=') else { return (text, None) };
    let many = key.strip_suffix("[]").or_else(|| key.strip_suffix("{}"));
    (many.unwrap_or(key), Some(Field { type_name, is_many: many.is_some() }))
}

impl<'a> Schema<'a> {
    /// Returns what is known of an object; none where that is nothing.
    pub(super) fn of(set: &Set<'a>, object: &Value) -> Option<Self> {
        let gvk = Gvk::of(object)?;
        let name = format!("{}/{}", gvk.api_version(), gvk.kind);
        // A newer Kubernetes may have fields that the table does not know.
        let is_table_new_enough = set.minor <= NEWEST_MINOR;
        match TABLE.kinds.get(name.as_str()) {
            Some(name) if is_table_new_enough => Self::typed(name),
            Some(_) => None,
            None => set
                .of_kind("apiextensions.k8s.io", "CustomResourceDefinition")
                .find_map(|crd| defined(&crd.object, &gvk)),
        }
    }

    fn typed(name: &str) -> Option<Self> {
        TABLE.types.get(name).map(Self::Typed)
    }

    /// Returns what a key of a map leads to.
    pub(super) fn step(self, key: &str) -> Step<'a> {
        match self {
            Self::Typed(fields) => fields.get(key).map_or(Step::Unknown, |field| known(field.and_then(of_field))),
            Self::Each(fields) => Step::Into(Self::Typed(fields)),
            Self::Defined(schema) => step_defined(schema, key),
        }
    }

    /// Returns what is known of each item of a list.
    pub(super) fn item(self) -> Option<Self> {
        match self {
            Self::Typed(_) => None,
            Self::Each(fields) => Some(Self::Typed(fields)),
            Self::Defined(schema) => schema.get("items").map(Self::Defined),
        }
    }

    /// Returns the names of the fields that there are.
    pub(super) fn names(self) -> Vec<&'a str> {
        match self {
            Self::Typed(fields) => fields.keys().copied().collect(),
            Self::Each(_) => Vec::new(),
            Self::Defined(schema) => {
                schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
            }
        }
    }
}

fn of_field<'a>(field: Field) -> Option<Schema<'a>> {
    let fields = TABLE.types.get(field.type_name)?;
    Some(if field.is_many { Schema::Each(fields) } else { Schema::Typed(fields) })
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
