//! Every file that a program can import. An import is always a plain text in Jsonnet, so what it reaches is known
//! before it runs; one that leads out of the commit is refused, for the program itself reads any file of the machine.

use std::collections::BTreeSet;

use super::lexer::{self, Import, Reads};
use crate::git::TreeFile;
use crate::render::Error;
use crate::render::contents::Contents;
use crate::render::join;

/// Most files of one program: the largest libraries of Kubernetes have some thousand.
const FILES_MAX: usize = 20_000;

/// Returns the paths of all files that a program may read.
pub(super) fn reached(contents: &Contents, start: &str, libraries: &[String]) -> Result<BTreeSet<String>, Error> {
    let mut reached = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut ahead = vec![start.to_owned()];
    while let Some(path) = ahead.pop() {
        let Some(file) = contents.file(&path).filter(|_| seen.insert(path.clone())) else { continue };
        if seen.len() > FILES_MAX {
            return Err(unread(start, format!("it imports more than {FILES_MAX} files")));
        }
        reached.insert(file.path.clone());
        contents.check_present(&file.path)?;
        let text = String::from_utf8_lossy(&file.bytes);
        for import in lexer::imports(&text).map_err(|(line, why)| unread(start, format!("{path}:{line}: {why}")))? {
            let Some((found, file)) = find(contents, &path, &import, libraries)? else { continue };
            match import.reads {
                Reads::Code => ahead.push(found),
                Reads::Content => drop(reached.insert(file.path.clone())),
            }
        }
    }
    Ok(reached)
}

/// Looks for an import as Jsonnet does: beside the file, then in each library. What is missing is its to complain about.
fn find<'a>(
    contents: &'a Contents,
    importing: &str,
    import: &Import<'_>,
    libraries: &[String],
) -> Result<Option<(String, &'a TreeFile)>, Error> {
    let outside = || Error::Outside { path: format!("{importing}:{}", import.line), named: import.path.to_owned() };
    if import.path.starts_with('/') || import.path.contains(['\\', ':']) {
        return Err(outside());
    }
    let beside = importing.rsplit_once('/').map_or("", |(folder, _)| folder);
    for folder in std::iter::once(beside).chain(libraries.iter().map(String::as_str)) {
        let path = contents.inside(&join(folder, import.path)).ok_or_else(outside)?;
        if let Some(file) = contents.file(&path) {
            return Ok(Some((path, file)));
        }
    }
    Ok(None)
}

fn unread(start: &str, why: String) -> Error {
    let folder = start.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
    Error::Tool {
        tool: "jsonnet".to_owned(),
        source_folder: folder,
        why,
        help: "`jsonnetfmt` on the file shows more".to_owned(),
    }
}
