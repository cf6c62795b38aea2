//! What the template engine says, in our words. Shows no value that may be secret.

use landfall_core::diff::redact::Redactor;
use landfall_core::manifest::TemplateProblem;

use super::names;

/// Messages of Tera that quote a value or are hard to read, by how they begin, and what is said instead.
const INSTEAD: [(&str, &str); 9] = [
    ("The string `", "this text is not a number"),
    ("The float ", "this number has no whole number"),
    ("Operand `", "this number is too large to calculate with"),
    ("Exponent ", "this number is too large to calculate with"),
    ("Unable to perform ", "these numbers are too large to calculate with"),
    ("Cannot negate ", "this number is too large to calculate with"),
    ("Map does not have a key ", "the map does not have this key"),
    ("Invalid argument for ", "this argument is none that the filter knows"),
    ("Value `", "this value is none that can be asked for that"),
];

/// How Tera's message begins of a component that calls itself.
const ENDLESS: &str = "Maximum render recursion depth";

/// What the values are called, and what must not be shown.
pub(super) struct Known {
    pub(super) names: Vec<String>,
    pub(super) templates: Vec<String>,
    pub(super) values: Redactor,
}

/// Returns what is wrong where the engine says `message`. `named` is what the template names at that place.
pub(super) fn problem(message: &str, named: &str, known: &Known) -> TemplateProblem {
    let found = undefined(message, named, &known.names).or_else(|| unknown(message, known)).or_else(|| circle(message));
    found.unwrap_or_else(|| other(message, &known.values))
}

fn other(message: &str, values: &Redactor) -> TemplateProblem {
    if message.starts_with(ENDLESS) {
        return TemplateProblem::Limit("components call each other without an end".to_owned());
    }
    let instead = INSTEAD.iter().find(|(start, _)| message.starts_with(start));
    let instead = instead.map(|(_, instead)| (*instead).to_owned()).or_else(|| wrong_type(message));
    let text = instead.unwrap_or_else(|| values.text(&fragment(message)));
    let is_syntax = ["Found ", "Unexpected ", "Expected "].iter().any(|start| message.starts_with(start));
    if is_syntax { TemplateProblem::Syntax(text) } else { TemplateProblem::Failed(text) }
}

fn undefined(message: &str, named: &str, variables: &[String]) -> Option<TemplateProblem> {
    let problem = |name: &str, names| Some(TemplateProblem::Undefined { name: name.to_owned(), names });
    for (what, list) in [("Variable `", ". Available variables: "), ("Field `", ". Available fields: ")] {
        let own = message.strip_prefix(what).and_then(|rest| rest.split_once("` is not defined"));
        let Some((own, rest)) = own else { continue };
        let beside = rest.strip_prefix(list).unwrap_or("").split(", ").filter(|name| !name.is_empty());
        return problem(up_to(named, own), beside.map(str::to_owned).collect());
    }
    let signs = ["an undefined value", "that is undefined", "`undefined`", " is undefined"];
    let is_undefined = !named.is_empty() && signs.iter().any(|said| message.contains(said));
    let is_variable = named.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_undefined.then(|| problem(named, if is_variable { variables.to_vec() } else { Vec::new() })).flatten()
}

/// Returns a path up to one of its parts: of `a.b.c` and `b`, `a.b`.
fn up_to<'a>(path: &'a str, part: &'a str) -> &'a str {
    let mut ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    ends.find_map(|end| path[..end].rsplit('.').next().filter(|last| *last == part).map(|_| &path[..end]))
        .unwrap_or(part)
}

fn unknown(message: &str, known: &Known) -> Option<TemplateProblem> {
    let (what, rest) = message.strip_prefix("Unknown ")?.split_once(" `")?;
    let names = if what == "template" { known.templates.clone() } else { names::of(what) };
    Some(TemplateProblem::Unknown { what: what.to_owned(), name: rest.trim_end_matches('`').to_owned(), names })
}

fn circle(message: &str) -> Option<TemplateProblem> {
    let found = ["includes", "extends"].iter().find_map(|how| Some((*how, message.strip_prefix(how)?)));
    let (how, chain) = found?;
    Some(TemplateProblem::Circle { how, chain: chain.strip_prefix(" itself: ")?.to_owned() })
}

fn wrong_type(message: &str) -> Option<String> {
    let rest = message.strip_prefix("Invalid type for the value, expected `")?;
    let (expected, found) = rest.trim_end_matches('`').split_once("` but got `")?;
    Some(format!("{} is expected here, and not {}", what(expected), what(found)))
}

/// Names a type of Tera's as a person would.
fn what(name: &str) -> &str {
    match name {
        "string" | "&str" => "a text",
        "bool" => "true or false",
        "none" => "null",
        "array" | "&[Value]" => "a list",
        "map/struct" | "&Map" => "a mapping",
        "i64" | "u64" | "i128" | "u128" | "f64" | "usize" => "a number",
        other => other,
    }
}

/// Writes a message as ours are: a fragment.
fn fragment(message: &str) -> String {
    let mut letters = message.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
