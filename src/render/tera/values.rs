//! What templates get: the values of the rules' files, and what Landfall itself knows.

use landfall_core::manifest::{SourceFile, template_values};
use landfall_core::rules;
use serde_json::{Map, Value};

use super::super::{Error, Source};

/// Returns what the files of values and Landfall itself give to templates.
pub(super) async fn values(source: &Source<'_>, settings: &rules::Tera) -> Result<Map<String, Value>, Error> {
    let Source { tree, target, .. } = *source;
    let mut files = Vec::new();
    for (at, path) in settings.values.iter().enumerate() {
        let key = || format!("environments.{}.render.tera.values[{at}]", target.environment);
        let missing = || Error::NoFile { key: key(), path: path.clone() };
        files.push(SourceFile::new(path.as_str(), tree.read(path).await?.ok_or_else(missing)?));
    }
    let mut values = template_values(&files).map_err(Box::new)?;
    let known = [
        ("app", Some(target.app.to_string())),
        ("environment", Some(target.environment.to_string())),
        ("cluster", Some(target.cluster.to_string())),
        ("namespace", Some(target.namespace.to_string())),
        ("commit", Some(source.commit.to_string())),
        ("branch", source.branch.map(str::to_owned)),
    ];
    values.extend(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    Ok(values)
}

/// Returns every text among the values.
pub(super) fn texts(values: &Map<String, Value>) -> Vec<String> {
    fn collect(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
            Value::Object(map) => map.values().for_each(|item| collect(item, texts)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut texts = Vec::new();
    values.values().for_each(|value| collect(value, &mut texts));
    texts
}
