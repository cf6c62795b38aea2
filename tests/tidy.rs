//! Keeps the walls and the map: which room uses which, which crate may touch what, and ARCHITECTURE.md true.
//!
//! Reads the repository's text and nothing else. Does not judge style: clippy and people do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every room of `src/` and the rooms that it may use. Changing this changes the architecture: the commit says why.
const ROOMS: [(&str, &[&str]); 19] = [
    // What others stand on.
    ("bug", &[]),
    ("ci", &[]),
    ("clock", &[]),
    ("git", &[]),
    ("http", &[]),
    ("registry", &[]),
    ("stop", &[]),
    ("talk", &[]),
    ("progress", &["clock"]), // A line of progress begins with the seconds since the start.
    // A source is rendered from a commit's tree, which `git` reads.
    ("render", &["git"]),
    // `ci` says which host a run comes from; `http` is the one client.
    ("forge", &["ci", "http"]),
    // Stages. None uses another one: what a stage needs of an earlier one is handed to it.
    ("live", &[]),
    ("apply", &["stop"]),
    ("observe", &["clock", "progress", "stop"]),
    ("publish", &["ci", "forge"]),
    ("verify", &["clock", "http", "progress", "stop"]), // Verifications are asked with a client of their own.
    // Every room's errors as one.
    ("failure", &["bug", "ci", "git", "render"]),
    // The order, and the command line above it.
    (
        "pipeline",
        &[
            "apply", "bug", "ci", "clock", "failure", "git", "live", "observe", "progress", "registry", "render",
            "stop", "verify",
        ],
    ),
    ("cli", &["bug", "ci", "failure", "pipeline", "publish", "stop"]),
];

/// Rooms that touch the outside, each another part of it.
const OUTSIDE: [&str; 6] = ["ci", "git", "render", "forge", "registry", "clock"];

/// The only two uses among them, and why: a value is taken, nothing is asked for.
const OUTSIDE_USES: [(&str, &str, &[&str]); 2] = [
    ("forge", "ci", &["Host"]), // The repository's name, addresses and token, as one value.
    // The files of a commit, and of the commits that its bases are at.
    ("render", "git", &["CommitTree", "TreeFile", "BlobKind", "files_at", "self", "Error"]),
];

/// Crates that can read a clock, open a socket or start a process.
const EFFECTS: [&str; 8] = ["tokio", "kube", "reqwest", "octocrab", "hyper", "hyper-util", "k8s-openapi", "tempfile"];

const SHELVES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "types", "misc", "shared"];

const EXPOSING: [&str; 3] = ["src/forge/github.rs", "src/git/command.rs", "src/verify.rs"];

/// What somebody who wants to change Landfall asks for first.
const QUESTIONS: [&str; 26] = [
    "an event understood",
    "a rule chosen",
    "a permit given",
    "every key of landfall.yaml listed",
    "a manifest read",
    "a manifest normalised",
    "every lint listed, one switched off",
    "a source rendered",
    "a live object looked up",
    "an object classified",
    "a diff made",
    "a diff masked",
    "a gate judged",
    "what is written, and in which order",
    "the order of kinds kept",
    "a write made",
    "a write refused to a plan",
    "the lease taken and checked",
    "the inventory kept",
    "a Deployment's readiness judged",
    "a Job's readiness judged",
    "the comment's text written",
    "the comment posted",
    "a conflict of ownership explained",
    "the exit code chosen",
    "an error's exit chosen",
];

#[test]
fn every_room_uses_what_the_map_says() {
    let mapped: BTreeMap<String, BTreeSet<String>> = ROOMS
        .iter()
        .map(|(room, uses)| ((*room).to_owned(), uses.iter().map(|used| (*used).to_owned()).collect()))
        .collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (room, path) in uses() {
        let used = found.entry(room.clone()).or_default();
        used.extend(path.first().filter(|first| **first != room).cloned());
    }
    assert_eq!(found, mapped, "the rooms of src/ (left) and the import map (right) differ");
}

#[test]
fn rooms_that_touch_the_outside_stay_apart() {
    for (room, path) in uses() {
        let Some(used) = path.first().filter(|first| **first != room) else { continue };
        if !OUTSIDE.contains(&room.as_str()) || !OUTSIDE.contains(&used.as_str()) {
            continue;
        }
        let allowed = OUTSIDE_USES.iter().find(|(from, to, _)| *from == room && to == used);
        let allowed = allowed.map_or(&[][..], |(_, _, names)| *names);
        let name = path.get(1).map_or("self", String::as_str);
        assert!(allowed.contains(&name), "{room} uses {}: hand it over as a value instead", path.join("::"));
    }
}

#[test]
fn only_the_command_line_stands_above_the_order() {
    let above: BTreeSet<&str> =
        ROOMS.iter().filter(|(_, uses)| uses.contains(&"pipeline")).map(|(room, _)| *room).collect();
    assert_eq!(above, BTreeSet::from(["cli"]));
}

#[test]
fn core_depends_on_nothing_that_touches_the_world() {
    let dependencies = dependencies(&read("core/Cargo.toml"));
    let effects: Vec<&str> = EFFECTS.into_iter().filter(|name| dependencies.contains(*name)).collect();
    assert!(effects.is_empty(), "core/Cargo.toml depends on {effects:?}");
}

#[test]
fn only_the_cluster_crate_and_tests_know_kube() {
    for manifest in files().into_iter().filter(|path| path.ends_with("Cargo.toml")) {
        let knows = dependencies(&read(&manifest)).iter().any(|name| name == "kube" || name == "k8s-openapi");
        let may = manifest == "cluster/Cargo.toml" || manifest.starts_with("tests/");
        assert!(may || !knows, "{manifest} depends on kube: only cluster/ may");
    }
}

#[test]
fn every_file_opens_with_its_subject() {
    // The line numbers of the compiler's complaints about these are part of what is expected.
    let snippets = "core/tests/walls/";
    let silent: Vec<String> =
        sources().filter(|path| !path.starts_with(snippets) && !read(path).starts_with("//! ")).collect();
    assert!(silent.is_empty(), "these do not open with `//!` and what they do: {silent:?}");
}

#[test]
fn no_file_is_a_shelf() {
    let is_shelf = |path: &String| path.split(['/', '.']).any(|part| SHELVES.contains(&part));
    let shelves: Vec<String> = sources().filter(is_shelf).collect();
    assert!(shelves.is_empty(), "name these after their subject: {shelves:?}");
}

#[test]
fn tokens_are_taken_out_in_listed_files_only() {
    let call = concat!("expose", "_secret(");
    let exposing: Vec<String> = sources().filter(|path| read(path).contains(call)).collect();
    assert_eq!(exposing, EXPOSING);
}

#[test]
fn every_question_leads_to_a_file() {
    let answers = answers();
    let asked: BTreeSet<&str> = answers.iter().map(|(question, _)| question.as_str()).collect();
    let missing: Vec<&str> = QUESTIONS.into_iter().filter(|question| !asked.contains(question)).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not say where these are: {missing:?}");
    for (question, paths) in &answers {
        assert!(!paths.is_empty(), "ARCHITECTURE.md names no file for `{question}`");
        for path in paths {
            assert!(root().join(path).exists(), "ARCHITECTURE.md says `{question}` is in {path}, which is not there");
        }
    }
}

#[test]
fn every_room_is_on_the_map() {
    let text = read("ARCHITECTURE.md");
    let missing: Vec<&str> = ROOMS
        .into_iter()
        .map(|(room, _)| room)
        .filter(|room| !text.contains(&format!("`{room}`")) && !text.contains(&format!("`{room}/`")))
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not name {missing:?}");
}

#[test]
fn every_pitfall_of_the_page_has_a_story_and_every_story_a_row() {
    let page = read("docs/pitfalls.md");
    let rows: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | `")).map(|(number, _)| number).collect();
    let told = files().into_iter().filter(|path| path.starts_with("tests/it/pitfalls/")).map(|path| read(&path));
    let told: BTreeSet<String> = told
        .flat_map(|text| text.split("async fn pitfall_").skip(1).map(|name| name[..2].to_owned()).collect::<Vec<_>>())
        .collect();
    assert!(rows.len() > 40 && told.iter().map(String::as_str).eq(rows.iter().copied()), "{rows:?} {told:?}");
}

#[test]
fn every_cause_is_on_the_page_with_what_shows_it() {
    let page = read("docs/causes.md");
    let (staged, recorded) = page.split_once("\n## ").expect("the page has two tables");
    let names = |part: &str| -> BTreeSet<String> {
        let rows = part.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        rows.map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names(staged), folders("tests/it/node/causes/"), "the page's stories (left) and their folders (right)");
    let cases = folders("core/tests/cases/ready/");
    let unknown: Vec<String> = names(recorded).into_iter().filter(|case| !cases.contains(case)).collect();
    assert!(unknown.is_empty(), "the page names cases that are not there: {unknown:?}");
    let code = read("core/src/ready/code.rs");
    let codes = code.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    let missing: Vec<&str> = codes.filter(|code| !page.contains(&format!("| `{code}` |"))).collect();
    assert!(missing.is_empty(), "docs/causes.md does not have the codes {missing:?}");
}

#[test]
fn no_file_names_a_registry() {
    // In two parts, so that this file does not name them either.
    let hosts = [
        ("//crates", ".io"),
        ("index.crates", ".io"),
        ("static.crates", ".io"),
        ("proxy.golang", ".org"),
        ("sum.golang", ".org"),
        ("registry.npmjs", ".org"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
    ];
    for path in files() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for (name, end) in hosts {
            assert!(
                !text.contains(&format!("{name}{end}")),
                "{path} names the registry {name}{end}: it is the machine's choice"
            );
        }
    }
}

/// Returns every use of a room in `src/`: the room that uses, and the path after `crate::`.
fn uses() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for path in sources().filter(|path| path.starts_with("src/")) {
        let room = path["src/".len()..].split(['/', '.']).next().unwrap_or_default().to_owned();
        if room == "main" || room == "lib" {
            continue;
        }
        found.push((room.clone(), Vec::new()));
        let code: Vec<String> =
            read(&path).lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect();
        found.extend(paths_of(&code.join("\n")).into_iter().map(|path| (room.clone(), path)));
    }
    found
}

/// Returns every path that begins with `crate::`, one for each name in braces.
fn paths_of(code: &str) -> Vec<Vec<String>> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let starts = code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with(is_word));
    starts.flat_map(|(at, found)| paths_at(&code[at + found.len()..])).collect()
}

fn paths_at(text: &str) -> Vec<Vec<String>> {
    if let Some(group) = text.strip_prefix('{') {
        return items(group).into_iter().flat_map(paths_at).collect();
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let tails = rest.strip_prefix("::").map(paths_at).unwrap_or_default();
    let tails = if tails.is_empty() { vec![Vec::new()] } else { tails };
    tails.into_iter().map(|tail| std::iter::once(name.to_owned()).chain(tail).collect()).collect()
}

/// Splits what stands in braces, which were opened just before, at its own commas.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0_usize, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                items.push(group[start..at].trim());
                start = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

/// Returns the names under `[dependencies]`, also of one platform, but not those of tests or of the workspace.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            is_inside =
                section == "dependencies" || (section.starts_with("target.") && section.ends_with(".dependencies"));
            names.extend(section.strip_prefix("dependencies.").map(str::to_owned));
        } else if is_inside && !line.starts_with('#') {
            let end = line.find(['.', ' ', '=']).unwrap_or(0);
            names.insert(line[..end].to_owned());
        }
    }
    names
}

/// Returns ARCHITECTURE.md's last table: each question, and the files that answer it.
fn answers() -> Vec<(String, Vec<String>)> {
    let text = read("ARCHITECTURE.md");
    let rows = text.lines().skip_while(|line| *line != "| question | file |").skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_matches('|').split_once('|'));
    let paths = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    cells.map(|(question, files)| (question.trim().to_owned(), paths(files))).collect()
}

/// Returns the names of the folders right below one that have files.
fn folders(below: &str) -> BTreeSet<String> {
    let inside = files().into_iter().filter_map(|path| Some(path.strip_prefix(below)?.split_once('/')?.0.to_owned()));
    inside.collect()
}

fn sources() -> impl Iterator<Item = String> {
    files().into_iter().filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "rs"))
}

/// Returns every file of the repository, by its path from the root, in order.
fn files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a folder that was just listed can be read");
        for path in entries.map(|entry| entry.expect("a listed entry can be read").path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if [".git", "target"].contains(&name) || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(root()) {
                found.push(inside.display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("every file that is asked for is there, and is text")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
