//! A program that the rules name prints the manifests: run on a copy of the commit, without credentials and network.

use landfall_core::manifest::Manifest;
use landfall_core::rules::{Command, filled_text};

use super::confine::COMMIT;
use super::contents::Contents;
use super::tool::{Call, Program, path_of_ours, shell_word};
use super::{Error, Source, join, read_rendered, secret_values};

/// Most lines that are shown of what a program says: the last ones.
const LINES_MAX: usize = 20;

/// Which programs the rules may run: a program may do whatever the job may, so nobody's rules alone start one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Commands<'a> {
    /// Every one that the rules name, which somebody with the right to has merged.
    OfTheRules,
    /// Those that a person names.
    Named(&'a [String]),
    /// None.
    None {
        /// Why, as a clause.
        why: &'a str,
    },
}

impl Commands<'_> {
    fn check(self, program: &str) -> Result<(), Error> {
        let help = match self {
            Self::OfTheRules => return Ok(()),
            Self::Named(allowed) if allowed.iter().any(|allowed| allowed == program) => return Ok(()),
            Self::Named(_) => format!("read the rules, then allow it with `--allow-command {program}`"),
            Self::None { why } => format!("{why}; once merged, the rules may run it"),
        };
        let what = format!("would run the program `{program}`, which is not allowed here");
        Err(Error::Refused { path: "`render.command`".to_owned(), what, help })
    }
}

pub(super) async fn render(source: &Source<'_>, settings: &Command) -> Result<Vec<Manifest>, Error> {
    let Command { program, args } = settings;
    source.commands.check(program)?;
    let contents = Contents::of(source.tree).await?;
    let copy = contents.copy()?;
    let folder = copy.path().join(join(COMMIT, source.folder));
    let args: Vec<String> = args.iter().map(|arg| filled_text(arg, source.commit)).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let program = Program { name: program, install: "install it in this job", version: &[], version_min: (0, 0) };
    // It may start others, as an interpreter of its own.
    let call = Call { variables: vec![("PATH", path_of_ours())], ..Call::of(&args, &folder) };
    close_to_children();
    let output = program.run(&call).await?;
    if !output.status.success() {
        let said = output.stderr.replace(&format!("{}/", copy.path().join(COMMIT).display()), "");
        let said = secret_values::redactor(&contents.files, &contents.links).text(&said);
        return Err(failed(source.folder, settings, &args, &said));
    }
    Ok(read_rendered(source.folder, output.stdout)?)
}

/// Keeps our own environment and memory from what we start: on Linux a process may read those of its parent.
#[cfg(target_os = "linux")]
fn close_to_children() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};

    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "a program that renders could read the job's variables");
    }
}

#[cfg(not(target_os = "linux"))]
fn close_to_children() {}

fn failed(folder: &str, settings: &Command, args: &[&str], said: &str) -> Error {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES_MAX)..].join("\n");
    let words: Vec<String> = args.iter().map(|arg| shell_word(arg)).collect();
    let same = [vec![settings.program.clone()], words].concat().join(" ");
    let help = format!("`{same}` in {folder} shows the same, unless it needs the network or a login");
    Error::Tool { tool: settings.program.clone(), source_folder: folder.to_owned(), why: last, help }
}
