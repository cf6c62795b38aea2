//! Charts in a kustomization (`helmCharts`), judged before Kustomize hands them to Helm: it passes on any text as an
//! argument, and some of Helm's arguments run programs or read files of the machine.

use serde_json::Value;

use super::contents::Contents;
use super::helm::{Chart, FILE_NAME};
use super::named::leaves;
use super::{Error, join};

/// Where charts are that a kustomization does not say the place of.
const CHART_HOME: &str = "charts";

/// Keys that Helm takes plugins from, or that are templates outside of any chart.
const REFUSED: [&str; 2] = ["configHome", "nameTemplate"];

/// Values of the chart itself: no argument, no path.
const VALUES: &str = "valuesInline";

/// Returns why Kustomize must not inflate what a kustomization names.
pub(super) fn refusal(path: &str, folder: &str, kustomization: &Value, contents: &Contents) -> Option<Error> {
    let refused = |what: String, help: &str| Error::Refused { path: path.to_owned(), what, help: help.to_owned() };
    let generates = ["generators", "helmChartInflationGenerator"];
    if let Some(key) = generates.into_iter().find(|key| part(kustomization, key).is_some()) {
        return Some(refused(format!("has `{key}`, which may run Helm unseen"), "use `helmCharts` instead"));
    }
    let globals = part(kustomization, "helmGlobals").cloned().unwrap_or_default();
    let charts = part(kustomization, "helmCharts").and_then(Value::as_array).cloned().unwrap_or_default();
    let given: Vec<&str> = charts.iter().chain([&globals]).flat_map(texts).collect();
    if let Some(flag) = given.iter().find(|text| text.trim_start().starts_with('-')) {
        return Some(refused(format!("gives Helm the argument `{flag}`"), "write a name or a path there"));
    }
    let entries = || charts.iter().chain([&globals]);
    if let Some(key) = REFUSED.into_iter().find(|key| entries().any(|entry| part(entry, key).is_some())) {
        return Some(refused(format!("has `{key}`, which may run programs"), "leave it out"));
    }
    if let Some(error) = charts_of(contents).find_map(|chart| chart.refusal()) {
        return Some(error);
    }
    let files = charts.iter().flat_map(paths);
    if let Some(several) = files.into_iter().find(|path| path.contains([',', '"'])) {
        return Some(refused(format!("gives Helm several files as one: {several}"), "name one file in each entry"));
    }
    let home = part(&globals, "chartHome").and_then(Value::as_str).unwrap_or(CHART_HOME);
    for chart in &charts {
        let name = part(chart, "name").and_then(Value::as_str).unwrap_or_default();
        let version = part(chart, "version").and_then(Value::as_str).unwrap_or_default();
        let remote = part(chart, "repo").and_then(Value::as_str);
        // Kustomize looks for the chart of a repository under its version alone.
        let place = match remote {
            Some(_) if !version.is_empty() => format!("{home}/{name}-{version}/{name}"),
            _ => format!("{home}/{name}"),
        };
        let paths = paths(chart).into_iter().chain([home]).chain(paths(&globals));
        let outside = paths.chain([place.as_str()]).find(|path| leaves(folder, path));
        let is_here = contents.file(&join(folder, &join(&place, FILE_NAME))).is_some();
        if let Some(named) = outside.or(remote.filter(|_| !is_here)) {
            return Some(Error::Outside { path: path.to_owned(), named: named.to_owned() });
        }
    }
    None
}

/// Returns every chart of the commit: whichever of them Kustomize hands to Helm.
fn charts_of(contents: &Contents) -> impl Iterator<Item = Chart> {
    let is_chart = |path: &str| path.rsplit('/').next() == Some(FILE_NAME);
    let files = contents.files.iter().filter(move |file| is_chart(&file.path));
    let folder = |path: &str| path.rsplit_once('/').map_or(".".to_owned(), |(folder, _)| folder.to_owned());
    files.map(move |file| Chart::read(contents, &folder(&file.path)))
}

/// Returns the paths that a chart's entry, or what counts for all, has.
fn paths(entry: &Value) -> Vec<&str> {
    let keys = ["valuesFile", "additionalValuesFiles"];
    keys.iter().filter_map(|key| part(entry, key)).flat_map(texts).collect()
}

/// Returns every text below a value, except those in values of the chart.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => {
            map.iter().filter(|(key, _)| !key.eq_ignore_ascii_case(VALUES)).flat_map(|(_, part)| texts(part)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Returns a part of an object by its key, in any case, as Kustomize reads it.
fn part<'a>(object: &'a Value, key: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}
