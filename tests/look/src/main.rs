//! `landfall-look IN.md OUT.html` shows one comment; `landfall-look IN.md.. OUT-DIR` shows many.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (Some(out), false) = (paths.pop(), paths.is_empty()) else {
        return Err(io::Error::other("usage: landfall-look IN.md OUT.html, or IN.md.. OUT-DIR"));
    };
    for input in &paths {
        let target = if out.is_dir() { out.join(name(input)).with_extension("html") } else { out.clone() };
        fs::write(&target, landfall_look::page(&name(input), &fs::read_to_string(input)?))?;
    }
    Ok(())
}

/// Returns the file's name, or its folder's where every case has the same file.
fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    let name = if stem == "expected" { folder.unwrap_or(stem) } else { stem };
    name.to_string_lossy().into_owned()
}
