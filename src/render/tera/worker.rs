//! The process that renders templates: it may use little memory and time, open no file, and knows no environment.
//!
//! Its limits are set before it reads anything. It says what it begins with before it begins, so that whoever
//! started it knows what did not end.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write};
use std::process::ExitCode;

use landfall_core::manifest::limits::FILE_BYTES_MAX;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tera::{Context, ErrorKind, Tera};

use super::filters;
use super::mistakes::{self, wrong};
use super::wire::{Answer, Request};

/// The first argument of our own binary that makes it this process.
pub const COMMAND: &str = "render-templates";

/// More than any honest set of templates needs: a set renders in milliseconds.
pub(super) const CPU_SECONDS_MAX: u64 = 5;
/// Address space. What is larger than this is no manifest.
pub(super) const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Answers the request on standard input.
pub fn answer() -> ExitCode {
    match limit().and_then(|()| respond()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn limit() -> io::Result<()> {
    let limits = [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, CPU_SECONDS_MAX),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
    ];
    for (resource, most) in limits {
        // Who started us may have set less already: nobody may raise it again.
        let most = getrlimit(resource).maximum.map_or(most, |already| already.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn respond() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let request: Request = serde_json::from_str(&text)?;
    drop(text);
    let Some(tera) = load(&request.templates)? else { return Ok(()) };
    let context = Context::from_serialize(&request.values).map_err(io::Error::other)?;
    for name in request.manifests {
        say(&Answer::Started(name.clone()))?;
        for answer in render(&tera, &name, &context) {
            say(&answer)?;
        }
    }
    Ok(())
}

fn say(answer: &Answer) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, answer)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

/// Reads every template. Nothing when there are mistakes, which are told.
fn load(templates: &BTreeMap<String, String>) -> io::Result<Option<Tera>> {
    for (name, text) in templates {
        say(&Answer::Started(name.clone()))?;
        // Alone, for a mistake in its own text. A second time, together, for what they name of each other.
        drop(engine().add_raw_template(name, text));
    }
    let mut tera = engine();
    if tera.add_raw_templates(templates).is_ok() {
        return Ok(Some(tera));
    }
    for wrong in mistakes::of(templates) {
        say(&Answer::Wrong(wrong))?;
    }
    Ok(None)
}

/// Tera with our filters. It escapes nothing: manifests are no HTML.
pub(super) fn engine() -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on(Vec::<&str>::new());
    filters::register(&mut tera);
    tera
}

fn render(tera: &Tera, name: &str, context: &Context) -> Vec<Answer> {
    let mut output = Bounded(Vec::new());
    match tera.render_to(name, context, &mut output) {
        Ok(()) => vec![Answer::Rendered(String::from_utf8_lossy(&output.0).into_owned())],
        Err(error) if matches!(error.kind(), ErrorKind::Io(_)) => vec![Answer::TooLong],
        Err(error) => wrong(name, &error).into_iter().map(Answer::Wrong).collect(),
    }
}

/// As much output as a manifest may have.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > FILE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
