//! What `landfall explain` prints: who owns each field of an object, and what a deploy would do with it.

use super::command;
use super::escape;
use super::phrase::Phrase;
use super::text::{Color, Ink};
use super::words;
use crate::id::{CommitSha, TargetId};
use crate::ownership::{Deed, Explanation, Field, Owned, Owner};
use crate::plan::{Change, Class};

/// Widest columns of paths and of values; what is longer pushes the rest of its line.
const PATH_CHARS_MAX: usize = 60;
const VALUE_CHARS_MAX: usize = 28;

/// An object of one target, explained.
pub struct Explained<'a> {
    /// Where it is.
    pub target: &'a TargetId,
    /// The commit that a deploy would bring.
    pub commit: &'a CommitSha,
    /// What a deploy would do with it; none where Git does not have it and never had.
    pub change: Option<&'a Change>,
    /// Its fields.
    pub explanation: &'a Explanation,
}

/// Returns an explanation as text for a terminal.
pub fn explanation(explained: &Explained<'_>, color: Color) -> String {
    let Explained { target, explanation, .. } = explained;
    let heading = format!("{} in {target}", explanation.id);
    let mut parts = vec![format!("{}\n{}", color.paint(Ink::Bold, &escape::line(&heading)), deploy(explained))];
    let fields = || explanation.owned.iter().flat_map(|owned| &owned.fields);
    let widest = |length: fn(&Field) -> usize, limit: usize| fields().map(length).filter(|it| *it <= limit).max();
    let widths = (
        widest(|field| field.path.chars().count(), PATH_CHARS_MAX).unwrap_or_default(),
        widest(|field| field.live.as_deref().unwrap_or_default().chars().count(), VALUE_CHARS_MAX).unwrap_or_default(),
    );
    parts.extend(explanation.owned.iter().map(|owned| group(owned, widths, color)));
    let text = parts.join("\n\n");
    text.lines().map(|line| command::disarmed(line) + "\n").collect()
}

/// Returns what a deploy would do with the whole object.
fn deploy(explained: &Explained<'_>) -> String {
    let commit = explained.commit.short();
    let Some(change) = explained.change else {
        return format!("Git does not have it at {commit}, and no deploy touches it");
    };
    let origin = change.origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
    let why = match &change.class {
        Class::Keep { why } | Class::Unverified { why } | Class::Replace { why, .. } => Phrase::read(why).plain(),
        Class::Blocked { why, help } => format!("{}; {}", Phrase::read(why).plain(), Phrase::read(help).plain()),
        Class::Same | Class::Release | Class::Create | Class::Change | Class::Delete => String::new(),
    };
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let notes = change.notes.iter().map(|note| format!("\n{}", Phrase::read(note).sentence().plain()));
    format!("a deploy of {commit}: {}{origin}{why}{}", words::verb(&change.class), notes.collect::<String>())
}

fn group(owned: &Owned, widths: (usize, usize), color: Color) -> String {
    let owners: Vec<String> = owned.owners.iter().map(owner).collect();
    let title = if owners.is_empty() { "nobody yet".to_owned() } else { owners.join("\n") };
    let lines = owned.fields.iter().map(|field| line(field, widths));
    [color.paint(Ink::Bold, &title)].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn owner(owner: &Owner) -> String {
    let since = owner.since.as_ref().map(|since| format!(", last at {since}")).unwrap_or_default();
    escape::line(&format!("{} ({}{since})", owner.manager, owner.operation))
}

fn line(field: &Field, (path, value): (usize, usize)) -> String {
    let origin = field.origin.as_ref().map_or_else(|| "not in Git".to_owned(), ToString::to_string);
    let deed = match &field.deed {
        Deed::Leaves => String::new(),
        Deed::Sets(to) => format!("  → {to}"),
        Deed::Removes => "  → removed".to_owned(),
        Deed::Unknown => "  → not known".to_owned(),
    };
    let live = field.live.as_deref().unwrap_or_default();
    escape::line(&format!("  {:path$}  {live:value$}  {origin}{deed}", field.path)).trim_end().to_owned()
}
