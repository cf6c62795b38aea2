//! Who wins a field that somebody else owns too, as the rules say. Does not look at objects.

use serde::Serialize;

use super::FieldPath;
use crate::manifest::ObjectId;

/// What the rules say about some fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The API group and kind of the objects that it is about; none for all.
    pub kind: Option<(String, String)>,
    /// The field, and all below it.
    pub path: String,
    /// The field manager that it is about; none for all.
    pub manager: Option<String>,
    /// Who wins.
    pub resolve: Resolve,
}

/// Who wins a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolve {
    /// Git: the field is taken from whoever owns it.
    Ours,
    /// The other manager: the field is not sent while somebody else owns it.
    Theirs,
    /// Whoever: the field is not sent once the object is there.
    Ignore,
}

/// The rules that count. Of two, both must say the same of a field, so that no change of the rules serves itself.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Those that would be deployed.
    pub own: &'a [Rule],
    /// Those before the push; none when there were none.
    pub before: Option<&'a [Rule]>,
}

/// What two sets of rules say of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No rule is about it.
    Silent,
    /// They agree.
    Says(Resolve),
    /// The newer rules say something that those before the push do not.
    NotYet,
}

impl Rules<'_> {
    /// Returns what is said of a field that a manager owns; no manager is for rules that name none.
    pub(super) fn of(self, id: &ObjectId, path: &FieldPath, manager: Option<&str>) -> Verdict {
        let said = |rules: &[Rule]| rules.iter().find(|rule| rule.is_about(id, path, manager)).map(|it| it.resolve);
        let Some(own) = said(self.own) else { return Verdict::Silent };
        match self.before.map(said) {
            Some(before) if before != Some(own) => Verdict::NotYet,
            Some(_) | None => Verdict::Says(own),
        }
    }

    /// Returns whether any rule leaves fields of such an object out.
    pub fn leaves_out(self, id: &ObjectId) -> bool {
        self.own.iter().any(|rule| rule.resolve != Resolve::Ours && rule.is_of_kind(id))
    }
}

impl Rule {
    fn is_about(&self, id: &ObjectId, path: &FieldPath, manager: Option<&str>) -> bool {
        let is_his = self.manager.as_deref().is_none_or(|own| manager == Some(own));
        is_his && self.is_of_kind(id) && path.is_at_or_below(&self.path)
    }

    fn is_of_kind(&self, id: &ObjectId) -> bool {
        self.kind.as_ref().is_none_or(|(group, kind)| *group == id.group && *kind == id.kind)
    }
}
