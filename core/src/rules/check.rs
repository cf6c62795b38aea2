//! Compares the tree with the table of keys: unknown, unbuilt, missing and mistyped. Does not judge values.

use miette::SourceSpan;

use super::keys::{self, Default, Key, Kind};
use super::mistake::{Mistake, nearest, suggest};
use super::tree::{Entry, Node, Value};

/// Adds every difference between the tree and the table of keys to `mistakes`.
pub(super) fn check(root: &Node, mistakes: &mut Vec<Mistake>) {
    let Value::Map(_) = root.value else {
        return mistakes.push(mistyped("landfall.yaml", Kind::Group, root, root.at));
    };
    let start = root.entries().first().map_or(root.at, |entry| entry.at);
    Checker { mistakes }.group(root, "", &Spot { name: "landfall.yaml", at: start });
}

/// What a value is called and where that is written.
struct Spot<'a> {
    name: &'a str,
    at: SourceSpan,
}

struct Checker<'a> {
    mistakes: &'a mut Vec<Mistake>,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node, key: &Key, spot: &Spot<'_>) {
        match (key.kind, &node.value) {
            (Kind::Group | Kind::ChoiceOrGroup(_) | Kind::TextOrGroup, Value::Map(_)) => {
                self.group(node, key.path, spot);
            }
            (Kind::Names, Value::Map(_)) => self.names(node, key, spot),
            (Kind::List, Value::List(_)) => self.list(node, key, spot),
            (Kind::Choice(words) | Kind::ChoiceOrGroup(words), Value::Text(word)) if words.contains(&word.as_str()) => {
            }
            (Kind::Text | Kind::Duration | Kind::TextOrGroup, Value::Text(_))
            | (Kind::Count, Value::Count(_))
            | (Kind::Flag, Value::Flag(_))
            | (Kind::Any, _) => {}
            (kind, _) => self.mistakes.push(mistyped(spot.name, kind, node, spot.at)),
        }
    }

    fn group(&mut self, node: &Node, path: &str, spot: &Spot<'_>) {
        // Keys whose absence another message explains already: one cause, one message.
        let mut excused = Vec::new();
        for entry in node.entries() {
            match keys::under(path).find(|key| key.name() == entry.key) {
                Some(key) if key.built => self.value(&entry.node, key, &Spot { name: &entry.key, at: entry.at }),
                Some(key) => excused.extend(self.unbuilt(key, entry)),
                None => excused.extend(self.unknown(path, spot, entry)),
            }
        }
        self.missing(node, path, spot, &excused);
    }

    fn unbuilt(&mut self, key: &Key, entry: &Entry) -> Option<&'static str> {
        self.mistakes.push(Mistake::NotSupported { key: entry.key.clone(), at: entry.at });
        if let Default::Unless(other) = key.default { Some(other) } else { None }
    }

    fn unknown(&mut self, path: &str, spot: &Spot<'_>, entry: &Entry) -> Option<&'static str> {
        let known: Vec<&'static str> = keys::under(path).filter(|key| key.built).map(Key::name).collect();
        let (key, level, help) = (entry.key.clone(), level(spot.name), suggest(&entry.key, &known));
        self.mistakes.push(Mistake::UnknownKey { key, level, help, at: entry.at });
        nearest(&entry.key, &known)
    }

    fn names(&mut self, node: &Node, key: &Key, spot: &Spot<'_>) {
        let item = keys::at(&format!("{}.*", key.path)).expect("every map of names has its `*` in the table");
        if node.entries().is_empty() && key.default == Default::Required {
            self.mistakes.push(empty(spot));
        }
        for entry in node.entries() {
            self.value(&entry.node, item, &Spot { name: &entry.key, at: entry.at });
        }
    }

    fn list(&mut self, node: &Node, key: &Key, spot: &Spot<'_>) {
        let item = keys::at(&format!("{}[]", key.path)).expect("every list has its `[]` in the table");
        if node.items().is_empty() {
            self.mistakes.push(empty(spot));
        }
        for node in node.items() {
            let at = node.entries().first().map_or(node.at, |entry| entry.at);
            self.value(node, item, &Spot { name: spot.name, at });
        }
    }

    fn missing(&mut self, node: &Node, path: &str, spot: &Spot<'_>, excused: &[&str]) {
        let there = |name: &str| node.entry(name).is_some() || excused.contains(&name);
        for key in keys::under(path).filter(|key| key.built && !there(key.name())) {
            let absent = match key.default {
                Default::Required => key.name().to_owned(),
                // Both name each other: the pair is reported once, by the one that comes first.
                Default::Unless(other) if !there(other) && first_of(path, key, other) => {
                    format!("{}` or `{other}", key.name())
                }
                Default::Unless(_) | Default::None | Default::Is(_) => continue,
            };
            let (level, doc) = (level(spot.name), key.doc.to_owned());
            self.mistakes.push(Mistake::MissingKey { key: absent, level, doc, at: spot.at });
        }
    }
}

fn first_of(path: &str, key: &Key, other: &str) -> bool {
    keys::under(path).map(Key::name).find(|name| *name == key.name() || *name == other) == Some(key.name())
}

fn level(name: &str) -> String {
    format!("`{name}`")
}

fn empty(spot: &Spot<'_>) -> Mistake {
    let (why, help) = ("it has no entry".to_owned(), "write at least one entry".to_owned());
    Mistake::BadValue { key: spot.name.to_owned(), why, help, at: spot.at }
}

fn mistyped(name: &str, kind: Kind, node: &Node, spot: SourceSpan) -> Mistake {
    let example = match kind {
        Kind::Duration => ": `90s`, `10m` or `1h`",
        Kind::Text | Kind::TextOrGroup if matches!(node.value, Value::Count(_) | Value::Number | Value::Flag(_)) => {
            ": put it in quotes"
        }
        Kind::Group => ": `key: value`",
        Kind::Names => ": `name: ...`",
        Kind::List => ": `- ...`",
        Kind::Text
        | Kind::TextOrGroup
        | Kind::Count
        | Kind::Flag
        | Kind::Choice(_)
        | Kind::ChoiceOrGroup(_)
        | Kind::Any => "",
    };
    // A block's own span may start on a later line; the key is where people look.
    let at = if matches!(node.value, Value::Map(_) | Value::List(_) | Value::Null) { spot } else { node.at };
    let (expected, found) = (kind.expected(), found(&node.value, kind));
    Mistake::WrongType { key: name.to_owned(), expected, found, example, at }
}

fn found(value: &Value, wanted: Kind) -> String {
    let words = match (value, wanted) {
        (Value::Text(word), Kind::Choice(_) | Kind::ChoiceOrGroup(_)) => return format!("`{word}`"),
        (Value::Number, Kind::Count) => "a negative or fractional number",
        (Value::Null, _) => "empty",
        (Value::Flag(_), _) => "a true or false",
        (Value::Count(_) | Value::Number, _) => "a number",
        (Value::Text(_), _) => "a text",
        (Value::List(_), _) => "a list",
        (Value::Map(_), _) => "a map",
    };
    words.to_owned()
}
