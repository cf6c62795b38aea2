//! Where kubectl and Kustomize read the same text as something else.
//!
//! Kustomize reads with go-yaml v3, for which `yes` is text and `2001-12-14` a time. Looks at scalars without
//! quotes and tags; does not judge which reading was meant.

use std::ops::Range;

use super::Compat;
use super::resolve::{ScalarTag, resolve};
use super::source::{SourceFile, Text, decode};
use super::stream;
use super::timestamp::is_timestamp;
use super::tree::Scalar;
use super::yaml::{EventKind, Parser};

/// A scalar that means one thing to kubectl and another to Kustomize.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoReadings {
    /// Where it stands in the file.
    pub span: Range<usize>,
    /// What kubectl reads.
    pub kubectl: &'static str,
    /// What Kustomize reads.
    pub kustomize: &'static str,
}

/// Returns every scalar of a file that the two read differently. A file that is not YAML has none.
pub fn two_readings(source: &SourceFile) -> Vec<TwoReadings> {
    readings_of(&decode(source).0)
}

/// Returns every scalar of a text that the two read differently.
pub fn readings_of(text: &Text) -> Vec<TwoReadings> {
    let mut found = Vec::new();
    for document in stream::split(text, 0, Compat::Kubectl, &mut Vec::new()) {
        let mut parser = Parser::new(&document.content);
        while let Ok(event) = parser.next_event() {
            match event.kind {
                EventKind::DocumentEnd | EventKind::StreamEnd => break,
                EventKind::Scalar { node, value, implicit: true } if node.tag.is_none() => {
                    let span = document.span(event.span);
                    found.extend(readings(&value).map(|(kubectl, kustomize)| TwoReadings { span, kubectl, kustomize }));
                }
                _ => {}
            }
        }
    }
    found
}

fn readings(text: &str) -> Option<(&'static str, &'static str)> {
    match resolve(&ScalarTag::Plain, text).ok()? {
        Scalar::Bool(_) if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") => {
            Some(("a boolean", "text"))
        }
        Scalar::Text(_) if is_timestamp(text) => Some(("text", "a time")),
        _ => None,
    }
}
