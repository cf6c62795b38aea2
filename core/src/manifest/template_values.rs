//! The values that templates get: files merged in the order of the rules. Does not read the files.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::reader::values_with_spans;
use super::template_problem::TemplateProblem;
use super::{Compat, Located, ReadErrors, SourceFile, Spans, Text};

/// What Landfall itself gives to templates. `proposal` is for previews.
pub const RESERVED: [&str; 7] = ["app", "branch", "cluster", "commit", "environment", "namespace", "proposal"];

/// Reads files of values and merges them: maps deeply; of anything else the later one counts, also of lists.
///
/// No line of these files is ever shown, for they may hold secrets.
pub fn template_values(files: &[SourceFile]) -> Result<Map<String, Value>, ReadErrors> {
    let mut merged = Map::new();
    let mut wrong = Vec::new();
    for file in files {
        match read(file) {
            Ok(values) => merge(&mut merged, values),
            Err(errors) => wrong.push(errors.without_text()),
        }
    }
    match ReadErrors::joined(wrong) {
        Some(errors) => Err(errors),
        None => Ok(merged),
    }
}

/// Judges a file of values of a chart, which Helm reads as kubectl reads manifests. Shows no line of it either.
pub fn chart_values(file: &SourceFile) -> Result<(), ReadErrors> {
    mapping(file, Compat::Kubectl).map(drop).map_err(ReadErrors::without_text)
}

fn read(file: &SourceFile) -> Result<Map<String, Value>, ReadErrors> {
    let Some((text, map, spans)) = mapping(file, Compat::Strict)? else { return Ok(Map::new()) };
    let one = |problem: TemplateProblem, span| ReadErrors::one(located(&text, problem, span));
    let taken = RESERVED.into_iter().filter(|name| map.contains_key(*name));
    let mut taken: Vec<_> = taken.map(|name| (spans.key(&format!("/{name}")).unwrap_or(0..0), name)).collect();
    taken.sort_by_key(|(span, _)| span.start);
    let wrong = taken.into_iter().map(|(span, name)| one(TemplateProblem::Reserved { name: name.to_owned() }, span));
    match ReadErrors::joined(wrong.collect()) {
        Some(errors) => Err(errors),
        None => Ok(map),
    }
}

/// A file's text, its one mapping, and where its parts stand.
type Mapping = (Arc<Text>, Map<String, Value>, Spans);

/// Reads the one mapping of a file; none of an empty one.
fn mapping(file: &SourceFile, mode: Compat) -> Result<Option<Mapping>, ReadErrors> {
    let (text, mut documents) = values_with_spans(file, mode)?;
    let one = |problem: TemplateProblem, span| ReadErrors::one(located(&text, problem, span));
    if let Some((_, spans)) = documents.get(1) {
        return Err(one(TemplateProblem::SeveralDocuments, spans.value("").unwrap_or(0..0)));
    }
    let Some((value, spans)) = documents.pop() else { return Ok(None) };
    match value {
        Value::Object(map) => Ok(Some((text, map, spans))),
        _ => Err(one(TemplateProblem::NotAMapping, spans.value("").unwrap_or(0..0))),
    }
}

fn located(text: &Text, problem: TemplateProblem, span: std::ops::Range<usize>) -> super::ReadError {
    let label = problem.label();
    Located::new(text, problem.into(), span, label)
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(value)) => merge(below, value),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn files(texts: &[&str]) -> Vec<SourceFile> {
        let named = texts.iter().enumerate();
        named.map(|(at, text)| SourceFile::new(format!("{at}.yaml"), text.as_bytes())).collect()
    }

    fn said(texts: &[&str]) -> Vec<String> {
        let errors = template_values(&files(texts)).expect_err("these have mistakes");
        errors.all().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn maps_are_merged_and_of_anything_else_the_later_one_counts() {
        let merged = template_values(&files(&[
            "image: {name: web, tag: '1'}\nports: [80, 81]\nlimits: {cpu: 1}\nkept: yes\n",
            "# nothing\n",
            "image: {tag: '2'}\nports: [90]\nlimits: ~\n",
            "{\"limits\": 3}",
        ]));
        let expected = json!({"image": {"name": "web", "tag": "2"}, "ports": [90], "limits": 3, "kept": true});
        assert_eq!(Value::from(merged.expect("these can be read")), expected);
    }

    #[test]
    fn every_mistake_of_every_file_is_told_with_its_place() {
        assert_eq!(
            said(&["a: 1\ncommit: x\napp: y\n", "- a\n", "a: 1\n---\nb: 2\n", "a: [\n"]),
            [
                "0.yaml:2:1: `commit` cannot be set: it is a value that Landfall itself gives to templates",
                "0.yaml:3:1: `app` cannot be set: it is a value that Landfall itself gives to templates",
                "1.yaml:1:1: a file of values must be a mapping",
                "2.yaml:3:1: a file of values must be one document",
                "3.yaml:2:1: this is not valid YAML: a value is expected",
            ]
        );
    }
}
