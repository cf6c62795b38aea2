//! The fold of what the lints found: one item each, as many as have room. Does not judge them.

use crate::lint::Severity;
use crate::report::findings::{Shared, list, numbers};
use crate::report::phrase::Phrase;
use crate::report::words::{Mark, count};
use crate::report::{Action, Report, escape};

use super::links;

/// Kept free for the fold's frame and the sentence that counts what is left out.
const FRAME_BYTES: usize = 300;

/// Returns the fold within the bytes; none without findings.
pub(crate) fn fold(report: &Report, bytes: usize) -> Option<String> {
    let findings = list(report);
    let numbers = numbers(&findings)?;
    let state = if report.subject.action == Action::Check { " open" } else { "" };
    let mut left = bytes.checked_sub(FRAME_BYTES)?;
    let mut items = Vec::new();
    for item in findings.iter().map(|one| item(report, one)) {
        let Some(rest) = left.checked_sub(item.len() + 1) else { break };
        left = rest;
        items.push(item);
    }
    let more = findings.len() - items.len();
    if more > 0 {
        items.push(format!("- and {}; `landfall check` shows them all", count(more, "more finding")));
    }
    let what = if report.subject.action == Action::Check { "about the manifests" } else { "that this change adds" };
    Some(format!("<details{state}>\n<summary>{numbers} {what}</summary>\n\n{}\n</details>", items.join("\n")))
}

fn item(report: &Report, one: &Shared<'_>) -> String {
    let finding = one.finding;
    let mark = if finding.severity == Severity::Warning { Mark::Look } else { Mark::Quiet };
    let mut facts = vec![format!("{} {}", mark.symbol(), escape::code(&finding.object))];
    facts.push(links::origin(report, &finding.origin));
    let names = one.environments.iter().map(|name| Phrase::default().name(*name)).collect();
    facts.extend((!one.environments.is_empty()).then(|| Phrase::default().words("only in ").list(names).markdown()));
    let (title, help) = (Phrase::read(&finding.title).sentence(), Phrase::read(&finding.help).sentence());
    let code = escape::code(&finding.code);
    format!("- {}: {} {} ({code})", facts.join(" · "), title.markdown(), help.markdown())
}
