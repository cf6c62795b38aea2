//! Labels on issues and proposals. A label exists in the repository from its first use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::access::Access::{self, Read, Write};
use crate::answer::{Answer, Refusal, Reply};
use crate::page;
use crate::repository::Repository;
use crate::request::Call;
use crate::site::id_of;

/// The labels of each number.
#[derive(Debug, Default)]
pub(crate) struct Labels(BTreeMap<u64, BTreeSet<String>>);

impl Labels {
    /// Shows the labels of an issue or proposal, by name.
    pub(crate) fn of(&self, repository: &Repository, number: u64) -> Vec<Value> {
        let names = self.0.get(&number).into_iter().flatten();
        names.map(|name| view(repository, name)).collect()
    }

    fn at(&mut self, number: u64) -> &mut BTreeSet<String> {
        self.0.entry(number).or_default()
    }
}

/// `GET /issues/{n}/labels`
pub(crate) fn list(repository: &Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Read)?;
    let number = repository.numbered(number)?;
    let labels = repository.labels.of(repository, number);
    Ok(page::list(&repository.site, call.request, labels))
}

/// `POST /issues/{n}/labels`
pub(crate) fn add(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Write)?;
    let number = repository.numbered(number)?;
    repository.labels.at(number).extend(names(call));
    Ok(Answer::ok(Value::Array(repository.labels.of(repository, number))))
}

/// `PUT /issues/{n}/labels`
pub(crate) fn replace(repository: &mut Repository, call: &Call<'_>, number: &str) -> Reply {
    require(call, Write)?;
    let number = repository.numbered(number)?;
    *repository.labels.at(number) = names(call).into_iter().collect();
    Ok(Answer::ok(Value::Array(repository.labels.of(repository, number))))
}

/// `DELETE /issues/{n}/labels/{name}`
pub(crate) fn remove(repository: &mut Repository, call: &Call<'_>, number: &str, name: &str) -> Reply {
    require(call, Write)?;
    let number = repository.numbered(number)?;
    if !repository.labels.at(number).remove(name) {
        return Err(Refusal::NotFound);
    }
    Ok(Answer::ok(Value::Array(repository.labels.of(repository, number))))
}

fn require(call: &Call<'_>, least: Access) -> Result<(), Refusal> {
    let permissions = &call.caller.permissions;
    call.caller.require(&[permissions.issues, permissions.pull_requests], least)
}

/// Reads `{"labels": [..]}` and the bare list that GitHub takes too.
fn names(call: &Call<'_>) -> Vec<String> {
    let body = &call.request.body;
    let listed = body.get("labels").unwrap_or(body).as_array();
    let names = listed.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn view(repository: &Repository, name: &str) -> Value {
    let id = id_of(&repository.api(name));
    json!({
        "id": id,
        "node_id": format!("LA_{id}"),
        "url": repository.api(&format!("/labels/{name}")),
        "name": name,
        "color": "ededed",
        "default": false,
        "description": null,
    })
}
