//! The fields of Kubernetes' own kinds and what each may hold, as the API server of Kubernetes 1.36 says. Judges nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A test against that server keeps it equal.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("fields.txt")));

/// The fields of a type.
pub(super) type Type = BTreeMap<&'static str, Field>;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) form: Form,
    pub(super) of: Of,
}

/// How many values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    One,
    List,
    Map,
}

/// What each of its values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Nothing is said of it.
    Any,
    Plain(Plain),
    /// A type of the table, by its name.
    Type(&'static str),
}

/// A value without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Text,
    Integer,
    Number,
    Boolean,
    IntegerOrText,
    /// A quantity such as `0.5` or `500m`.
    NumberOrText,
}

struct Table {
    types: BTreeMap<&'static str, Type>,
    /// The types of kinds, by "apps/v1/Deployment".
    kinds: BTreeMap<&'static str, &'static str>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self { types: BTreeMap::new(), kinds: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, fields)) = line.split_once(':') else { continue };
            let (name, kind) = head.split_once(' ').map_or((head, None), |(name, kind)| (name, Some(kind)));
            table.kinds.extend(kind.map(|kind| (kind, name)));
            table.types.insert(name, fields.split_whitespace().map(field).collect());
        }
        table
    }
}

/// Returns a type by its name.
pub(super) fn of_type(name: &str) -> Option<&'static Type> {
    TABLE.types.get(name)
}

/// Returns the name of the type of a kind such as "apps/v1/Deployment".
pub(super) fn type_of(kind: &str) -> Option<&'static str> {
    TABLE.kinds.get(kind).copied()
}

/// Reads `KEY`, `KEY:PLAIN` or `KEY=TYPE`, the key with `[]` or `{}` behind it for a list or a map.
fn field(text: &'static str) -> (&'static str, Field) {
    let (key, of) = match text.split_once(['=', ':']) {
        Some((key, word)) => (key, plain(word).map_or(Of::Type(word), Of::Plain)),
        None => (text, Of::Any),
    };
    for (ending, form) in [("[]", Form::List), ("{}", Form::Map)] {
        if let Some(key) = key.strip_suffix(ending) {
            return (key, Field { form, of });
        }
    }
    (key, Field { form: Form::One, of })
}

fn plain(word: &str) -> Option<Plain> {
    Some(match word {
        "text" => Plain::Text,
        "integer" => Plain::Integer,
        "number" => Plain::Number,
        "boolean" => Plain::Boolean,
        "integer-or-text" => Plain::IntegerOrText,
        "number-or-text" => Plain::NumberOrText,
        _ => return None,
    })
}
