//! One reading of a set of manifests: namespaces filled in, server's fields removed, no duplicates.
//!
//! Changes only what every server would read the same way; adds no labels.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::Diagnostic;
use serde_json::Value;
use thiserror::Error;

use super::limits::OBJECTS_MAX;
use super::note::{Change, Note};
use super::own_annotation::{self, Unread};
use super::scope::{Scope, ScopeTable, is_builtin_group};
use super::{Gvk, Located, Manifest, ObjectId, Origin, Problems, ReadError, encrypted, identify, prune, secret};

/// What the environment provides where manifests are silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The target's namespace.
    pub namespace: String,
}

/// A set of manifests ready to be planned.
#[derive(Clone, Debug)]
pub struct Normalised {
    /// The manifests, ordered by identity.
    pub manifests: Vec<Manifest>,
    /// What was changed on the way, ordered by identity.
    pub notes: Vec<Note>,
}

/// All problems of a set at once.
pub type NormaliseErrors = Problems<NormaliseProblem>;

/// What is wrong with an object in its set.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum NormaliseProblem {
    /// Nobody knows whether the kind lives in a namespace.
    #[error("{object} is of the unknown kind {}/{}", gvk.api_version(), gvk.kind)]
    #[diagnostic(
        code(landfall::manifest::unknown_kind),
        help(
            "correct apiVersion and kind, or add the CustomResourceDefinition to this set or to the cluster; without a \
             cluster, name what it serves with --facts"
        )
    )]
    UnknownKind {
        /// The object.
        object: ObjectId,
        /// Its type.
        gvk: Gvk,
    },

    /// An object of another namespace than the target's.
    #[error("{object} is for namespace `{namespace}`, but this target deploys to `{target}`")]
    #[diagnostic(
        code(landfall::manifest::foreign_namespace),
        help(
            "delete `metadata.namespace`, let `transform: {{namespace: true}}` move it, or make a target for namespace \
             `{namespace}`"
        )
    )]
    ForeignNamespace {
        /// The object.
        object: ObjectId,
        /// The namespace it names.
        namespace: String,
        /// The namespace of the target.
        target: String,
    },

    /// The same object twice.
    #[error("{object} is written twice: at {first} and at {second}")]
    #[diagnostic(
        code(landfall::manifest::duplicate_object),
        help("delete one of the two; the second would overwrite the first")
    )]
    Duplicate {
        /// The object.
        object: ObjectId,
        /// Where it is written first.
        first: Origin,
        /// Where it is written again.
        second: Origin,
    },

    /// More objects than any deploy should have.
    #[error("the set has {objects} objects, more than the {OBJECTS_MAX} allowed")]
    #[diagnostic(
        code(landfall::manifest::too_many_objects),
        help("divide them among several environments, each with a source of its own")
    )]
    TooManyObjects {
        /// How many there are.
        objects: usize,
    },

    /// A Secret's text that is not text. The value itself is never shown.
    #[error("`stringData.{key}` of {object} must be text")]
    #[diagnostic(
        code(landfall::manifest::secret_not_text),
        help("put the value in quotes: YAML reads yes, on, 1.10 and 0644 as something else")
    )]
    SecretNotText {
        /// The Secret.
        object: ObjectId,
        /// The key in `stringData`.
        key: String,
    },

    /// An annotation of ours that nobody reads.
    #[error("{object} has the {what} `{key}`, which means nothing{}", of_value(value.as_ref()))]
    #[diagnostic(code(landfall::manifest::annotation), help("{help}"))]
    Annotation {
        /// The object.
        object: ObjectId,
        /// `annotation`, or `label` where it should be one.
        what: &'static str,
        /// Its key.
        key: String,
        /// Its value, where that is what nobody reads.
        value: Option<String>,
        /// What was probably meant.
        help: String,
    },

    /// An object without a valid envelope.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Object(#[from] super::ReadProblem),
}

/// Returns the set as it is to be planned, or everything that is wrong with it.
pub fn normalise(
    manifests: Vec<Manifest>,
    table: &ScopeTable,
    defaults: &Defaults,
) -> Result<Normalised, NormaliseErrors> {
    if let Some(beyond) = manifests.get(OBJECTS_MAX) {
        let problem = NormaliseProblem::TooManyObjects { objects: manifests.len() };
        let span = beyond.text.first_line(beyond.spans.nearest("").unwrap_or(0..0));
        return Err(Problems::one(Located::new(&beyond.text, problem, span, "one too many").without_text()));
    }
    let table = table.with_crds(&manifests);
    let mut set = Set { table: &table, defaults, kept: BTreeMap::new(), notes: Vec::new(), errors: Vec::new() };
    for manifest in manifests {
        set.add(manifest);
    }
    if !set.errors.is_empty() {
        return Err(Problems::new(set.errors));
    }
    set.notes.sort();
    Ok(Normalised { manifests: set.kept.into_values().collect(), notes: set.notes })
}

/// Returns every annotation of ours that nobody reads. Earlier commits are not asked: they are as they were deployed.
pub fn read_annotations(manifests: &[Manifest]) -> Result<(), NormaliseErrors> {
    let mut errors = Vec::new();
    for manifest in manifests {
        let Some(object) = ObjectId::of(&manifest.object) else { continue };
        for Unread { field, key, value, help } in own_annotation::unread(&manifest.object) {
            let pointer = format!("/metadata/{field}/{}", key.replace('/', "~1"));
            let (object, what) = (object.clone(), field.trim_end_matches('s'));
            let problem = NormaliseProblem::Annotation { object, what, key, value, help };
            errors.push(located(manifest, problem, &pointer));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problems::new(errors)) }
}

struct Set<'a> {
    table: &'a ScopeTable,
    defaults: &'a Defaults,
    kept: BTreeMap<ObjectId, Manifest>,
    notes: Vec<Note>,
    errors: Vec<Located<NormaliseProblem>>,
}

impl Set<'_> {
    fn add(&mut self, mut manifest: Manifest) {
        let stated = match identify(&manifest) {
            Ok(id) => id,
            Err(errors) => return self.errors.extend(errors.into_iter().map(ReadError::into_problem)),
        };
        let mut changes = Vec::new();
        let Some(object) = self.place(&mut manifest, stated, &mut changes) else { return };
        changes.extend(repeated(&manifest));
        encrypted::drop_metadata(&mut manifest.object);
        changes.extend(prune::server_fields(&mut manifest.object));
        let builtin = is_builtin_group(&object.group);
        changes.extend(prune::nulls(&mut manifest.object, builtin));
        for key in secret::fold(&mut manifest) {
            let problem = NormaliseProblem::SecretNotText { object: object.clone(), key };
            self.report(&manifest, problem, "/stringData");
        }
        changes.extend(encrypted::is_encrypted(&manifest).then_some(Change::KnownAtDeploy));
        let noted = |change| Note { object: object.clone(), origin: manifest.origin.clone(), change };
        self.notes.extend(changes.into_iter().map(noted));
        self.keep(object, manifest);
    }

    /// Gives the object the namespace it will live in, and returns its identity there.
    fn place(&mut self, manifest: &mut Manifest, mut id: ObjectId, changes: &mut Vec<Change>) -> Option<ObjectId> {
        let gvk = Gvk::of(&manifest.object)?;
        let Some(resource) = self.table.resource(&gvk) else {
            self.report(manifest, NormaliseProblem::UnknownKind { object: id, gvk }, "/kind");
            return None;
        };
        match (resource.scope, id.namespace.take()) {
            (Scope::Cluster, None) => remove_namespace(&mut manifest.object),
            (Scope::Cluster, Some(namespace)) => {
                remove_namespace(&mut manifest.object);
                changes.push(Change::NamespaceDropped { namespace });
            }
            (Scope::Namespaced, Some(namespace)) if namespace != self.defaults.namespace => {
                let target = self.defaults.namespace.clone();
                let problem = NormaliseProblem::ForeignNamespace { object: id, namespace, target };
                self.report(manifest, problem, "/metadata/namespace");
                return None;
            }
            (Scope::Namespaced, _) => {
                manifest.object["metadata"]["namespace"] = self.defaults.namespace.clone().into();
                id.namespace = Some(self.defaults.namespace.clone());
            }
        }
        Some(id)
    }

    fn keep(&mut self, object: ObjectId, manifest: Manifest) {
        if let Some(first) = self.kept.get(&object.today()) {
            let (first, second) = (first.origin.clone(), manifest.origin.clone());
            return self.report(&manifest, NormaliseProblem::Duplicate { object, first, second }, "/metadata/name");
        }
        self.kept.insert(object.today(), manifest);
    }

    fn report(&mut self, manifest: &Manifest, problem: NormaliseProblem, pointer: &str) {
        self.errors.push(located(manifest, problem, pointer));
    }
}

fn located(manifest: &Manifest, problem: NormaliseProblem, pointer: &str) -> Located<NormaliseProblem> {
    let span: Range<usize> = manifest.spans.nearest(pointer).unwrap_or(0..0);
    let error = Located::new(&manifest.text, problem, manifest.text.first_line(span), "here");
    if secret::is_secret(&manifest.object) { error.without_text() } else { error }
}

/// Returns the keys that only `Compat::Kubectl` lets through.
fn repeated(manifest: &Manifest) -> Option<Change> {
    let fields: Vec<String> = manifest.spans.repeated().cloned().collect();
    (!fields.is_empty()).then_some(Change::RepeatedKeysDropped { fields })
}

fn of_value(value: Option<&String>) -> String {
    value.map(|value| format!(" as {value:?}")).unwrap_or_default()
}

fn remove_namespace(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("namespace");
    }
}
