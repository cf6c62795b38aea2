//! The files that a range of commits changes, from git's own diff.

use serde_json::{Value, json};

use crate::error::Error;
use crate::repository::Repository;

/// What git prints, one after the other, for each changed file: raw line, line counts, and patch.
struct Changed {
    status: char,
    blob: String,
    path: String,
    previous: Option<String>,
    additions: u64,
    deletions: u64,
}

/// Returns the changed files of `base..head` or `base...head`, with patches.
pub(crate) fn changed(repository: &Repository, range: &str) -> Result<Vec<Value>, Error> {
    let diff = |format: &str| {
        repository.git.run(&["-c", "core.quotePath=false", "diff", "-M", "--no-abbrev", "--no-color", format, range])
    };
    let mut files: Vec<Changed> = diff("--raw")?.lines().filter_map(raw).collect();
    for (file, line) in files.iter_mut().zip(diff("--numstat")?.lines()) {
        let mut counts = line.split('\t').map(|count| count.parse().unwrap_or(0));
        file.additions = counts.next().unwrap_or(0);
        file.deletions = counts.next().unwrap_or(0);
    }
    let text = diff("--patch")?;
    let patches = patches(&text);
    let head = range.rsplit('.').next().unwrap_or_default();
    let views = files.iter().enumerate().map(|(position, file)| {
        let patch = patches.get(position).copied().flatten();
        view(repository, file, head, patch)
    });
    Ok(views.collect())
}

/// Reads `:100644 100644 <blob> <blob> M\tpath` and `... R100\told\tnew`.
fn raw(line: &str) -> Option<Changed> {
    let (head, paths) = line.split_once('\t')?;
    let mut words = head.split(' ').skip(2);
    let (old, new, status) = (words.next()?, words.next()?, words.next()?.chars().next()?);
    let (previous, path) = match paths.split_once('\t') {
        Some((previous, path)) => (Some(previous.to_owned()), path),
        None => (None, paths),
    };
    let blob = if status == 'D' { old } else { new };
    Some(Changed { status, blob: blob.to_owned(), path: path.to_owned(), previous, additions: 0, deletions: 0 })
}

/// Cuts a diff into one piece per file, each starting at its first hunk; `None` without hunks.
fn patches(text: &str) -> Vec<Option<&str>> {
    let mut starts: Vec<usize> = text.match_indices("\ndiff --git ").map(|(at, _)| at + 1).collect();
    if text.starts_with("diff --git ") {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pieces = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    pieces.map(|piece| piece.find("\n@@ ").map(|at| piece[at + 1..].trim_end_matches('\n'))).collect()
}

fn view(repository: &Repository, file: &Changed, head: &str, hunks: Option<&str>) -> Value {
    let status = match file.status {
        'A' => "added",
        'D' => "removed",
        'R' => "renamed",
        'C' => "copied",
        'T' => "changed",
        _ => "modified",
    };
    let path = &file.path;
    let mut shown = json!({
        "sha": file.blob,
        "filename": path,
        "status": status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": repository.page(&format!("/blob/{head}/{path}")),
        "raw_url": repository.page(&format!("/raw/{head}/{path}")),
        "contents_url": repository.api(&format!("/contents/{path}?ref={head}")),
    });
    if let Some(hunks) = hunks {
        shown["patch"] = json!(hunks);
    }
    if let Some(previous) = &file.previous {
        shown["previous_filename"] = json!(previous);
    }
    shown
}
