//! Charts in a kustomization (`helmCharts`), judged before Kustomize hands them to Helm: it passes on any text as an
//! argument, and some of Helm's arguments run programs or read files of the machine.

use serde_json::Value;

use super::super::contents::Contents;
use super::super::helm::{Chart, FILE_NAME};
use super::super::keys::part;
use super::super::{Error, join};
use super::named::leaves;

/// Where charts are that a kustomization does not say the place of.
const CHART_HOME: &str = "charts";

/// Keys that Helm takes plugins from, or that are templates outside of any chart.
const REFUSED: [&str; 2] = ["configHome", "nameTemplate"];

/// Values of the chart itself: no argument, no path.
const VALUES: &str = "valuesInline";

/// Returns why Kustomize must not inflate what a kustomization names.
pub(super) fn refusal(path: &str, folder: &str, kustomization: &Value, contents: &Contents) -> Option<Error> {
    let refused = |(what, help): (String, &str)| Error::Refused { path: path.to_owned(), what, help: help.to_owned() };
    let outside = |named: String| Error::Outside { path: path.to_owned(), named };
    let asked = Asked {
        kustomization,
        globals: part(kustomization, "helmGlobals").unwrap_or(&Value::Null),
        charts: part(kustomization, "helmCharts").and_then(Value::as_array).map_or(&[], Vec::as_slice),
    };
    let argument = asked.generator().or_else(|| asked.flag()).or_else(|| asked.plugin()).or_else(|| asked.several());
    argument
        .map(refused)
        .or_else(|| charts_of(contents).find_map(|chart| chart.refusal()))
        .or_else(|| asked.elsewhere(folder, contents).map(outside))
}

/// What a kustomization asks of Helm.
struct Asked<'a> {
    kustomization: &'a Value,
    globals: &'a Value,
    charts: &'a [Value],
}

/// What a kustomization does, as the rest of a sentence, and the next step.
type Fault = (String, &'static str);

impl<'a> Asked<'a> {
    fn entries(&self) -> impl Iterator<Item = &'a Value> {
        self.charts.iter().chain([self.globals])
    }

    fn generator(&self) -> Option<Fault> {
        let generators = ["generators", "helmChartInflationGenerator"];
        let key = generators.into_iter().find(|key| part(self.kustomization, key).is_some())?;
        Some((format!("has `{key}`, which may run Helm unseen"), "use `helmCharts` instead"))
    }

    fn flag(&self) -> Option<Fault> {
        let flag = self.entries().flat_map(texts).find(|text| text.trim_start().starts_with('-'))?;
        Some((format!("gives Helm the argument `{flag}`"), "write a name or a path there"))
    }

    fn plugin(&self) -> Option<Fault> {
        let key = REFUSED.into_iter().find(|key| self.entries().any(|entry| part(entry, key).is_some()))?;
        Some((format!("has `{key}`, which may run programs"), "leave it out"))
    }

    fn several(&self) -> Option<Fault> {
        let several = self.charts.iter().flat_map(paths).find(|path| path.contains([',', '"']))?;
        Some((format!("gives Helm several files as one: {several}"), "name one file in each entry"))
    }

    /// Returns a path or address that is not in the commit.
    fn elsewhere(&self, folder: &str, contents: &Contents) -> Option<String> {
        let home = part(self.globals, "chartHome").and_then(Value::as_str).unwrap_or(CHART_HOME);
        self.charts.iter().find_map(|chart| {
            let place = place(chart, home);
            let paths = paths(chart).into_iter().chain([home, place.as_str()]);
            let outside = paths.into_iter().find(|path| leaves(folder, path));
            let is_here = contents.file(&join(folder, &join(&place, FILE_NAME))).is_some();
            let remote = part(chart, "repo").and_then(Value::as_str).filter(|_| !is_here);
            outside.or(remote).map(str::to_owned)
        })
    }
}

/// Returns where Kustomize looks for a chart: that of a repository under its version alone.
fn place(chart: &Value, home: &str) -> String {
    let text = |key| part(chart, key).and_then(Value::as_str).unwrap_or_default();
    match (text("name"), text("version")) {
        (name, version) if !version.is_empty() && part(chart, "repo").is_some() => {
            format!("{home}/{name}-{version}/{name}")
        }
        (name, _) => format!("{home}/{name}"),
    }
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
