//! Jobs that verify: in a set they run after everything else, and anew for each commit.

use miette::{Diagnostic, NamedSource, SourceSpan};
use serde_json::Value;
use thiserror::Error;

use super::Verification;
use crate::id::CommitSha;
use crate::manifest::Manifest;
use crate::order;
use crate::rules::Environment;

/// Most Jobs that a help line names.
const NAMED_MAX: usize = 5;

/// What makes a Job another one for each commit.
const COMMIT: &str = "landfall.dev/verifies";

/// A Job that cannot verify.
#[derive(Debug, Error, Diagnostic)]
#[error("{place}the Job `{name}` cannot verify: {why}")]
#[diagnostic(code(verify::job), help("{help}"))]
pub struct Unfit {
    place: String,
    name: String,
    why: String,
    help: String,
    #[source_code]
    rules: NamedSource<String>,
    #[label("named here")]
    at: Option<SourceSpan>,
}

/// Puts the Jobs that verify an environment after everything else, and makes them run anew for this commit.
pub fn mark(manifests: &mut [Manifest], environment: &Environment, commit: &CommitSha) -> Result<(), Box<Unfit>> {
    for verification in &environment.verify {
        let Verification::Job(name) = verification else { continue };
        let is_it = |object: &Value| order::is_job(object) && object["metadata"]["name"] == name.as_str();
        let Some(at) = manifests.iter().position(|manifest| is_it(&manifest.object)) else {
            return Err(unfit(environment, name, "the set has no such Job".to_owned(), &known(manifests)));
        };
        let job = &mut manifests[at].object;
        order::run_last(job).map_err(|why| {
            let help = "let it run in the phase `post`, or take away what gives it a phase";
            unfit(environment, name, why, help)
        })?;
        job["spec"]["template"]["metadata"]["annotations"][COMMIT] = commit.as_str().into();
    }
    Ok(())
}

/// Returns what may be named instead.
fn known(manifests: &[Manifest]) -> String {
    let jobs = manifests.iter().map(|manifest| &manifest.object).filter(|object| order::is_job(object));
    let names: Vec<String> =
        jobs.filter_map(|job| Some(format!("`{}`", job["metadata"]["name"].as_str()?))).take(NAMED_MAX).collect();
    if names.is_empty() {
        return "name a Job that the source renders: it renders none".to_owned();
    }
    format!("name a Job that the source renders: {}", names.join(", "))
}

fn unfit(environment: &Environment, name: &str, why: String, help: &str) -> Box<Unfit> {
    let written = &environment.written;
    let place = written.place("verify.job", name);
    Box::new(Unfit {
        place: place.as_ref().map(|place| format!("{}: ", place.name)).unwrap_or_default(),
        name: name.to_owned(),
        why,
        help: help.to_owned(),
        rules: NamedSource::new(written.path(), written.file().to_owned()),
        at: place.map(|place| place.span),
    })
}
