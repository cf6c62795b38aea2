//! What the check run on the commit says. Does not talk to the host.

use super::markdown::{Options, markdown};
use super::phrase::Phrase;
use super::title::{self, title};
use super::words::Mark;
use super::{Action, Finding, Report, State, escape, findings};
use crate::lint::Severity;

/// Most bytes of a check run's summary that hosts take.
const SUMMARY_BYTES_MAX: usize = 60_000;

/// How a check run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It may go on.
    Success,
    /// A person must act first.
    ActionRequired,
    /// It must not go on.
    Failure,
    /// It says nothing about the commit.
    Neutral,
}

impl Outcome {
    /// Returns the outcome in the hosts' words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ActionRequired => "action_required",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
        }
    }
}

/// A check run's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// How it ends.
    pub outcome: Outcome,
    /// The verdict, in plain text.
    pub title: String,
    /// The details, as Markdown.
    pub summary: String,
    /// What is shown beside lines of the commit's files.
    pub annotations: Vec<Annotation>,
}

/// A finding beside the line that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u32,
    /// How much it matters.
    pub severity: Severity,
    /// The code and the object, in plain text.
    pub title: String,
    /// What is wrong and what to do, in plain text.
    pub message: String,
}

/// Returns what the check run on the commit says.
pub fn conclusion(report: &Report) -> Conclusion {
    Conclusion {
        outcome: outcome(report),
        title: title(report).phrase.plain().replace('`', ""),
        summary: markdown(report, &Options { bytes_max: SUMMARY_BYTES_MAX }),
        annotations: findings::list(report).iter().filter_map(|one| annotation(one.finding)).collect(),
    }
}

/// A finding without a line has no place in the files.
fn annotation(finding: &Finding) -> Option<Annotation> {
    let (title, help) = (Phrase::read(&finding.title).sentence(), Phrase::read(&finding.help).sentence());
    Some(Annotation {
        path: finding.origin.path.clone(),
        line: finding.origin.line?,
        severity: finding.severity,
        title: escape::line(&format!("{}: {}", finding.code, finding.object)),
        message: format!("{} {}", title.plain(), help.plain()),
    })
}

fn outcome(report: &Report) -> Outcome {
    if title(report).mark == Mark::Bad {
        return Outcome::Failure;
    }
    if report.targets.iter().any(|target| must_act(&target.state)) {
        return Outcome::ActionRequired;
    }
    let superseded =
        |state: &State| matches!(state, State::Superseded { .. } | State::GaveWay { .. } | State::NotStarted { .. });
    let moot = !report.targets.is_empty() && report.targets.iter().all(|target| superseded(&target.state));
    if moot || report.subject.action == Action::Nothing { Outcome::Neutral } else { Outcome::Success }
}

fn must_act(state: &State) -> bool {
    title::holds(state).iter().any(|hold| !hold.opens_by_itself)
}
