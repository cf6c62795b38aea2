//! What a chart renders differently every time: rendered again and compared, where a template could do that.

use std::time::Duration;

use landfall_core::manifest::{Change, Manifest, Note, push_step};
use landfall_core::order::elsewhere;
use serde_json::Value;
use tokio::time::sleep;

use super::calls::{CLOCK, RANDOM, any_of};
use super::{Run, note};
use crate::render::Error;

/// Charts write times in seconds: two renders within one would look the same.
const CLOCK_MILLIS: u64 = 1_100;

/// Names every object, and its fields, that a second render has otherwise.
pub(super) async fn notes(run: &Run<'_>, first: &[Manifest]) -> Result<Vec<Note>, Error> {
    let texts = texts(run);
    let calls = |functions: &[&str]| texts.iter().any(|text| any_of(text, functions));
    let is_timed = calls(&CLOCK);
    if !is_timed && !calls(&RANDOM) {
        return Ok(Vec::new());
    }
    if is_timed {
        sleep(Duration::from_millis(CLOCK_MILLIS)).await;
    }
    let second = run.manifests().await?;
    // Helm writes objects in an order of their kinds and names: a name that differs has the same place.
    let pairs = first.iter().zip(&second).filter(|(one, _)| elsewhere(&one.object).is_none());
    Ok(pairs.filter_map(|(one, other)| undetermined(one, other)).collect())
}

/// Returns the texts that may hold templates: values do where a chart calls `tpl`, and its other files.
fn texts(run: &Run<'_>) -> Vec<String> {
    let templates = run.chart.templates().into_iter().map(|(_, text)| text.to_owned());
    let values = run.settings.values.iter().filter_map(|path| run.contents.file(path));
    let values = values.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let defaults = run.chart.texts.get("values.yaml").cloned();
    let mut texts: Vec<String> = templates.chain(values).chain(defaults).collect();
    texts.extend(run.settings.set.values().cloned());
    if texts.iter().any(|text| any_of(text, &["tpl"])) {
        let files = run.contents.below(run.source.folder);
        texts.extend(files.into_iter().map(|(_, file)| String::from_utf8_lossy(&file.bytes).into_owned()));
    }
    texts
}

fn undetermined(one: &Manifest, other: &Manifest) -> Option<Note> {
    let mut fields = Vec::new();
    compare(&one.object, &other.object, "", &mut fields);
    if fields.is_empty() { None } else { note(one, Change::Undetermined { fields }) }
}

/// Collects the pointers of what differs, never a value.
fn compare(one: &Value, other: &Value, pointer: &str, differ: &mut Vec<String>) {
    let below = |step: &str| {
        let mut pointer = pointer.to_owned();
        push_step(&mut pointer, step);
        pointer
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().for_each(|(key, value)| compare(value, &other[key], &below(key), differ));
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let items = one.iter().zip(other).enumerate();
            items.for_each(|(at, (one, other))| compare(one, other, &below(&at.to_string()), differ));
        }
        (one, other) if one != other => differ.push(pointer.to_owned()),
        _ => {}
    }
}
