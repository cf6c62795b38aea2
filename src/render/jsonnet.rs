//! Jsonnet: the real program, on a copy of the files that its imports reach. Asks no network.

mod imports;
mod lexer;
mod output;

use std::collections::BTreeSet;

use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::{Compat, Manifest, Origin, SourceFile, values};
use landfall_core::rules::{Jsonnet, filled};

use super::confine::COMMIT;
use super::contents::Contents;
use super::placed::Place;
use super::tool::{Call, Program, shell_word};
use super::unfit::Unfit;
use super::{Error, Source, join, read_rendered, secret_values, several_ways};
use crate::git::CommitTree;

const JSONNET: Program<'static> = Program {
    name: "jsonnet",
    install: "install go-jsonnet 0.20 or newer: its release page has it, and so have package managers",
    version: &["--version"],
    version_min: (0, 20),
};

/// Most places of an error that are told: a recursion has hundreds.
const PLACES_MAX: usize = 3;

const MAIN: &str = "main.jsonnet";
const ENDING: &str = ".jsonnet";
/// Folders of libraries, as Jsonnet's package manager and Tanka lay them out.
const LIBRARIES: [&str; 2] = ["lib", "vendor"];
const FILE_KEY: &str = "render.jsonnet.file";

pub(super) async fn render(source: &Source<'_>, settings: &Jsonnet) -> Result<Vec<Manifest>, Error> {
    let contents = Contents::of(source.tree).await?;
    let file = file(source, settings)?;
    contents.named(FILE_KEY, &file)?;
    let libraries = libraries(source.folder, settings, &contents)?;
    let reached = imports::reached(&contents, &file, &libraries)?;
    let copy = contents.copy_of(&reached)?;
    let args = args(source, settings, &libraries, &file);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // In the commit's folder, so that `std.thisFile` and messages name files as the repository does.
    let output = JSONNET.run(&Call::of(&args, &copy.path().join(COMMIT))).await?;
    if !output.status.success() {
        let safe = redactor(&contents, &reached, settings);
        return Err(failed(
            source.folder,
            &safe.text(&output.stderr),
            next_step(settings, &args, &file),
            (&contents, &safe),
        ));
    }
    let objects = output::objects(&file, output.stdout)?;
    let mut manifests = read_rendered(source.folder, objects)?;
    for manifest in &mut manifests {
        manifest.origin = Origin { path: file.clone(), line: None };
    }
    Ok(manifests)
}

/// Returns the files of a folder that could be the one to evaluate: `main.jsonnet` alone where there is one.
pub(super) fn candidates(tree: &CommitTree, folder: &str) -> Vec<String> {
    if tree.has_file(&join(folder, MAIN)) {
        return vec![MAIN.to_owned()];
    }
    let prefix = join(folder, "");
    let inside = tree.paths_in(folder);
    let names = inside.iter().filter_map(|path| path.strip_prefix(&prefix));
    names.filter(|name| name.ends_with(ENDING) && !name.contains('/')).map(str::to_owned).collect()
}

fn file(source: &Source<'_>, settings: &Jsonnet) -> Result<String, Error> {
    if let Some(file) = &settings.file {
        return Ok(file.clone());
    }
    match candidates(source.tree, source.folder).as_slice() {
        [] => {
            let help = format!("correct `source` in landfall.yaml, or name the file to evaluate in `{FILE_KEY}`");
            Err(Unfit::new("source", source.folder, format!("has no *{ENDING}"), help).into())
        }
        [only] => Ok(join(source.folder, only)),
        several => {
            let help = format!("name the file to evaluate in `{FILE_KEY}`, or call it {MAIN}");
            let ways: Vec<&str> = several.iter().map(String::as_str).collect();
            Err(Unfit::new("source", source.folder, several_ways(&ways), help).into())
        }
    }
}

/// Returns the folders that imports are looked for in, those first that count more.
///
/// Unless the rules name them: `lib` and `vendor` beside the source and beside each folder above it.
fn libraries(folder: &str, settings: &Jsonnet, contents: &Contents) -> Result<Vec<String>, Error> {
    if let Some(missing) = settings.libraries.iter().find(|library| !contents.has_folder(library)) {
        return Err(Unfit::absent("render.jsonnet.libraries", missing).into());
    }
    if !settings.libraries.is_empty() {
        return Ok(settings.libraries.clone());
    }
    let above = std::iter::successors(Some(folder), |folder| match *folder {
        "" | "." => None,
        folder => Some(folder.rsplit_once('/').map_or("", |(above, _)| above)),
    });
    let beside = above.flat_map(|folder| LIBRARIES.map(|name| join(folder, name)));
    Ok(beside.filter(|library| contents.has_folder(library)).collect())
}

fn args(source: &Source<'_>, settings: &Jsonnet, libraries: &[String], file: &str) -> Vec<String> {
    let mut args = Vec::new();
    // Of several the program takes the last one first.
    for library in libraries.iter().rev() {
        args.extend(["--jpath".to_owned(), library.clone()]);
    }
    for (flag, values) in [("--ext-str", &settings.ext), ("--tla-str", &settings.tla)] {
        let values = filled(values, source.commit);
        args.extend(values.into_iter().flat_map(|(name, text)| [flag.to_owned(), format!("{name}={text}")]));
    }
    args.extend(["--".to_owned(), file.to_owned()]);
    args
}

/// Masks what Secrets of the commit hold, and every text whose name says that it is secret.
fn redactor(contents: &Contents, reached: &BTreeSet<String>, settings: &Jsonnet) -> Redactor {
    let mut secrets = secret_values::objects(&contents.files, &contents.files, &contents.links);
    for file in reached.iter().filter_map(|path| contents.file(path)) {
        let source = SourceFile::new(&file.path, file.bytes.clone());
        for document in values(&source, Compat::Kubectl).unwrap_or_default() {
            secret_values::by_name(&document, &mut secrets);
        }
        let text = String::from_utf8_lossy(&file.bytes);
        let named = lexer::named_texts(&text).into_iter().filter(|(name, _)| secret_values::is_secret(name));
        secrets.extend(named.map(|(_, text)| secret_values::secret(&text.into())));
    }
    let given = settings.ext.iter().chain(&settings.tla).filter(|(name, _)| secret_values::is_secret(name));
    secrets.extend(given.map(|(_, text)| secret_values::secret(&text.as_str().into())));
    Redactor::of(&secrets)
}

/// Returns the same for the author's shell, where it has no value that may be secret.
fn next_step(settings: &Jsonnet, args: &[&str], file: &str) -> String {
    if settings.ext.keys().chain(settings.tla.keys()).any(|name| secret_values::is_secret(name)) {
        return format!("change {file}, or the values that it is given");
    }
    let args = args.iter().filter(|arg| **arg != "--" || file.starts_with('-')).map(|arg| shell_word(arg));
    format!("`jsonnet {}` at the repository's root shows the same", args.collect::<Vec<_>>().join(" "))
}

/// Returns what Jsonnet says at the innermost place that it names, and the places that lead there.
fn failed(folder: &str, stderr: &str, help: String, shown: (&Contents, &Redactor)) -> Error {
    let (places, said): (Vec<&str>, Vec<&str>) = stderr.lines().partition(|line| line.starts_with('\t'));
    let said = said.join("\n");
    let said = match said.trim().strip_prefix("RUNTIME ERROR: ") {
        Some(said) => said.replace('\n', " "),
        // Below it are lines of the file.
        None => said.trim().lines().next().unwrap_or_default().to_owned(),
    };
    if let Some((place, why)) = Place::read(&said).filter(|(place, _)| shown.0.file(&place.path).is_some()) {
        return place.error(&fragment(why), there(&help), "", shown).into();
    }
    let mut places: Vec<&str> = places.iter().filter_map(|line| line.split_whitespace().next()).collect();
    places.retain(|place| place.contains(':'));
    places.dedup();
    let Some((place, _)) = places.first().and_then(|place| Place::read(place)) else {
        return Error::Tool {
            tool: "jsonnet".to_owned(),
            source_folder: folder.to_owned(),
            why: fragment(&said),
            help,
        };
    };
    if let Some((why, help)) = cause(&said) {
        return place.error(&why, help, "", shown).into();
    }
    let above: Vec<&str> = places.into_iter().skip(1).take(PLACES_MAX - 1).collect();
    let from = if above.is_empty() { String::new() } else { format!(", from {}", above.join(", from ")) };
    place.error(&(fragment(&said) + &from), there(&help), "", shown).into()
}

/// Returns what is wrong, and what mends it, where that is always the same.
fn cause(said: &str) -> Option<(String, String)> {
    if let Some(file) = said.strip_prefix("couldn't open import \"").and_then(|rest| rest.split('"').next()) {
        let help = "commit it, or name the folder that it is in in `render.jsonnet.libraries`".to_owned();
        return Some((format!("`{file}` is neither beside this file nor in a library"), help));
    }
    if let Some(name) = said.strip_prefix("Undefined external variable: ") {
        return Some((format!("`{name}` has no value"), "give it one in `render.jsonnet.ext`".to_owned()));
    }
    let is_endless = said.contains("max stack frames exceeded");
    let help = "look for a function that calls itself without an end".to_owned();
    is_endless.then(|| ("the calls are nested without an end".to_owned(), help))
}

/// Returns the next step where the place is shown.
fn there(same: &str) -> String {
    if same.starts_with('`') { format!("correct it there: {same}") } else { same.to_owned() }
}

/// Writes a message as ours are: a fragment.
fn fragment(said: &str) -> String {
    let mut letters = said.trim_start_matches([':', ' ']).trim_end_matches(['.', ' ']).chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
