//! The folds: every change of every environment, the dangerous first and open. Does not pass its share of bytes.

use crate::diff::Line;
use crate::manifest::{ObjectId, Origin};
use crate::plan::{Change, Class};
use crate::report::group::{Group, groups};
use crate::report::phrase::Phrase;
use crate::report::words::{self, count, danger, mark, verb};
use crate::report::{Action, Report, escape};

use super::budget::{Forms, spend};
use super::fence::{diff_lines, fence};
use super::{is_quiet, links};

/// Most lines of one difference.
const DIFF_LINES_MAX: usize = 300;

/// How many lines of a difference are shown where the whole has no room.
const DIFF_LINES_FEW: usize = 12;

/// With more changes than this, only the dangerous ones are open.
const OPEN_MAX: usize = 10;

/// Kept free for the sentence that names what is left out.
const LEFT_OUT_BYTES: usize = 2_000;

/// Most names in the sentence that names what is left out.
const LEFT_OUT_NAMES_MAX: usize = 20;

/// Returns the folds within the bytes.
pub(crate) fn folds(report: &Report, bytes: usize) -> Vec<String> {
    if is_quiet(report) {
        return Vec::new();
    }
    let groups: Vec<Group<'_>> = groups(report).into_iter().filter(|group| !group.changes().is_empty()).collect();
    let frames: usize = groups.iter().map(|group| opening(report, group).len() + 32).sum();
    let mut items: Vec<(usize, &Change)> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        items.extend(group.changes().into_iter().map(|change| (at, change)));
    }
    items.sort_by_key(|(at, change)| (danger(&change.class), *at));
    let busy = items.len() > OPEN_MAX;
    let forms: Vec<Forms> = items.iter().map(|(_, change)| forms(report, change, busy)).collect();
    let chosen = spend(&forms, bytes.saturating_sub(frames + LEFT_OUT_BYTES));
    let mut folds = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let mine = (0..items.len()).filter(|item| items[*item].0 == at);
        let shown: Vec<&str> = mine.filter_map(|item| Some(forms[item].0[chosen[item]?].as_str())).collect();
        folds.push(format!("{}\n\n{}\n\n</details>", opening(report, group), shown.join("\n\n")));
    }
    let missing = (0..items.len()).filter(|item| chosen[*item].is_none()).map(|item| &items[item].1.id);
    folds.extend(left_out(report, &missing.collect::<Vec<_>>()));
    folds
}

fn opening(report: &Report, group: &Group<'_>) -> String {
    let target = &group.first.target;
    let state = if report.subject.action == Action::Deploy { "" } else { " open" };
    let mut facts = vec![
        Phrase::default().strong(target.environment.as_str()).words(" on ").name(target.cluster.as_str()).html(),
        count(group.changes().len(), "change"),
    ];
    let others: Vec<Phrase> =
        group.others.iter().map(|other| Phrase::default().name(other.target.cluster.as_str())).collect();
    if !others.is_empty() {
        let verb = if others.len() == 1 { " is identical" } else { " are identical" };
        facts.push(Phrase::default().list(others).words(verb).html());
    }
    format!("<details{state}>\n<summary>{}</summary>\n<br>", facts.join(" · "))
}

/// Returns a change in full, with few lines, and as one line.
fn forms(report: &Report, change: &Change, busy: bool) -> Forms {
    let lines = diff_lines(&change.diff);
    let summary = summary(report, change);
    let mut forms = Vec::new();
    for lines_max in [DIFF_LINES_MAX, DIFF_LINES_FEW] {
        forms.push(fold(change, &summary, &body(change, &lines, lines_max), busy));
    }
    forms.push(fold(change, &format!("{summary} · the difference is left out for length"), "", true));
    Forms(forms)
}

fn fold(change: &Change, summary: &str, body: &str, busy: bool) -> String {
    if body.is_empty() {
        return format!("<p>{summary}</p>");
    }
    let dangerous = danger(&change.class) < danger(&Class::Change);
    let open = dangerous || change.drift.is_some() || !busy && !change.effect.is_empty();
    let state = if open { " open" } else { "" };
    format!("<details{state}>\n<summary>{summary}</summary>\n\n{body}\n</details>")
}

fn summary(report: &Report, change: &Change) -> String {
    let symbol = mark(&change.class).symbol();
    let name = escape::html_code(&change.id.to_string());
    let mut facts = vec![format!("{symbol} {} <b>{name}</b>", verb(&change.class))];
    facts.extend(change.origin.as_ref().map(|origin: &Origin| links::html_origin(report, origin)));
    if !change.effect.is_empty() {
        facts.push(Phrase::read(&change.effect).html());
    }
    facts.extend(keys(change));
    facts.join(" · ")
}

/// Returns "1 key added, 1 changed, values are never shown" for a Secret.
fn keys(change: &Change) -> Option<String> {
    let ObjectId { group, kind, .. } = &change.id;
    let data = change.diff.hunks.iter().filter(|hunk| hunk.path == "data");
    let lines: Vec<&Line> = data.flat_map(|hunk| &hunk.lines).collect();
    if !group.is_empty() || kind != "Secret" {
        return None;
    }
    let number = |test: fn(&Line) -> bool| lines.iter().filter(|line| test(line)).count();
    let all = [
        (number(|line| matches!(line, Line::Added(_))), "added"),
        (number(|line| matches!(line, Line::Masked(_))), "changed"),
        (number(|line| matches!(line, Line::Removed(_))), "removed"),
    ];
    let some: Vec<String> = all
        .iter()
        .filter(|(number, _)| *number > 0)
        .enumerate()
        .map(
            |(at, (number, verb))| {
                if at == 0 { format!("{} {verb}", count(*number, "key")) } else { format!("{number} {verb}") }
            },
        )
        .collect();
    Some(
        [some.join(", "), "values are never shown".to_owned()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
    )
}

fn body(change: &Change, lines: &[String], lines_max: usize) -> String {
    let mut parts = Vec::new();
    if let Some(why) = change.class.why() {
        parts.push(Phrase::read(why).sentence().markdown());
    }
    if let Class::Blocked { help, .. } = &change.class
        && !help.is_empty()
    {
        parts.push(Phrase::read(help).sentence().markdown());
    }
    parts.extend(words::drift(change).map(|drift| drift.markdown()));
    let notes = change.notes.iter().map(|note| format!("- {}", Phrase::read(note).sentence().markdown()));
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        parts.push(notes.join("\n"));
    }
    if !lines.is_empty() {
        parts.push(fence("diff", &lines[..lines.len().min(lines_max)]));
    }
    if lines.len() > lines_max {
        parts.push(format!("{} left out for length.", words::count(lines.len() - lines_max, "more line")));
    }
    parts.join("\n\n")
}

fn left_out(report: &Report, missing: &[&ObjectId]) -> Option<String> {
    if missing.is_empty() {
        return None;
    }
    let names = missing.iter().take(LEFT_OUT_NAMES_MAX).map(|id| escape::code(&short(id)));
    let mut names: Vec<String> = names.collect();
    if missing.len() > LEFT_OUT_NAMES_MAX {
        names.push(format!("{} more", missing.len() - LEFT_OUT_NAMES_MAX));
    }
    let place = match report.subject.run_url.as_deref() {
        Some(url) => format!(" The whole plan is in the {}.", links::link("run", url)),
        None => String::new(),
    };
    Some(format!("**Left out for length**: {}: {}.{place}", count(missing.len(), "change"), names.join(", ")))
}

/// Most characters of a name in the sentence that names what is left out.
const NAME_CHARS_MAX: usize = 64;

fn short(id: &ObjectId) -> String {
    id.to_string().chars().take(NAME_CHARS_MAX).collect()
}
