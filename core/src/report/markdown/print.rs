//! The small print: what the comment rests on, what was passed over, what works less well. Judges nothing.

use std::collections::BTreeSet;

use crate::report::digest::digest;
use crate::report::phrase::Phrase;
use crate::report::{Action, Report, TargetReport, escape, words};

use super::{cut, is_quiet, links};

/// Most environments that are named as passed over.
const SKIPPED_MAX: usize = 8;

/// Most notes; a chart may have hundreds of tests that are left out.
const ASIDES_MAX: usize = 12;

/// Returns the last lines of the comment.
pub(crate) fn small_print(report: &Report) -> String {
    let mut lines: Vec<String> =
        report.asides().into_iter().map(|text| Phrase::read(text).sentence().markdown()).collect();
    let more = cut(&mut lines, ASIDES_MAX, "note");
    lines.extend(more);
    lines.extend(looked_at(report));
    lines.extend(skipped(report));
    lines.push(basis(report));
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| format!("<sub>{line}</sub>")).collect();
    lines.join("\n<br>")
}

/// Returns what a comment without a table is about.
fn looked_at(report: &Report) -> Option<String> {
    let targets: Vec<Phrase> = report.targets.iter().take(SKIPPED_MAX).map(place).collect();
    if targets.is_empty() || report.subject.action == Action::Check || !is_quiet(report) {
        return None;
    }
    let same: usize = report.targets.iter().filter_map(|target| Some(target.plan.as_ref()?.counts().same)).sum();
    let looked = Phrase::default().words("Looked at ").list(targets);
    Some(looked.words(format!(": {} as Git wants.", words::count(same, "object"))).markdown())
}

fn place(target: &TargetReport) -> Phrase {
    let (environment, cluster) = (target.target.environment.as_str(), target.target.cluster.as_str());
    Phrase::default().name(environment).words(" on ").name(cluster)
}

fn skipped(report: &Report) -> Option<String> {
    let mut passed: Vec<String> = report
        .skipped
        .iter()
        .take(SKIPPED_MAX)
        .map(|skipped| {
            let reason = Phrase::read(&skipped.why).markdown();
            format!("{} ({reason})", escape::code(&skipped.environment))
        })
        .collect();
    let more = report.skipped.len().saturating_sub(SKIPPED_MAX);
    if more > 0 {
        passed.push(format!("{more} more"));
    }
    (!passed.is_empty()).then(|| format!("Passed over: {}.", passed.join(", ")))
}

fn basis(report: &Report) -> String {
    let mut facts: Vec<String> = plan(report).into_iter().chain(who(report)).collect();
    facts.extend(report.subject.seconds.map(words::seconds));
    facts.extend(report.subject.run_url.as_deref().map(|url| links::link("run", url)));
    facts.join(" · ")
}

fn plan(report: &Report) -> Option<String> {
    let mut text = format!("Plan `{}`", digest(report)?);
    if let Some(commit) = &report.subject.commit {
        text = format!("{text} for `{}`", commit.short());
    }
    if let (Action::Plan, Some(branch)) = (report.subject.action, &report.subject.branch) {
        text = format!("{text} onto {}", escape::code(branch));
    }
    Some(format!("{text}, {}", checked(report)))
}

fn checked(report: &Report) -> String {
    let plans = || report.targets.iter().filter_map(|target| target.plan.as_ref());
    let versions: BTreeSet<&str> = plans().filter_map(|plan| plan.server.as_deref()).collect();
    let offline = plans().filter(|plan| plan.server.is_none()).count();
    let versions: Vec<String> = versions.into_iter().map(escape::words).collect();
    match (versions.is_empty(), offline) {
        (true, _) => words::OFFLINE.to_owned(),
        (false, 0) => format!("checked by Kubernetes {}", versions.join(", ")),
        (false, offline) => format!("checked by Kubernetes {}, {offline} without a cluster", versions.join(", ")),
    }
}

fn who(report: &Report) -> Option<String> {
    let actor = report.subject.actor.as_deref()?;
    let verb = if report.subject.action == Action::Deploy { "deployed" } else { "asked" };
    Some(format!("{verb} by {}", escape::words(actor)))
}
