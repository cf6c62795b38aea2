//! A problem with the place in the text that caused it.
//!
//! What is wrong and what to do next is said by the problem; this file only points.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::source::Text;

/// Longest line that is shown: nobody reads more of one, and miette cannot point into a line of 64 KiB.
const LINE_BYTES_SHOWN_MAX: usize = 1_000;

/// Most problems that are shown at once: whoever mends them runs it again.
const PROBLEMS_SHOWN_MAX: usize = 50;

/// A problem and the text it is about.
#[derive(Clone, Debug)]
pub struct Located<P> {
    /// What is wrong.
    pub problem: P,
    /// File with the problem.
    pub path: String,
    /// Line of the first label, counted from one; zero when it is about no line.
    pub line: u32,
    /// Column of the first label, counted from one; zero when it is about no line.
    pub column: u32,
    text: NamedSource<Arc<str>>,
    labels: Vec<(Range<usize>, &'static str)>,
}

impl<P> Located<P> {
    pub(crate) fn new(text: &Text, problem: P, span: Range<usize>, label: &'static str) -> Self {
        Self {
            problem,
            path: text.path.clone(),
            line: text.line(span.start),
            column: text.column(span.start),
            text: text.named(),
            labels: vec![(span, label)],
        }
    }

    /// Points at a file, and at nothing in it.
    pub(crate) fn of_file(text: &Text, problem: P) -> Self {
        Self { line: 0, column: 0, ..Self::new(text, problem, 0..0, "").without_text() }
    }

    /// Keeps file, line and column, and shows none of the text, which may hold secrets.
    #[must_use]
    pub(crate) fn without_text(mut self) -> Self {
        self.text = NamedSource::new(&self.path, "".into());
        self.labels.clear();
        self
    }

    /// Counts lines from behind a line, and names the text from there on.
    fn in_part(self, line: u32, name: &str) -> Self {
        let text: &str = self.text.inner();
        let before = usize::try_from(line).unwrap_or(usize::MAX);
        let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
        let labels = self.labels.into_iter().filter(|(span, _)| span.start >= start);
        let labels = labels.map(|(span, label)| (span.start - start..span.end - start, label)).collect();
        let text = NamedSource::new(name, Arc::from(&text[start..]));
        Self { path: name.to_owned(), line: self.line - line, text, labels, ..self }
    }

    /// Returns the same place with a problem of another room.
    pub(crate) fn into_problem<Q: From<P>>(self) -> Located<Q> {
        let Self { problem, path, line, column, text, labels } = self;
        Located { problem: problem.into(), path, line, column, text, labels }
    }

    /// Whether no line beside a label is too long to be shown.
    fn has_short_lines(&self) -> bool {
        let text: &str = self.text.inner();
        self.labels.iter().all(|(span, _)| {
            let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else { return true };
            let start = before.rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
            let end = after.match_indices('\n').nth(1).map_or(text.len(), |(at, _)| span.end + at);
            text[start..end].lines().all(|line| line.len() <= LINE_BYTES_SHOWN_MAX)
        })
    }

    /// Points at a second place of the same text.
    pub(crate) fn and(mut self, span: Range<usize>, label: &'static str) -> Self {
        self.labels.push((span, label));
        self
    }
}

impl<P: fmt::Display> fmt::Display for Located<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.problem),
            line => write!(f, "{}:{line}:{}: {}", self.path, self.column, self.problem),
        }
    }
}

impl<P: std::error::Error> std::error::Error for Located<P> {}

impl<P: Diagnostic> Diagnostic for Located<P> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text as &dyn SourceCode).filter(|_| self.has_short_lines())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let spans = Some(self.labels.iter()).filter(|_| self.has_short_lines())?.enumerate();
        Some(Box::new(spans.map(|(at, (span, label))| {
            let (label, span) = (Some((*label).to_owned()), span.clone());
            // The excerpt is headed by the place of the problem itself, wherever the others are.
            if at == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        })))
    }
}

/// All problems of a room at once; never empty.
#[derive(Clone, Debug)]
pub struct Problems<P>(Vec<Located<P>>);

impl<P> Problems<P> {
    /// Returns a collection of at least one problem.
    pub(crate) fn new(problems: Vec<Located<P>>) -> Self {
        debug_assert!(!problems.is_empty(), "success is not a problem");
        Self(problems)
    }

    /// Returns the problems of several files as one; none when there are none.
    pub fn joined(parts: Vec<Self>) -> Option<Self> {
        let all: Vec<Located<P>> = parts.into_iter().flat_map(Self::into_all).collect();
        if all.is_empty() { None } else { Some(Self(all)) }
    }

    pub(crate) fn one(problem: Located<P>) -> Self {
        Self(vec![problem])
    }

    /// Keeps the places, and shows none of the text.
    pub(crate) fn without_text(self) -> Self {
        Self(self.0.into_iter().map(Located::without_text).collect())
    }

    /// Names the part of the text that each problem is in, where parts begin behind these lines.
    #[must_use]
    pub fn in_parts(self, parts: &[(u32, String)]) -> Self {
        let in_part = |problem: Located<P>| match parts.iter().rfind(|(line, _)| *line < problem.line) {
            Some((line, name)) => problem.in_part(*line, name),
            None => problem,
        };
        Self(self.0.into_iter().map(in_part).collect())
    }

    /// Returns the problems in the order of the text.
    pub fn all(&self) -> &[Located<P>] {
        &self.0
    }

    /// Returns the problems by value, to be joined with those of other files.
    pub fn into_all(self) -> Vec<Located<P>> {
        self.0
    }
}

impl<P: fmt::Display> fmt::Display for Problems<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => write!(f, "{only}"),
            all if all.len() > PROBLEMS_SHOWN_MAX => {
                write!(f, "{} problems in the manifests, the first {PROBLEMS_SHOWN_MAX} of which are shown", all.len())
            }
            all => write!(f, "{} problems in the manifests", all.len()),
        }
    }
}

impl<P: std::error::Error> std::error::Error for Problems<P> {}

impl<P: Diagnostic> Diagnostic for Problems<P> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("landfall::manifest"))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().take(PROBLEMS_SHOWN_MAX).map(|problem| problem as &dyn Diagnostic)))
    }
}
