//! One thing that a lint found, and where: an error that stops nothing. Does not look for anything.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;

use super::table::Lint;
use crate::manifest::{Manifest, ObjectId, Origin};

/// Most findings of one lint in a set: more than anybody reads, and a file can ask for millions.
const FINDINGS_MAX: usize = 1_000;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is a mistake, or will hurt.
    Warning,
    /// It is right only if something outside the set makes it so.
    Notice,
}

/// One thing that a lint found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which lint.
    pub lint: &'static Lint,
    /// The object that it is about.
    pub object: ObjectId,
    /// The file, and the line where that is known.
    pub origin: Origin,
    /// What is wrong, as a clause in which names stand between backticks.
    pub title: String,
    /// The lines that it is about; none where they are a tool's, or may hold a secret.
    excerpt: Option<Excerpt>,
}

#[derive(Debug, Clone)]
struct Excerpt {
    text: NamedSource<Arc<str>>,
    labels: Vec<(Range<usize>, String)>,
}

/// A part of an object, by its JSON pointer.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    /// The key, because it is the mistake, or because its value is long.
    Key(&'a str),
    /// The value.
    Value(&'a str),
}

/// What one lint has found so far.
pub(super) struct Found {
    lint: &'static Lint,
    pub(super) findings: Vec<Finding>,
}

impl Found {
    pub(super) fn of(lint: &'static Lint) -> Self {
        Self { lint, findings: Vec::new() }
    }

    /// Adds a finding whose place is the first label.
    pub(super) fn add(&mut self, manifest: &Manifest, title: String, labels: &[(At<'_>, &str)]) {
        let said = labels.first().and_then(|(At::Key(pointer) | At::Value(pointer), _)| manifest.line_of(pointer));
        let labels: Vec<(Range<usize>, String)> =
            labels.iter().filter_map(|(at, label)| Some((span(manifest, *at)?, (*label).to_owned()))).collect();
        self.push(manifest, title, labels, said);
    }

    /// Adds a finding at a span of the manifest's text.
    pub(super) fn add_at(&mut self, manifest: &Manifest, title: String, span: Range<usize>, label: &str) {
        self.push(manifest, title, vec![(span, label.to_owned())], None);
    }

    /// Adds a finding that shows its line's number, and nothing of what is written there.
    pub(super) fn add_hidden(&mut self, manifest: &Manifest, title: String, at: At<'_>) {
        self.add(manifest, title, &[(at, "")]);
        if let Some(finding) = self.findings.last_mut() {
            finding.excerpt = None;
        }
    }

    fn push(&mut self, manifest: &Manifest, title: String, labels: Vec<(Range<usize>, String)>, said: Option<u32>) {
        let Some(object) = ObjectId::of(&manifest.object).filter(|_| self.findings.len() < FINDINGS_MAX) else {
            return;
        };
        let mut origin = manifest.origin.clone();
        // The lines of a tool's output are in no file of the commit.
        let labels = if manifest.is_as_written() { labels } else { Vec::new() };
        match labels.first() {
            Some((span, _)) => origin.line = Some(manifest.text.line(span.start)),
            None => origin.line = said.filter(|_| manifest.made_from.is_some()).or(origin.line),
        }
        let excerpt = (!labels.is_empty()).then(|| Excerpt { text: manifest.text.named(), labels });
        self.findings.push(Finding { lint: self.lint, object, origin, title, excerpt });
    }
}

fn span(manifest: &Manifest, at: At<'_>) -> Option<Range<usize>> {
    let (At::Key(pointer) | At::Value(pointer)) = at;
    let key = manifest.spans.key(pointer).filter(|_| matches!(at, At::Key(_)));
    let span = key.or_else(|| manifest.spans.nearest(pointer))?;
    Some(manifest.text.first_line(span))
}

impl Finding {
    /// Returns the code as people and programs see it: "`lint::image_tag`".
    pub fn code(&self) -> String {
        format!("lint::{}", self.lint.code)
    }

    /// Returns what makes this finding the same as one of another commit, wherever it stands there.
    pub fn key(&self) -> impl Ord + use<'_> {
        (self.lint.code, &self.object, &self.title)
    }

    /// Shows nothing of a text that holds a Secret: a line of it may stand beside.
    pub(super) fn hide(&mut self, secrets: &[&Arc<str>]) {
        let is_of = |excerpt: &mut Excerpt| secrets.iter().any(|text| Arc::ptr_eq(text, excerpt.text.inner()));
        let _ = self.excerpt.take_if(is_of);
    }

    pub(super) fn order(&self) -> impl Ord + use<'_> {
        (&self.origin, self.lint.severity, self.key())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.origin, self.object, self.title)
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(Self::code(self)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.lint.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Notice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.lint.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| &excerpt.text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = &self.excerpt.as_ref()?.labels;
        let labels = labels.iter().map(|(span, label)| LabeledSpan::new(Some(label.clone()), span.start, span.len()));
        Some(Box::new(labels))
    }
}
