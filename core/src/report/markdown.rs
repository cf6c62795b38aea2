//! The report as the comment on a proposal: verdict, numbers, what can hurt, folds, small print. Does not publish it.

mod alert_box;
mod budget;
mod failure;
mod fence;
mod findings;
mod folds;
mod links;
mod print;
mod problems;
mod table;

use super::title::title;
use super::{Action, Report, escape, next_step, words};

/// Most bytes of a comment: GitHub refuses 65,536 characters, and other hosts add lines of their own.
pub const COMMENT_BYTES_MAX: usize = 60_000;

/// The part of the room for folds that findings may take, as a divisor: the changes come first.
const FINDINGS_SHARE: usize = 4;

/// How the comment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Most bytes of the comment.
    pub bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { bytes_max: COMMENT_BYTES_MAX }
    }
}

/// Returns the first line that marks a comment as ours, invisible to readers.
pub fn marker(key: &str) -> String {
    format!("<!-- landfall: {} -->", escape::percent(key, b"._/#-"))
}

/// Returns the report as the comment's Markdown, without the marker.
pub fn markdown(report: &Report, options: &Options) -> String {
    let above = above(report);
    let below = print::small_print(report);
    let left = options.bytes_max.saturating_sub(bytes(&above) + below.len() + 2);
    let findings = findings::fold(report, left / FINDINGS_SHARE);
    let left = left.saturating_sub(findings.as_ref().map_or(0, |fold| fold.len() + 2));
    let folds = folds::folds(report, left);
    let text = above.into_iter().chain(folds).chain(findings).chain([below]).filter(|part| !part.is_empty());
    let text = text.collect::<Vec<_>>().join("\n\n") + "\n";
    if text.len() <= options.bytes_max { text } else { heading(report) + "\n" }
}

/// Returns what is always shown in full.
fn above(report: &Report) -> Vec<String> {
    let mut parts = vec![heading(report)];
    parts.extend(problems::problems(report));
    parts.extend(failure::evidence(report));
    parts.push(table::table(report));
    parts.push(alert_box::alert_box(report));
    parts.extend(failure::next_step(report));
    parts.extend(next_step::undo(report).map(|undo| undo.markdown()));
    parts.push(failure::timeline(report));
    parts
}

fn heading(report: &Report) -> String {
    let title = title(report);
    format!("### {} {}", title.mark.symbol(), title.phrase.markdown())
}

fn bytes(parts: &[String]) -> usize {
    parts.iter().map(|part| part.len() + 2).sum()
}

/// Returns whether nothing moves, so that one sentence is enough.
fn is_quiet(report: &Report) -> bool {
    let still = |target: &super::TargetReport| {
        let counts = target.plan.as_ref().map(crate::plan::Plan::counts).unwrap_or_default();
        matches!(target.state, super::State::Planned { ref holds } if holds.is_empty())
            && counts.moved() + counts.blocked + counts.keep == 0
    };
    report.subject.action != Action::Deploy && report.targets.iter().all(still)
}

/// Returns how many items a list shows, and what it says about the rest.
fn cut(lines: &mut Vec<String>, max: usize, noun: &str) -> Option<String> {
    let more = lines.len().saturating_sub(max);
    lines.truncate(max);
    (more > 0).then(|| format!("and {} more", words::count(more, noun)))
}
