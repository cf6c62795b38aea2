//! A failed deploy: cause and evidence first, then the next step, then the story by the second. Empty otherwise.

use crate::ready::Cause;
use crate::report::failed::{self, Failed};
use crate::report::phrase::Phrase;
use crate::report::{Failure, Problem, Report, State, TargetReport, escape, next_step, title, traced, words};
use crate::verify;

use super::fence::fence;
use super::links;

/// Most log lines that are shown: the last ones tell the cause.
const LOG_LINES_MAX: usize = 20;

/// Most lines of a problem's details: a few mistakes, each with the lines of the file around it.
const DETAIL_LINES_MAX: usize = 40;

/// Most causes, or refused objects, that are shown with their evidence.
const CAUSES_MAX: usize = 3;

/// Most moments of the story.
const MOMENTS_MAX: usize = 40;

/// Returns the evidence of every failed target.
pub(crate) fn evidence(report: &Report) -> Vec<String> {
    report.targets.iter().flat_map(|target| of_target(report, target)).collect()
}

/// Returns what to do next, and how to go back.
pub(crate) fn next_step(report: &Report) -> Option<String> {
    Some(format!("**Next step**: {}", next_step::next_step(report)?.markdown()))
}

/// Returns the story of the failed targets, folded.
pub(crate) fn timeline(report: &Report) -> String {
    let failed = report.targets.iter().filter(|target| target.state.is_failed());
    let stories: Vec<String> = failed.filter(|target| !target.timeline.is_empty()).map(story).collect();
    stories.join("\n\n")
}

fn of_target(report: &Report, target: &TargetReport) -> Vec<String> {
    match &target.state {
        State::NotReady { causes, .. } => {
            let shown = causes.iter().take(CAUSES_MAX).flat_map(|cause| of_cause(report, target, cause));
            shown.chain(rest(causes.len(), "cause")).collect()
        }
        State::NotVerified { failed, .. } => of_verification(failed),
        State::ApplyFailed { failures, .. } => {
            let shown = failures.iter().take(CAUSES_MAX).flat_map(|failure| of_failure(report, target, failure));
            shown.chain(rest(failures.len(), "refused object")).collect()
        }
        State::Failed { .. } => failed::of(report, target)
            .filter(|failed| failed.is_first(target))
            .map(|failed| of_failed(report, &failed))
            .unwrap_or_default(),
        State::Planned { .. }
        | State::Held { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::NotStarted { .. } => Vec::new(),
    }
}

fn of_failed(report: &Report, failed: &Failed<'_>) -> Vec<String> {
    let mut parts = of_problem(failed.problem);
    if failed::has_several(report) && !failed.problem.help.is_empty() {
        let who = title::environments(failed.targets.iter().copied());
        let help = Phrase::read(&failed.problem.help).sentence();
        parts.push(format!("**Next step** for {}: {}", who.markdown(), help.markdown()));
    }
    parts
}

fn of_verification(failed: &verify::Failed) -> Vec<String> {
    let (what, why) = (Phrase::read(&failed.what), Phrase::read(&failed.why));
    let mut parts = vec![format!("{} · {}", what.markdown(), why.markdown())];
    if !failed.answer.is_empty() {
        parts.push(fence("text", &failed.answer));
    }
    parts
}

fn of_cause(report: &Report, target: &TargetReport, cause: &Cause) -> Vec<String> {
    let mut facts = vec![escape::code(&cause.id.to_string())];
    facts.extend(cause.pod.iter().map(|pod| format!("pod {}", escape::code(pod))));
    facts.extend(cause.container.iter().map(|container| format!("container {}", escape::code(container))));
    if !cause.evidence.is_empty() {
        facts.push(Phrase::read(&cause.evidence).markdown());
    }
    facts.extend(
        traced::traced(target, cause).map(|it| format!("{} {}", it.lead.markdown(), links::origin(report, it.origin))),
    );
    let start = cause.log.len().saturating_sub(LOG_LINES_MAX);
    let log = &cause.log[start..];
    let mut parts = vec![facts.join(" · ")];
    if !log.is_empty() {
        parts.push(fence("text", log));
    }
    parts
}

fn of_failure(report: &Report, target: &TargetReport, failure: &Failure) -> Vec<String> {
    let mut facts = vec![escape::code(&failure.id.to_string())];
    facts.extend(origin(report, target, &failure.id));
    vec![facts.join(" · "), fence("text", &first_lines(&failure.message, LOG_LINES_MAX))]
}

/// Returns a problem's details; the title already says what is wrong.
pub(super) fn of_problem(problem: &Problem) -> Vec<String> {
    let details = first_lines(&problem.details, DETAIL_LINES_MAX);
    if details.is_empty() { Vec::new() } else { vec![fence("text", &details)] }
}

/// Returns the first lines of a text, and how many there are after them.
fn first_lines(text: &str, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().take(lines_max).map(str::to_owned).collect();
    let more = text.lines().count() - lines.len();
    if more > 0 {
        lines.push(format!("and {} more, in the run's log", words::count(more, "line")));
    }
    lines
}

fn origin(report: &Report, target: &TargetReport, id: &crate::manifest::ObjectId) -> Option<String> {
    let change = target.plan.as_ref()?.changes.iter().find(|change| change.id == *id)?;
    let verb = if change.diff.hunks.is_empty() { "written in" } else { "changed in" };
    Some(format!("{verb} {}", links::origin(report, change.origin.as_ref()?)))
}

fn rest(all: usize, noun: &str) -> Option<String> {
    let more = all.saturating_sub(CAUSES_MAX);
    (more > 0).then(|| format!("and {} more", words::count(more, noun)))
}

fn story(target: &TargetReport) -> String {
    let cluster = escape::html_code(target.target.cluster.as_str());
    let mut lines = vec![
        format!("<details>\n<summary>What happened on {cluster}, second by second</summary>\n"),
        "| after | what |\n|--:|:--|".to_owned(),
    ];
    let skip = target.timeline.len().saturating_sub(MOMENTS_MAX);
    for moment in &target.timeline[skip..] {
        lines.push(format!("| {} | {} |", words::seconds(moment.after), Phrase::read(&moment.what).markdown()));
    }
    lines.push("</details>".to_owned());
    lines.join("\n")
}
