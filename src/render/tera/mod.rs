//! Tera: every template of a folder with the environment's values, and the plain files beside them.
//!
//! A template may loop, so a process of its own renders it. Nothing of this process reaches it but the request.

mod explain;
mod filters;
mod mistakes;
mod names;
mod process;
mod values;
mod wire;
pub mod worker;

use std::collections::BTreeMap;
use std::ops::Range;

use landfall_core::manifest::{Manifest, ReadErrors, SourceFile, Template, TemplateProblem};
use landfall_core::rules;
use serde_json::{Map, Value};

use self::explain::Known;
use self::wire::{Answer, Place, Request, Wrong};
use super::{Error, Source, followed, plain};
use crate::git::CommitTree;

/// How the name of a template ends.
const ENDING: &str = ".tera";
/// How the name of a file or folder begins that is there for templates only.
const FOR_OTHERS: char = '_';
/// Tera's dump of all variables, in an order that changes.
const DUMP: &str = "__tera_context";

/// Whether a folder holds templates.
pub(super) fn is_in(tree: &CommitTree, folder: &str) -> bool {
    tree.paths_in(folder).iter().any(|path| path.ends_with(ENDING))
}

pub(super) async fn render(source: &Source<'_>, settings: &rules::Tera) -> Result<Vec<Manifest>, Error> {
    let Source { tree, folder, compat, .. } = *source;
    tree.check_usable(folder)?;
    let values = values::values(source, settings).await?;
    let is_beside = |path: &String| !is_for_others(path, folder) && !settings.values.contains(path);
    let beside = plain::paths_in(source).into_iter().filter(is_beside).collect::<Vec<_>>();
    let (mut manifests, mut wrong) = plain::read_each(tree, &beside, compat).await?;
    match templates(tree, folder).await? {
        Ok(templates) => {
            let (rendered, more) = rendered(source, &templates, values).await?;
            manifests.extend(rendered);
            wrong.extend(more);
        }
        Err(errors) => wrong.push(errors),
    }
    match ReadErrors::joined(wrong) {
        Some(errors) => Err(Box::new(errors).into()),
        None => Ok(manifests),
    }
}

/// Templates by their names: their paths from the source folder.
type Templates = BTreeMap<String, Template>;

async fn templates(tree: &CommitTree, folder: &str) -> Result<Result<Templates, ReadErrors>, Error> {
    let paths: Vec<String> = tree.paths_in(folder).into_iter().filter(|path| path.ends_with(ENDING)).collect();
    let mut templates = Templates::new();
    let mut wrong = Vec::new();
    for file in followed::read(tree, &paths).await? {
        let name = below(&file.path, folder).to_owned();
        match Template::open(&SourceFile::new(file.path, file.bytes)) {
            Ok(template) => {
                let dump = template.content().find(DUMP).map(|at| at..at + DUMP.len());
                wrong.extend(dump.map(|span| template.wrong(TemplateProblem::Dump, span)));
                templates.insert(name, template);
            }
            Err(errors) => wrong.push(errors),
        }
    }
    Ok(ReadErrors::joined(wrong).map_or(Ok(templates), Err))
}

async fn rendered(
    source: &Source<'_>,
    templates: &Templates,
    values: Map<String, Value>,
) -> Result<(Vec<Manifest>, Vec<ReadErrors>), Error> {
    let known = Known {
        names: values.keys().cloned().collect(),
        templates: templates.keys().cloned().collect(),
        values: values::redactor(source, &values),
    };
    let manifests = templates.iter().filter(|(_, template)| !is_for_others(template.path(), source.folder));
    let request = Request {
        manifests: manifests.map(|(name, _)| name.clone()).collect(),
        templates: templates.iter().map(|(name, template)| (name.clone(), template.content().to_owned())).collect(),
        values,
    };
    let heard = process::ask(&request).await?;
    let mut current = None;
    let (mut manifests, mut wrong) = (Vec::new(), Vec::new());
    for answer in heard.answers {
        match (answer, current) {
            (Answer::Started(name), _) => current = templates.get(&name),
            (Answer::Rendered(text), Some(template)) => match template.read(&text, source.compat) {
                Ok(found) => manifests.extend(found),
                Err(errors) => wrong.push(errors),
            },
            (Answer::TooLong, Some(template)) => wrong.push(limited(template, process::too_long())),
            (Answer::Wrong(mistake), _) => {
                wrong.extend(templates.get(&mistake.template).or(current).map(|it| explained(it, &mistake, &known)));
            }
            (Answer::Rendered(_) | Answer::TooLong, None) => {}
        }
    }
    if let Some(why) = heard.ended {
        wrong.extend(current.or_else(|| templates.values().next()).map(|template| limited(template, why)));
    }
    Ok((manifests, wrong))
}

fn limited(template: &Template, why: String) -> ReadErrors {
    template.wrong_as_a_whole(TemplateProblem::Limit(why))
}

fn explained(template: &Template, mistake: &Wrong, known: &Known) -> ReadErrors {
    let span = match &mistake.place {
        Place::Bytes(span) => span.clone(),
        Place::Line { line, column, chars } => template.span((*line, *column), *chars),
        Place::Whole => {
            let problem = explain::problem(&mistake.message, "", known);
            return match quoting(template.content(), &mistake.message) {
                Some(span) => template.wrong(problem, span),
                None => template.wrong_as_a_whole(problem),
            };
        }
    };
    let problem = explain::problem(&mistake.message, named(template.content(), &span), known);
    template.wrong(problem, span)
}

/// Returns where a template names another one that a message is about.
fn quoting(content: &str, message: &str) -> Option<Range<usize>> {
    let names = message.split(['`', ' ']).filter(|name| name.ends_with(ENDING));
    let quoted = names.flat_map(|name| [format!("\"{name}\""), format!("'{name}'")]);
    quoted.into_iter().find_map(|quoted| content.find(&quoted).map(|at| at..at + quoted.len()))
}

/// Returns what stands at a place: a whole name, where the place is a part of it, as in `image.tag`.
fn named<'a>(content: &'a str, span: &Range<usize>) -> &'a str {
    let is_apart = |letter: char| !letter.is_alphanumeric() && !"_.".contains(letter);
    let (Some(own), Some(before)) = (content.get(span.clone()), content.get(..span.start)) else { return "" };
    if own.contains(is_apart) {
        // Tera leaves the last bracket of `image["tag"]` out.
        let closing = own.contains('[') && content[span.end..].starts_with(']');
        return &content[span.start..span.end + usize::from(closing)];
    }
    let start = before.rfind(is_apart).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let end = content[span.end..].find(is_apart).map_or(content.len(), |at| span.end + at);
    &content[start..end]
}

/// Whether a file is there for templates only, by its own name or by that of a folder below the source.
fn is_for_others(path: &str, folder: &str) -> bool {
    below(path, folder).split('/').any(|part| part.starts_with(FOR_OTHERS))
}

/// Returns a path from the source folder on. The root is a dot.
fn below<'a>(path: &'a str, folder: &str) -> &'a str {
    let rest = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    if folder == "." { path } else { rest.unwrap_or(path) }
}
