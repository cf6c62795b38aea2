//! What Git wants: manifests, read exactly as Kubernetes reads them. Does not render and does not ask a server.
//!
//! Text becomes objects here and keeps its place in the file, so that every later
//! complaint can point at the offending line.

mod build;
mod builtin;
mod compose;
pub mod edit;
pub mod encrypted;
mod identity;
pub mod images;
mod json;
mod kustomize;
pub mod limits;
mod list;
mod literal;
mod located;
mod merge;
mod normalise;
mod note;
mod number;
mod object;
mod object_problem;
mod own_annotation;
mod pods;
mod print;
mod problem;
mod prune;
mod reader;
mod remark;
mod resolve;
mod scope;
pub(crate) mod secret;
mod source;
mod spans;
mod stream;
mod template;
mod template_problem;
mod template_values;
mod timestamp;
pub mod transform;
mod tree;
mod wire;
mod yaml;

pub(crate) use builtin::KINDS;
pub use identity::{Gvk, ObjectId, Origin};
pub use kustomize::{TwoReadings, readings_of, two_readings};
pub use literal::object_line;
pub use located::{Located, Problems};
pub use normalise::{Defaults, NormaliseErrors, NormaliseProblem, Normalised, normalise, read_annotations};
pub use note::{Change, Note};
pub use object::identify;
pub use object_problem::ObjectProblem;
pub use pods::pod_spec;
pub use print::{block_yaml, json_text};
pub use problem::{ReadError, ReadErrors, ReadProblem};
pub use reader::{mentions_secret, read, values};
pub use remark::Remark;
pub use scope::{Resource, Scope, ScopeTable, is_builtin_group};
pub use source::{SourceFile, Text, is_lfs_pointer};
pub use spans::{Spans, push_step};
pub use template::Template;
pub use template_problem::TemplateProblem;
pub use template_values::{RESERVED, chart_values, template_values};
pub use wire::to_body;
pub use yaml::Syntax;

use std::sync::Arc;

use miette::SourceSpan;
use serde_json::Value;

/// How closely the reader follows kubectl where kubectl is careless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compat {
    /// Refuses what kubectl silently guesses, drops or overwrites.
    Strict,
    /// Reads every file as kubectl does, and notes keys that are written twice.
    Kubectl,
}

/// One object and where each part of it was written.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The object, ready to be sent.
    pub object: Value,
    /// The file and line it came from.
    pub origin: Origin,
    /// Byte spans of its keys and values, by JSON pointer.
    pub spans: Spans,
    /// The text the spans point into.
    pub text: Arc<Text>,
    /// The file of the commit that a renderer made it from, where that is one file.
    pub made_from: Option<Arc<str>>,
}

impl Manifest {
    /// Returns a manifest that no file contains, for objects Landfall makes itself.
    pub fn generated(object: Value, name: &str) -> Self {
        Self {
            object,
            origin: Origin { path: name.to_owned(), line: None },
            spans: Spans::default(),
            text: Arc::new(Text::empty(name)),
            made_from: None,
        }
    }

    /// Returns whether the text is that of a file of the commit, rather than what a tool printed.
    pub fn is_as_written(&self) -> bool {
        self.origin.line.is_some() && self.origin.path == self.text.path
    }

    /// Returns the line on which the value at `pointer`, or its nearest parent, is written. Of what a renderer made it is
    /// the line of a file that says so once, or that of the object.
    pub fn line_of(&self, pointer: &str) -> Option<u32> {
        let written = self.spans.nearest(pointer).map(|span| self.text.line(span.start));
        let said = || literal::field_line(self.made_from.as_deref()?, pointer, self.object.pointer(pointer)?);
        let line = if self.made_from.is_some() { said() } else { written };
        line.or(self.origin.line)
    }

    /// Returns the span of the value at `pointer`, or of its nearest parent.
    pub fn label(&self, pointer: &str) -> SourceSpan {
        self.spans.nearest(pointer).unwrap_or(0..0).into()
    }
}
