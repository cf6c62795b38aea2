//! What Helm says when it fails, as a person reads it: files of the repository, no value that may be secret.

use landfall_core::manifest::{Compat, SourceFile, chart_values, values};

use super::chart::Chart;
use super::{Run, in_copy, mask};
use crate::render::placed::Place;
use crate::render::{Error, join};

const UNLOCKED: &str = "can't get a valid version for dependency ";
const SCHEMA: &str = "values don't meet the specifications of the schema(s) in the following chart(s):";
/// What stands between a template and one that it includes.
const CALLING: &str = "error calling include: ";
const DEBUG_HINT: &str = "Use --debug flag to render out invalid YAML";

pub(super) fn failed(run: &Run<'_>, stderr: &str) -> Error {
    let lines = stderr.lines().filter(|line| !is_noise(line)).map(|line| line.trim_start_matches("Error: "));
    let text = in_repository(run, lines.collect::<Vec<_>>().join("\n").trim());
    let text = mask::masked(run, &text);
    let placed = at_a_place(&text, run);
    if let Some(error) = placed.or_else(|| unreadable(run)) {
        return error;
    }
    let (why, help) = explained(&text, run);
    Error::Tool { tool: "helm".to_owned(), source_folder: run.source.folder.to_owned(), why, help }
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

/// Returns what fails at a place in a template, with the line there.
fn at_a_place(text: &str, run: &Run<'_>) -> Option<Error> {
    let text = on_one_line(text).replacen("): ", ": ", usize::from(text.starts_with('(')));
    let (place, said) = Place::read(text.trim_start_matches('('))?;
    run.contents.file(&place.path)?;
    let said = said.trim_start_matches([':', ' ']);
    let (quoted, said) = quoted(said).unwrap_or(("", said));
    let (why, help) = cause(said, quoted).unwrap_or_else(|| {
        let help = format!("change {}, or the values that it is given", place.path);
        (said.to_owned(), help)
    });
    Some(place.counted_from_zero().error(&why, help, quoted, (run.contents, &mask::redactor(run))).into())
}

/// Splits off what Helm quotes of a template, after its name: `executing "a.yaml" at <.Values.a.b>: `.
fn quoted(said: &str) -> Option<(&str, &str)> {
    said.strip_prefix("executing \"")?.split_once("\" at <")?.1.split_once(">: ")
}

/// Returns what is wrong, in words that need no knowledge of Go, and the next step.
fn cause(said: &str, quoted: &str) -> Option<(String, String)> {
    if let Some((_, field)) = said.split_once("nil pointer evaluating interface {}.") {
        let (holder, _) = quoted.split_once(&format!(".{field}"))?;
        let why = format!("`{holder}` has no value, and `{quoted}` asks for a part of it");
        return Some((why, format!("give `{holder}` a value, or ask for its parts only where it has one")));
    }
    if let Some((_, rest)) = said.split_once("no template \"") {
        let name = rest.split('"').next()?;
        let help = "correct the name, or define it in a file of the chart's templates".to_owned();
        return Some((format!("there is no template `{name}`"), help));
    }
    if let Some((_, rest)) = said.split_once("nested reference name: ") {
        let name = rest.split(':').next()?;
        let help = format!("end the circle: `{name}` must not include what includes it");
        return Some((format!("the template `{name}` includes itself without an end"), help));
    }
    let (_, why) = said.strip_prefix("error calling ")?.split_once(": ")?;
    Some((format!("`{quoted}` fails: {why}"), "change the template, or the values that it is given".to_owned()))
}

/// Returns why a file cannot be read that the chart is made of.
fn unreadable(run: &Run<'_>) -> Option<Error> {
    let file = |path: &str| {
        let file = run.contents.file(path)?;
        Some(SourceFile::new(path, file.bytes.clone()))
    };
    let chart = file(&join(run.source.folder, super::FILE_NAME))?;
    let own = join(run.source.folder, "values.yaml");
    let given = std::iter::once(&own).chain(&run.settings.values).filter_map(|path| file(path));
    let of_chart = values(&chart, Compat::Kubectl).err();
    let errors = of_chart.or_else(|| given.into_iter().find_map(|file| chart_values(&file).err()));
    errors.map(|errors| Box::new(errors).into())
}

/// Adds what Helm leaves out, and the next step.
fn explained(text: &str, run: &Run<'_>) -> (String, String) {
    let folder = run.source.folder;
    if let Some(wrong) = text.strip_prefix(SCHEMA) {
        let help = "correct them in the files of `render.helm.values`, or in `render.helm.set`".to_owned();
        return (format!("the values are not as values.schema.json wants them: {}", listed(wrong)), help);
    }
    if let Some((file, what)) = text.strip_prefix("YAML parse error on ").and_then(|rest| rest.split_once(": ")) {
        let what = what.trim_start_matches("error converting YAML to JSON: yaml: ");
        let help = format!("look for that line in what {file} renders, which `--debug` of `helm template` shows");
        return (format!("{file} renders to what is not YAML: {what}"), help);
    }
    if let Some((_, chart)) = text.split_once(UNLOCKED) {
        let help = format!("run `helm dependency update {folder}`, and commit the lock");
        return (format!("the version of the chart {chart} that the lock names is not there"), help);
    }
    if text.contains("chart.metadata.name is required") {
        return (format!("{} has no name", join(folder, super::FILE_NAME)), "add the key `name`".to_owned());
    }
    (on_one_line(text), run.same())
}

/// Writes what a schema says of each chart's values, in an order of its own: Helm has none.
fn listed(wrong: &str) -> String {
    let lines = wrong.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut charts: Vec<(&str, Vec<String>)> = Vec::new();
    for line in lines {
        match (line.strip_prefix("- "), charts.last_mut()) {
            (Some(what), Some((_, said))) => said.push(pointed(what)),
            _ => charts.push((line.trim_end_matches(':'), Vec::new())),
        }
    }
    let chart = |(name, mut said): (&str, Vec<String>)| {
        said.sort_unstable();
        format!("{name}: {}", said.join("; "))
    };
    charts.into_iter().map(chart).collect::<Vec<_>>().join("; ")
}

/// Writes `at '/replicas': ` as a place, and leaves out that of all values.
fn pointed(what: &str) -> String {
    match what.strip_prefix("at '").and_then(|rest| rest.split_once("': ")) {
        Some(("", what)) => what.to_owned(),
        Some((pointer, what)) => format!("`{pointer}` {what}"),
        None => what.to_owned(),
    }
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
