//! What must hold once a deploy is ready. Does not ask: the room `verify` does.

use super::mistake::Mistake;
use super::read::Reader;
use super::tree::{Entry, Node, Value};
use super::value;
use crate::verify::{Asked, FOR_SECONDS_DEFAULT, Http, Promql, Question, TIMEOUT_SECONDS_DEFAULT, Verification};

/// The keys of which each verification has one.
const WAYS: [&str; 3] = ["http", "promql", "job"];
/// The keys that say how long to ask.
const TIMES: [&str; 2] = ["for", "timeout"];

/// Reads an environment's `verify`.
pub(super) fn verify(environment: &Node, reader: &mut Reader<'_>) -> Vec<Verification> {
    let items = environment.entry("verify").map_or(&[][..], |entry| entry.node.items());
    items.iter().filter_map(|item| one(item, reader)).collect()
}

fn one(item: &Node, reader: &mut Reader<'_>) -> Option<Verification> {
    let ways: Vec<(&'static str, &Entry)> = WAYS.iter().filter_map(|key| Some((*key, item.entry(key)?))).collect();
    match ways.as_slice() {
        [(_, entry)] => way(item, entry, reader),
        [] => {
            reader.mistakes.extend(missing(item));
            None
        }
        [(first, one), (second, other), ..] => {
            reader.mistakes.push(Mistake::ExcludingKeys { first, second, first_at: one.at, at: other.at });
            None
        }
    }
}

fn way(item: &Node, entry: &Entry, reader: &mut Reader<'_>) -> Option<Verification> {
    let (question, token) = match entry.key.as_str() {
        "job" => return job(item, reader),
        "http" => http(item, entry, reader)?,
        _ => promql(&entry.node, reader)?,
    };
    reader.encrypted(&question, token.as_deref(), entry)?;
    let (for_seconds, timeout_seconds) = reader.times(item)?;
    Some(Verification::Asked(Asked { question, token, for_seconds, timeout_seconds }))
}

/// A Job is waited for as every object is.
fn job(item: &Node, reader: &mut Reader<'_>) -> Option<Verification> {
    for entry in TIMES.iter().filter_map(|key| item.entry(key)) {
        let help = "remove it: a Job is waited for as every object is, for as long as `wait.timeout` says".to_owned();
        let (key, why) = (entry.key.clone(), "a Job is not asked".to_owned());
        reader.mistakes.push(Mistake::BadValue { key, why, help, at: entry.at });
    }
    reader.text(item, "job", value::some).map(Verification::Job)
}

fn http(item: &Node, entry: &Entry, reader: &mut Reader<'_>) -> Option<(Question, Option<String>)> {
    if entry.node.text().is_some() {
        let url = reader.text(item, "http", value::asked)?;
        return Some((Question::Http(Http { url, status: None, contains: None }), None));
    }
    let node = &entry.node;
    let url = reader.text(node, "url", value::asked);
    let status = node.entry("status").and_then(|entry| match entry.node.value {
        Value::Count(count) => reader.usable("status", entry.node.at, value::status(count)),
        _ => None,
    });
    let contains = reader.text(node, "contains", value::some);
    let contains = contains.and_then(|_| reader.text(node, "contains", value::holding_commit));
    let token = reader.text(node, "token", value::variable);
    Some((Question::Http(Http { url: url?, status, contains }), token))
}

fn promql(node: &Node, reader: &mut Reader<'_>) -> Option<(Question, Option<String>)> {
    let server = reader.text(node, "server", value::asked);
    let query = reader.text(node, "query", value::some);
    let condition = reader.text(node, "condition", value::condition);
    let token = reader.text(node, "token", value::variable);
    let server = server?.trim_end_matches('/').to_owned();
    Some((Question::Promql(Promql { server, query: query?, condition: condition? }), token))
}

impl Reader<'_> {
    /// A token that is sent in plain text is everybody's.
    fn encrypted(&mut self, question: &Question, token: Option<&str>, way: &Entry) -> Option<()> {
        let host =
            question.url().strip_prefix("http://").map(|rest| rest.split(['/', ':', '?']).next().unwrap_or(rest));
        let is_far = host.is_some_and(|host| host != "localhost" && !host.starts_with("127."));
        let entry = way.node.entry("token").filter(|_| token.is_some() && is_far);
        let Some(entry) = entry else { return Some(()) };
        let (why, help) = ("it would be sent unencrypted".to_owned(), "ask over `https://`".to_owned());
        self.mistakes.push(Mistake::BadValue { key: "token".to_owned(), why, help, at: entry.node.at });
        None
    }

    fn times(&mut self, item: &Node) -> Option<(u64, u64)> {
        let [good, timeout] = TIMES.map(|key| self.text(item, key, value::duration));
        let good = good.unwrap_or(FOR_SECONDS_DEFAULT);
        let timeout = timeout.unwrap_or(TIMEOUT_SECONDS_DEFAULT);
        let longer = TIMES.iter().find_map(|key| item.entry(key)).filter(|_| good >= timeout);
        let Some(entry) = longer else { return Some((good, timeout)) };
        let why = format!("{good} s of good answers do not fit into {timeout} s");
        let help = "make `timeout` longer than `for`".to_owned();
        self.mistakes.push(Mistake::BadValue { key: entry.key.clone(), why, help, at: entry.node.at });
        None
    }
}

fn missing(item: &Node) -> Option<Mistake> {
    let at = item.entries().first().map_or(item.at, |entry| entry.at);
    // What is no map, or has a key that is nearly one of these, is told already.
    let is_map = matches!(item.value, Value::Map(_));
    let is_told =
        item.entries().iter().any(|entry| !WAYS.contains(&entry.key.as_str()) && !TIMES.contains(&entry.key.as_str()));
    (is_map && !is_told).then(|| Mistake::MissingKey {
        key: WAYS.join("` or `"),
        level: "`verify`".to_owned(),
        doc: "one of them says what is verified".to_owned(),
        at,
    })
}
