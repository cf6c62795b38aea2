//! The report for a terminal and a CI log: the same story in the same words as the comment. Does not print.

mod paint;

use super::alerts;
use super::command;
use super::failed;
use super::findings::{self, Shared};
use super::group::{Group, groups};
use super::phrase::Phrase;
use super::title::title;
use super::words::{self, count, verb};
use super::{Action, Problem, Report, State, TargetReport, escape, next_step, states, traced};
use crate::diff::Line;
use crate::plan::{Change, Class, Counts};
use crate::ready::Cause;
use crate::verify;

pub use paint::Color;
pub(super) use paint::Ink;

/// Most findings that are shown: more than anybody reads at once.
const FINDINGS_MAX: usize = 200;

/// Returns the report as text for a terminal.
pub fn text(report: &Report, color: Color) -> String {
    let title = title(report);
    let heading = format!("{} {}", title.mark.symbol(), color.paint(Ink::Bold, &title.phrase.plain()));
    let mut parts = vec![vec![heading]];
    parts.extend(report.problems.iter().map(|problem| of_problem(problem, report.problems.len() > 1)));
    parts.extend(report.targets.iter().map(|target| evidence(target, color)));
    parts.push(of_targets(report));
    parts.push(next_step::next_step(report).iter().map(|step| format!("Next step: {}", step.plain())).collect());
    parts.push(
        alerts::list(report).iter().map(|alert| color.paint(Ink::Yellow, &format!("! {}", alert.plain()))).collect(),
    );
    parts.extend(groups(report).iter().flat_map(|group| of_group(group, color)));
    parts.extend(found(report));
    parts.push(rest(report));
    let parts = parts.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n"));
    let text = parts.collect::<Vec<_>>().join("\n\n");
    text.lines().map(|line| command::disarmed(line) + "\n").collect()
}

fn of_problem(problem: &Problem, titled: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if titled {
        lines.push(Phrase::read(&problem.title).plain());
    }
    lines.extend(indented(&problem.details));
    if !problem.help.is_empty() {
        lines.push(format!(
            "Next step: {} ({})",
            Phrase::read(&problem.help).sentence().plain(),
            escape::line(&problem.code)
        ));
    }
    lines
}

fn evidence(target: &TargetReport, color: Color) -> Vec<String> {
    match &target.state {
        State::NotReady { causes, .. } => causes.iter().flat_map(|cause| of_cause(target, cause, color)).collect(),
        State::NotVerified { failed, .. } => of_verification(failed, color),
        State::ApplyFailed { failures, .. } => failures
            .iter()
            .flat_map(|failure| {
                [format!("{}:", escape::line(&failure.id.to_string()))].into_iter().chain(indented(&failure.message))
            })
            .collect(),
        State::Planned { .. }
        | State::Held { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::Failed { .. }
        | State::NotStarted { .. } => Vec::new(),
    }
}

fn of_verification(failed: &verify::Failed, color: Color) -> Vec<String> {
    let what = color.paint(Ink::Red, &Phrase::read(&failed.what).plain());
    let mut lines = vec![format!("{what}: {}", Phrase::read(&failed.why).plain())];
    lines.extend(failed.answer.iter().map(|line| format!("    {}", escape::line(line))));
    lines
}

fn of_cause(target: &TargetReport, cause: &Cause, color: Color) -> Vec<String> {
    let mut facts = vec![cause.id.to_string()];
    facts.extend(cause.pod.iter().map(|pod| format!("pod {pod}")));
    facts.extend(cause.container.iter().map(|container| format!("container {container}")));
    let place = escape::line(&facts.join(", "));
    let reason = Phrase::read(&format!("{} ({})", cause.reason, cause.evidence).replace(" ()", "")).plain();
    let mut lines = vec![format!("{}: {reason}", color.paint(Ink::Red, &place))];
    lines.extend(
        traced::traced(target, cause)
            .map(|it| format!("    {} {}", it.lead.plain(), escape::line(&it.origin.to_string()))),
    );
    lines.extend(cause.log.iter().map(|line| format!("    {}", escape::line(line))));
    lines
}

/// Returns each target with how it ended. What several failed of is said once, after all their names.
fn of_targets(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for target in &report.targets {
        let Some(failed) = failed::of(report, target) else {
            lines.extend(of_target(report, target, &target.target.to_string()));
            continue;
        };
        if failed.is_first(target) {
            let names: Vec<String> = failed.targets.iter().map(|target| target.target.to_string()).collect();
            lines.extend(of_target(report, target, &names.join(", ")));
            lines.extend(indented(&failed.problem.details));
            let help = Phrase::read(&failed.problem.help).sentence().plain();
            lines.extend(
                failed::has_several(report).then(|| format!("    Next step: {help}")).filter(|_| !help.is_empty()),
            );
        }
    }
    lines
}

fn of_target(report: &Report, target: &TargetReport, names: &str) -> Vec<String> {
    let counts = target.plan.as_ref().map(|plan| numbers(plan.counts())).unwrap_or_default();
    let (mark, told) = states::told(report.subject.action, &target.state);
    let said = match (report.subject.action, &target.state) {
        (Action::Plan, State::Planned { .. }) => counts,
        (_, _) => format!("{} {}", mark.symbol(), told.plain()),
    };
    let took = target.seconds.map(|seconds| format!(" ({})", words::seconds(seconds))).unwrap_or_default();
    let mut lines = vec![format!("{names}: {said}{took}")];
    lines.extend(target.images.iter().map(|image| {
        let from = image.from.as_deref().map(|from| format!("{from} → ")).unwrap_or_default();
        format!("    {}", escape::line(&format!("{} {from}{}", image.name, image.to)))
    }));
    lines
}

fn numbers(counts: Counts) -> String {
    let all = [
        (counts.create, "new"),
        (counts.change, "changed"),
        (counts.replace, "replaced"),
        (counts.delete, "deleted"),
        (counts.release, "released"),
        (counts.unverified, "unverified"),
        (counts.blocked, "refused"),
        (counts.keep, "kept"),
        (counts.same, "same"),
    ];
    let some = all.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}"));
    let text = some.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "no objects".to_owned() } else { text }
}

fn of_group(group: &Group<'_>, color: Color) -> Vec<Vec<String>> {
    let changes = group.changes();
    if changes.is_empty() {
        return Vec::new();
    }
    let others: Vec<&str> = group.others.iter().map(|other| other.target.cluster.as_str()).collect();
    let others = if others.is_empty() { String::new() } else { format!(", the same on {}", others.join(", ")) };
    let heading = format!("{}: {}{others}", group.first.target, count(changes.len(), "change"));
    let mut parts = vec![vec![color.paint(Ink::Bold, &heading)]];
    parts.extend(changes.into_iter().map(|change| of_change(change, color)));
    parts
}

fn of_change(change: &Change, color: Color) -> Vec<String> {
    let (sign, ink) = sign(&change.class);
    let mut facts = vec![format!("{sign} {} {}", verb(&change.class), escape::line(&change.id.to_string()))];
    facts.extend(change.origin.as_ref().map(|origin| escape::line(&origin.to_string())));
    facts.extend((!change.effect.is_empty()).then(|| Phrase::read(&change.effect).plain()));
    let mut lines = vec![color.paint(ink, &facts.join(" · "))];
    if let Some(why) = change.class.why() {
        lines.push(format!("    {}", Phrase::read(why).sentence().plain()));
    }
    lines.extend(words::drift(change).map(|drift| format!("    {}", drift.plain())));
    lines.extend(change.notes.iter().map(|note| format!("    {}", Phrase::read(note).sentence().plain())));
    for hunk in &change.diff.hunks {
        if !hunk.path.is_empty() {
            lines.push(color.paint(Ink::Cyan, &format!("    @@ {} @@", escape::line(&hunk.path))));
        }
        lines.extend(hunk.lines.iter().map(|line| of_line(line, color)));
    }
    lines
}

fn sign(class: &Class) -> (char, Ink) {
    match class {
        Class::Same | Class::Keep { .. } => ('=', Ink::Plain),
        Class::Create => ('+', Ink::Green),
        Class::Change => ('~', Ink::Yellow),
        Class::Release => ('>', Ink::Yellow),
        Class::Unverified { .. } => ('?', Ink::Yellow),
        Class::Replace { .. } => ('±', Ink::Yellow),
        Class::Delete => ('-', Ink::Red),
        Class::Blocked { .. } => ('!', Ink::Red),
    }
}

fn of_line(line: &Line, color: Color) -> String {
    let (ink, sign, text) = match line {
        Line::Removed(text) => (Ink::Red, '-', text),
        Line::Added(text) => (Ink::Green, '+', text),
        Line::Context(text) => (Ink::Plain, ' ', text),
        Line::Masked(text) => (Ink::Yellow, '!', text),
    };
    color.paint(ink, &format!("    {sign} {}", escape::line(text)))
}

/// Returns what the lints found, each with its lines, and where to read about it.
fn found(report: &Report) -> Vec<Vec<String>> {
    let findings = findings::list(report);
    let mut parts: Vec<Vec<String>> = findings.iter().take(FINDINGS_MAX).map(of_finding).collect();
    let more = findings.len().saturating_sub(FINDINGS_MAX);
    parts.extend((more > 0).then(|| vec![format!("and {}, in the report as JSON", count(more, "more finding"))]));
    parts.extend((!findings.is_empty()).then(|| vec![findings::HINT.to_owned()]));
    parts
}

fn of_finding(one: &Shared<'_>) -> Vec<String> {
    let mut lines: Vec<String> = one.finding.details.lines().map(escape::line).collect();
    if !one.environments.is_empty() {
        lines.push(format!("  only in {}", one.environments.join(", ")));
    }
    lines
}

/// Returns what a plan rests on, where that is not the cluster.
fn basis(report: &Report) -> Option<String> {
    let mut plans = report.targets.iter().filter_map(|target| target.plan.as_ref()).peekable();
    let offline = plans.peek().is_some() && plans.all(|plan| plan.server.is_none());
    offline.then(|| Phrase::default().words(words::OFFLINE).sentence().plain())
}

fn rest(report: &Report) -> Vec<String> {
    let asides = report.asides().into_iter().map(|text| Phrase::read(text).sentence().plain());
    let skipped = report.skipped.iter().map(|skipped| {
        format!("Passed over {}: {}", escape::line(&skipped.environment), Phrase::read(&skipped.why).plain())
    });
    basis(report).into_iter().chain(asides).chain(skipped).collect()
}

fn indented(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().map(|line| format!("    {}", escape::line(line)))
}
