//! Which template an object came from: Helm says so above each document. A line is told only where it is certain.

use std::collections::BTreeMap;
use std::sync::Arc;

use landfall_core::manifest::{Manifest, Origin, object_line};

use super::chart::Chart;

const MARK: &str = "# Source: ";

/// Where a document begins in what Helm wrote, and the file of the template that it names.
pub(super) type Sources = Vec<(u32, String)>;

/// Finds the marks: each stands right below the line that begins a document. A file of definitions may have such marks
/// of its own, which name nothing that the chart has.
pub(super) fn sources(stdout: &[u8], chart: &Chart) -> Sources {
    let text = String::from_utf8_lossy(stdout);
    let mut sources = Sources::new();
    let mut begins = false;
    for (line, number) in text.lines().zip(1_u32..) {
        if let Some(name) = line.strip_prefix(MARK).filter(|_| begins) {
            sources.extend(chart.place(name.trim()).map(|path| (number, path)));
        }
        begins = line == "---";
    }
    sources
}

/// Gives every manifest the template that it came from.
pub(super) fn tell(manifests: &mut [Manifest], sources: &Sources, chart: &Chart, folder: &str) {
    let templates: BTreeMap<String, Arc<str>> = chart.templates().into_iter().filter_map(whole).collect();
    for manifest in manifests {
        let line = manifest.origin.line.unwrap_or_default();
        let above = sources.iter().take_while(|(at, _)| *at < line).last();
        let path = above.map_or_else(|| super::super::join(folder, super::FILE_NAME), |(_, path)| path.clone());
        let kind = manifest.object["kind"].as_str().unwrap_or_default();
        manifest.made_from = templates.get(&path).cloned();
        let line = manifest.made_from.as_deref().and_then(|text| object_line(text, kind));
        manifest.origin = Origin { line, path };
    }
}

/// Keeps a template that takes no whole object from elsewhere.
fn whole((path, text): (String, &str)) -> Option<(String, Arc<str>)> {
    (!text.lines().any(takes_whole_lines)).then(|| (path, Arc::from(text)))
}

/// Whether a line at the margin writes what another template says.
fn takes_whole_lines(line: &str) -> bool {
    let Some(action) = line.strip_prefix("{{") else { return false };
    let keyword = action.trim_start_matches(['-', ' ']).split([' ', '}', '-']).next().unwrap_or_default();
    !matches!(keyword, "if" | "else" | "end" | "range" | "with" | "define") && !keyword.starts_with(['/', '$'])
}
