//! Which template an object came from: Helm says so above each document. A line is told only where it is certain.

use landfall_core::manifest::{Manifest, Origin};

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
    for manifest in manifests {
        let line = manifest.origin.line.unwrap_or_default();
        let above = sources.iter().take_while(|(at, _)| *at < line).last();
        let path = above.map_or_else(|| super::super::join(folder, super::FILE_NAME), |(_, path)| path.clone());
        let kind = manifest.object["kind"].as_str().unwrap_or_default();
        manifest.origin = Origin { line: line_of(chart, &path, kind), path };
    }
}

/// Returns the line that says a kind, where a template says it once and takes no whole object from elsewhere.
fn line_of(chart: &Chart, path: &str, kind: &str) -> Option<u32> {
    let templates = chart.templates();
    let (_, text) = templates.iter().find(|(at, _)| at == path)?;
    if text.lines().any(takes_whole_lines) {
        return None;
    }
    let says = |line: &str| line.strip_prefix("kind:").is_some_and(|rest| rest.trim() == kind);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = (0..lines.len()).filter(|at| says(lines[*at]));
    let at = found.next().filter(|_| found.next().is_none())?;
    // The object begins a line above, as most do.
    let above = at.checked_sub(1).filter(|above| lines[*above].starts_with("apiVersion:"));
    u32::try_from(above.unwrap_or(at) + 1).ok()
}

/// Whether a line at the margin writes what another template says.
fn takes_whole_lines(line: &str) -> bool {
    let Some(action) = line.strip_prefix("{{") else { return false };
    let keyword = action.trim_start_matches(['-', ' ']).split([' ', '}', '-']).next().unwrap_or_default();
    !matches!(keyword, "if" | "else" | "end" | "range" | "with" | "define") && !keyword.starts_with(['/', '$'])
}
