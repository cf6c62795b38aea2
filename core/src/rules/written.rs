//! Where an environment's texts stand in landfall.yaml, for whoever finds that one does not fit the commit.

use std::ops::Range;
use std::sync::Arc;

use miette::SourceSpan;

use super::tree::{Node, Value};

/// The texts of one environment, by their keys: `render.helm.values`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    path: Arc<str>,
    file: Arc<str>,
    texts: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    key: String,
    path: String,
    at: Range<usize>,
}

/// One place in landfall.yaml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File, line and column.
    pub name: String,
    /// The bytes.
    pub span: SourceSpan,
}

impl Written {
    pub(super) fn of(environment: &Node) -> Self {
        let mut texts = Vec::new();
        collect(environment, "", &mut texts);
        Self { texts, ..Self::default() }
    }

    pub(super) fn put_into(&mut self, path: &str, file: &Arc<str>) {
        self.path = path.into();
        self.file = Arc::clone(file);
    }

    /// Returns the path of landfall.yaml.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the whole file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns where a key names a path, or a folder that the path is in.
    pub fn place(&self, key: &str, path: &str) -> Option<Place> {
        let of_key: Vec<&Named> = self.texts.iter().filter(|text| text.key == key).collect();
        let exact = of_key.iter().find(|text| text.path == path);
        let is_in = |text: &&&Named| path.strip_prefix(&text.path).is_some_and(|rest| rest.starts_with('/'));
        let only = if let [only] = of_key.as_slice() { Some(only) } else { None };
        let text = exact.or_else(|| of_key.iter().find(is_in)).or(only)?;
        let (line, column) = line_and_column(&self.file, text.at.start);
        Some(Place { name: format!("{}:{line}:{column}", self.path), span: text.at.clone().into() })
    }
}

/// Returns the line and column of a byte, both counted from one.
pub(super) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

fn collect(node: &Node, key: &str, texts: &mut Vec<Named>) {
    match &node.value {
        Value::Text(text) => {
            let at = node.at.offset()..node.at.offset() + node.at.len();
            texts.push(Named { key: key.to_owned(), path: text.clone(), at });
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, key, texts)),
        Value::Map(entries) => {
            let below = |own: &str| if key.is_empty() { own.to_owned() } else { format!("{key}.{own}") };
            for entry in entries {
                collect(&entry.node, &below(&entry.key), texts);
            }
        }
        Value::Null | Value::Flag(_) | Value::Count(_) | Value::Number => {}
    }
}
