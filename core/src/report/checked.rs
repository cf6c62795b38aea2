//! The verdict of a check: whether the rules and every environment are sound. Says nothing of a cluster: none was asked.

use std::collections::BTreeSet;

use super::findings;
use super::phrase::Phrase;
use super::title::Title;
use super::words::{Mark, count};
use super::{Report, State, TargetReport};
use crate::lint::Severity;

/// Returns the verdict of a check whose rules could be read.
pub(crate) fn title(report: &Report) -> Title {
    let all = environments(report, |_| true);
    let failed = environments(report, |target| target.state.is_failed());
    if failed == 0 {
        let findings = findings::list(report);
        let warns = findings.iter().any(|one| one.finding.severity == Severity::Warning);
        let held =
            environments(report, |target| matches!(&target.state, State::Planned { holds } if !holds.is_empty()));
        let with = findings::numbers(&findings).map(|numbers| format!(", with {numbers}")).unwrap_or_default();
        let but = if held == 0 { String::new() } else { format!("; a gate would hold {held} of them") };
        let words = format!("The rules and {} are sound{with}{but}", count(all, "environment"));
        return Title::new(if warns || held > 0 { Mark::Look } else { Mark::Good }, Phrase::default().words(words));
    }
    let verb = if failed == 1 { "does" } else { "do" };
    let words = format!("{failed} of {} {verb} not render", count(all, "environment"));
    Title::new(Mark::Bad, Phrase::default().words(words))
}

fn environments(report: &Report, chosen: fn(&TargetReport) -> bool) -> usize {
    let chosen = report.targets.iter().filter(|target| chosen(target));
    chosen.map(|target| &target.target.environment).collect::<BTreeSet<_>>().len()
}
