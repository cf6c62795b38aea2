//! What templates get: the values of the rules' files, and what Landfall itself knows.

use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::{SourceFile, template_values};
use landfall_core::rules;
use serde_json::{Map, Value};

use super::super::unfit::Unfit;
use super::super::{Error, Source, followed, secret_values};

/// Returns what the files of values and Landfall itself give to templates.
pub(super) async fn values(source: &Source<'_>, settings: &rules::Tera) -> Result<Map<String, Value>, Error> {
    let mut files = Vec::new();
    for path in &settings.values {
        let missing = || Unfit::absent("render.tera.values", path);
        let found = followed::read(source.tree, std::slice::from_ref(path)).await?.pop();
        files.push(SourceFile::new(path.as_str(), found.ok_or_else(missing)?.bytes));
    }
    let mut values = template_values(&files).map_err(Box::new)?;
    values.extend(known(source).into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    Ok(values)
}

/// Returns what Landfall itself knows.
fn known(source: &Source<'_>) -> [(&'static str, Option<String>); 6] {
    let target = source.target;
    [
        ("app", Some(target.app.to_string())),
        ("environment", Some(target.environment.to_string())),
        ("cluster", Some(target.cluster.to_string())),
        ("namespace", Some(target.namespace.to_string())),
        ("commit", Some(source.commit.to_string())),
        ("branch", source.branch.map(str::to_owned)),
    ]
}

/// Masks values whose names say that they are secret, and those that look like a key.
pub(super) fn redactor(source: &Source<'_>, values: &Map<String, Value>) -> Redactor {
    let mut values = values.clone();
    // A password may be the same word; these are in every report.
    let known = known(source).map(|(name, value)| (name, value.unwrap_or_default()));
    values.retain(|name, _| known.iter().all(|(other, _)| other != name));
    let values = Value::Object(values);
    let mut secrets = Vec::new();
    secret_values::by_name(&values, &mut secrets);
    secret_values::random_looking(&values, &mut secrets);
    let known = known.each_ref().map(|(_, value)| value.as_str());
    for secret in &mut secrets {
        forget(secret, &known);
    }
    Redactor::of_words(&secrets)
}

/// Empties the texts that are one of these.
fn forget(value: &mut Value, known: &[&str]) {
    match value {
        Value::String(text) if known.contains(&text.as_str()) => text.clear(),
        Value::Object(map) => map.values_mut().for_each(|value| forget(value, known)),
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
