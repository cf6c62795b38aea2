//! What Helm says when it fails, as a person reads it: files of the repository, no value that may be secret.

use super::chart::Chart;
use super::{Run, in_copy, mask};
use crate::render::{Error, join};

const SCHEMA: &str = "values don't meet the specifications of the schema(s) in the following chart(s):";
/// What stands between a template and one that it includes.
const CALLING: &str = "error calling include: ";
const DEBUG_HINT: &str = "Use --debug flag to render out invalid YAML";

pub(super) fn failed(run: &Run<'_>, stderr: &str) -> Error {
    let lines = stderr.lines().filter(|line| !is_noise(line)).map(|line| line.trim_start_matches("Error: "));
    let text = in_repository(run, lines.collect::<Vec<_>>().join("\n").trim());
    let text = mask::masked(run, &text);
    let (why, help) = explained(&text, run);
    Error::Tool { tool: "helm", source_folder: run.source.folder.to_owned(), why, help }
}

/// Lines that ask for a flag, or that are a log.
fn is_noise(line: &str) -> bool {
    line == DEBUG_HINT || line.is_empty() || line.starts_with("level=") || line.starts_with("walk.go")
}

/// Writes places as the repository has them.
fn in_repository(run: &Run<'_>, text: &str) -> String {
    let copy = run.root.display().to_string();
    let text = text.replace(&format!("{copy}/"), "").replace(&format!("{}/", in_copy(".")), "");
    let text = text.replace("execution error at (", "(").replace("parse error at (", "(");
    with_places(run.chart, &text)
}

/// Replaces each name of a template by where it is.
fn with_places(chart: &Chart, text: &str) -> String {
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ':' | '"' | '(' | ')' | ',');
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_end).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        said.push_str(&chart.place(word).unwrap_or_else(|| word.to_owned()));
        let separator = after.chars().next().map_or(0, char::len_utf8);
        said.push_str(&after[..separator]);
        rest = &after[separator..];
    }
    said
}

/// Adds what Helm leaves out, and the next step.
fn explained(text: &str, run: &Run<'_>) -> (String, String) {
    let folder = run.source.folder;
    if let Some(wrong) = text.strip_prefix(SCHEMA) {
        let help = "correct them in the files of `render.helm.values`, or in `render.helm.set`".to_owned();
        return (format!("the values are not as values.schema.json wants them: {}", listed(wrong)), help);
    }
    if let Some((place, what)) = text.strip_prefix('(').and_then(|rest| rest.split_once("): ")) {
        let help = format!("change {}, or the values that it is given", place.split(':').next().unwrap_or(folder));
        return (format!("{place}: {what}"), help);
    }
    if let Some((file, what)) = text.strip_prefix("YAML parse error on ").and_then(|rest| rest.split_once(": ")) {
        let what = what.trim_start_matches("error converting YAML to JSON: yaml: ");
        let help = format!("lines are counted in what {file} renders: `--debug` of `helm template` shows that");
        return (format!("{file} renders to what is not YAML: {what}"), help);
    }
    if text.contains("chart.metadata.name is required") {
        return (format!("{} has no name", join(folder, super::FILE_NAME)), "add the key `name`".to_owned());
    }
    (on_one_line(text), run.same())
}

/// Writes what a schema says of each chart's values, in an order of its own: Helm has none.
fn listed(wrong: &str) -> String {
    let lines = wrong.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut charts: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("- "), charts.last_mut()) {
            (Some(what), Some((_, said))) => said.push(what),
            _ => charts.push((line.trim_end_matches(':'), Vec::new())),
        }
    }
    let chart = |(name, mut said): (&str, Vec<&str>)| {
        said.sort_unstable();
        format!("{name} {}", said.join(", "))
    };
    charts.into_iter().map(chart).collect::<Vec<_>>().join("; ")
}

/// Writes where a template failed as Helm 3 and Helm 4 write it; of templates in templates the first and the last.
fn on_one_line(text: &str) -> String {
    let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ").replace(" executing ", ": executing ");
    let text = text.replace("::", ":").trim_start_matches("template: ").to_owned();
    match (text.split_once(CALLING), text.rsplit_once(CALLING)) {
        (Some((first, rest)), Some((_, last))) if rest.contains(CALLING) => format!("{first}{CALLING}… {last}"),
        _ => text,
    }
}
