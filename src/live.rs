//! What the cluster has, and what it would make of the set: one LIST per kind and namespace, then dry-runs at once.

mod contact;
mod inside;
mod scalers;
mod siblings;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use landfall_cluster::{Answer as ServerAnswer, Error, Facts, Listing, Reader, Refused};
use landfall_core::diff::redact::Redactor;
use landfall_core::id::TargetId;
use landfall_core::inventory::{Inventory, LABEL};
use landfall_core::lint::replacement;
use landfall_core::manifest::encrypted::is_encrypted;
use landfall_core::manifest::{Gvk, Manifest, ObjectId, Resource};
use landfall_core::ownership::{Predecessor, Rules, Scaler};
use landfall_core::plan::build::{Answer, Observation};
use serde_json::Value;

use contact::{Contact, Said, Settled};

/// The name under which it is tried whether the server would create an object: the first characters of its own, and an
/// end, together no longer than a label may be.
const OTHER_NAME_CHARS: usize = 48;
const OTHER_NAME_END: &str = "-landfall-anew";

/// What an identity may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Everything but Secrets: the planner of a proposal.
    WithoutSecrets,
    /// Everything: the deployer.
    Full,
}

/// Who looks, with what, and where.
pub(crate) struct View<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) facts: &'a Facts,
    pub(crate) inventory: &'a Inventory,
    pub(crate) sight: Sight,
    /// Where: its home is there before the first deploy.
    pub(crate) target: &'a TargetId,
    /// Who wins fields that somebody else owns too.
    pub(crate) conflicts: Rules<'a>,
    /// Who kept the app's objects before.
    pub(crate) predecessors: &'a [Predecessor],
}

/// What is known before single objects are asked about.
struct Known<'a> {
    /// The live objects with our label.
    found: &'a BTreeMap<ObjectId, Value>,
    desired: &'a [Manifest],
    scalers: &'a [Scaler],
    redactor: &'a Redactor,
}

/// What there is.
pub(crate) struct Looked {
    /// What the server has and says of every object of the set and of the inventory, and what predecessors left behind.
    pub(crate) observed: BTreeMap<ObjectId, Observation>,
    /// What could not be seen of it.
    pub(crate) notes: Vec<String>,
}

/// Looks at everything that a plan is made of.
pub(crate) async fn look(view: &View<'_>, desired: &[Manifest]) -> Result<Looked, Error> {
    let found = list(view, desired).await?;
    let redactor = Redactor::of(desired.iter().map(|manifest| &manifest.object).chain(found.values()));
    let scalers = scalers::find(view, desired).await?;
    let known = Known { found: &found, desired, scalers: &scalers, redactor: &redactor };
    let asked = desired.iter().filter_map(|manifest| Some((ObjectId::of(&manifest.object)?, manifest)));
    let asked = asked.filter(|(id, manifest)| is_visible(view, id) && !is_encrypted(manifest));
    let answers = join_all(asked.map(|(id, manifest)| observe(view, &known, id, manifest))).await;
    let mut observed: BTreeMap<ObjectId, Observation> = answers.into_iter().collect::<Result<_, _>>()?;
    let desired: BTreeSet<ObjectId> = desired.iter().filter_map(|manifest| ObjectId::of(&manifest.object)).collect();
    for id in view.inventory.entries.keys().filter(|id| !desired.contains(id)) {
        observed.insert(id.clone(), leftover(view, &found, id).await?);
    }
    let notes = siblings::left_behind(view, &mut observed).await?;
    siblings::tell(view, &mut observed).await?;
    Ok(Looked { observed, notes })
}

/// Returns the quotas of the set's namespaces; those that may not be read are only missing.
pub(crate) async fn quotas(view: &View<'_>, desired: &[Manifest]) -> Vec<Value> {
    let Some(resource) = view.facts.any_version("", "ResourceQuota") else { return Vec::new() };
    let namespaces: BTreeSet<String> =
        desired.iter().filter_map(|manifest| ObjectId::of(&manifest.object)?.namespace).collect();
    let all = |namespace: String| async move {
        let listing = Listing { namespace: Some(&namespace), labels: "", fields: "" };
        view.reader.list(resource, listing).await.unwrap_or_default()
    };
    join_all(namespaces.into_iter().map(all)).await.into_iter().flatten().collect()
}

fn is_visible(view: &View<'_>, id: &ObjectId) -> bool {
    view.sight == Sight::Full || !(id.group.is_empty() && id.kind == "Secret")
}

/// Lists, with our label, every kind and namespace that the set or the inventory has.
async fn list(view: &View<'_>, desired: &[Manifest]) -> Result<BTreeMap<ObjectId, Value>, Error> {
    let of_set =
        desired.iter().filter_map(|manifest| Some((Gvk::of(&manifest.object)?, ObjectId::of(&manifest.object)?)));
    let of_inventory = view.inventory.entries.iter().map(|(id, entry)| (gvk_of(id, &entry.version), id.clone()));
    let places: BTreeSet<(Resource, Option<String>)> = of_set
        .chain(of_inventory)
        .filter(|(_, id)| is_visible(view, id))
        .filter_map(|(gvk, id)| Some((view.facts.resource(&gvk)?.clone(), id.namespace)))
        .collect();
    let labels = format!("{LABEL}={}", view.inventory.id);
    let pages = join_all(places.iter().map(|(resource, namespace)| {
        view.reader.list(resource, Listing { namespace: namespace.as_deref(), labels: &labels, fields: "" })
    }));
    let mut found = BTreeMap::new();
    for page in pages.await {
        found.extend(page?.into_iter().filter_map(|object| Some((ObjectId::of(&object)?, object))));
    }
    Ok(found)
}

async fn observe(
    view: &View<'_>,
    known: &Known<'_>,
    id: ObjectId,
    manifest: &Manifest,
) -> Result<(ObjectId, Observation), Error> {
    let resource = Gvk::of(&manifest.object).and_then(|gvk| view.facts.resource(&gvk));
    let Some(resource) = resource else {
        let answer = unserved(&manifest.object, known.desired);
        // It may be there in a version that is served.
        let live = leftover(view, known.found, &id).await?.live;
        return Ok((id, Observation { live, ..Observation::unseen(answer) }));
    };
    let (live, answer) = match known.found.get(&id) {
        Some(live) => (Some(live.clone()), dry_run(view, resource, manifest).await),
        None => unlisted(view, resource, &id, manifest).await?,
    };
    let Some(live) = live else {
        let answer = predicted(view, known, answer, &id)?;
        return Ok((id, Observation::unseen(answer)));
    };
    let scaler = known.scalers.iter().find(|scaler| scaler.scales(&id));
    let contact = Contact { view, resource, id: &id, wanted: &manifest.object, live: &live, scaler };
    let Settled { mut takeover, answer } = contact.settle(answer).await?;
    for note in takeover.iter_mut().flat_map(|takeover| &mut takeover.notes) {
        *note = known.redactor.text(note);
    }
    let answer = match answer {
        Said::Answer(Err(error)) => {
            let is_immutable = is_immutable(view, resource, manifest, &error).await;
            refusal(view, known, error, &id, is_immutable)?
        }
        Said::Answer(answer) => predicted(view, known, answer, &id)?,
        Said::Held { why, help } => Answer::Refused { why: known.redactor.text(&why), help },
    };
    Ok((id, Observation { live: Some(live), takeover, ..Observation::unseen(answer) }))
}

fn predicted(
    view: &View<'_>,
    known: &Known<'_>,
    answer: Result<ServerAnswer, Error>,
    id: &ObjectId,
) -> Result<Answer, Error> {
    match answer {
        Ok(answer) => Ok(Answer::Predicted { object: answer.body, warnings: answer.warnings }),
        Err(error) => refusal(view, known, error, id, false),
    }
}

async fn dry_run(view: &View<'_>, resource: &Resource, manifest: &Manifest) -> Result<ServerAnswer, Error> {
    view.reader.dry_run(resource, &manifest.object, &view.inventory.field_manager()).await
}

/// Looks at an object without our label. Where the server would create it, there is none, and nothing else to ask.
/// One that is there is read, and judged after that: a prediction that is older than its object would be of another.
async fn unlisted(
    view: &View<'_>,
    resource: &Resource,
    id: &ObjectId,
    manifest: &Manifest,
) -> Result<(Option<Value>, Result<ServerAnswer, Error>), Error> {
    let first = dry_run(view, resource, manifest).await;
    if first.as_ref().is_ok_and(|answer| answer.created) {
        return Ok((None, first));
    }
    match view.reader.find(resource, id.namespace.as_deref(), &id.name).await? {
        Some(live) => Ok((Some(live), dry_run(view, resource, manifest).await)),
        None => Ok((None, first)),
    }
}

/// The server does not know the kind: it comes with the same set, or it is a mistake.
fn unserved(object: &Value, desired: &[Manifest]) -> Answer {
    let kind = object["kind"].as_str().unwrap_or_default();
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let defines = |manifest: &Manifest| {
        manifest.object["kind"] == "CustomResourceDefinition"
            && manifest.object["spec"]["group"] == group
            && manifest.object["spec"]["names"]["kind"] == kind
    };
    if desired.iter().any(defines) {
        return Answer::Unverified { why: "its definition comes with this change".to_owned() };
    }
    let help = match replacement(&Gvk::new(api_version, kind)) {
        Some(version) => format!("write apiVersion `{version}`"),
        None => "install its definition first, or correct apiVersion and kind".to_owned(),
    };
    Answer::Refused { why: format!("the cluster does not serve {api_version} {kind}"), help }
}

/// Turns the server's refusal of a dry-run into part of the plan. What is not about this object stays an error.
fn refusal(
    view: &View<'_>,
    known: &Known<'_>,
    error: Error,
    id: &ObjectId,
    is_immutable: bool,
) -> Result<Answer, Error> {
    let Known { desired, redactor, .. } = known;
    let Error::Refused(refused) = error else { return Err(error) };
    if refused.code == 401 {
        return Err(refused.into());
    }
    let why = redactor.text(&refused.message);
    if let Some(namespace) = id.namespace.as_deref().filter(|name| refused.message.contains(&lacks(name))) {
        if namespace != view.target.home().as_str() && is_brought(namespace, desired) {
            return Ok(Answer::Unverified { why: "its namespace comes with this change".to_owned() });
        }
        return Ok(Answer::Refused {
            why: format!("the namespace {namespace} does not exist"),
            help: format!("create the namespace {namespace} first, or keep the target's `state` in another one"),
        });
    }
    // Who plans may have less rights than who deploys.
    let is_denied = refused.code == 403 && !refused.help.is_empty() && view.sight == Sight::WithoutSecrets;
    if is_denied {
        return Ok(Answer::Unverified { why: format!("{why}; {}", refused.help) });
    }
    if refused.message.contains("does not support dry run") {
        return Ok(Answer::Unverified { why });
    }
    if is_immutable {
        return Ok(immutable(&refused, id, redactor));
    }
    let help = if refused.help.is_empty() { "correct the object in Git".to_owned() } else { refused.help.clone() };
    Ok(Answer::Refused { why, help })
}

/// Returns whether an object is refused only because it is there already: under another name the server would create it.
/// Where that cannot be tried, the server's words count.
async fn is_immutable(view: &View<'_>, resource: &Resource, manifest: &Manifest, error: &Error) -> bool {
    let Some(refused) = error.refused().filter(|refused| refused.code == 422) else { return false };
    let mut other = manifest.object.clone();
    let name: String = other["metadata"]["name"].as_str().unwrap_or_default().chars().take(OTHER_NAME_CHARS).collect();
    other["metadata"]["name"] = format!("{name}{OTHER_NAME_END}").into();
    match view.reader.dry_run(resource, &other, &view.inventory.field_manager()).await {
        Ok(_) => true,
        Err(error) => refused.is_immutable() && error.refused().is_none_or(|refused| refused.code != 422),
    }
}

/// Names the fields alone: the server prints their whole values.
fn immutable(refused: &Refused, id: &ObjectId, redactor: &Redactor) -> Answer {
    let fields: Vec<String> = refused.causes.iter().map(|cause| format!("`{}`", cause.field)).collect();
    let why = if refused.is_immutable() {
        format!("field is immutable: {}", fields.join(", "))
    } else {
        format!("it cannot be changed in place: {}", redactor.text(&refused.message))
    };
    let help = if id.kind == "Job" {
        "give it a new name, delete it by hand, or mark it with `landfall.dev/phase` so that it runs once for each content"
    } else {
        "give it a new name, or delete it by hand first"
    };
    Answer::Immutable { why, help: help.to_owned() }
}

/// Whether the set has a namespace of that name.
fn is_brought(namespace: &str, desired: &[Manifest]) -> bool {
    let mut objects = desired.iter().map(|manifest| &manifest.object);
    objects.any(|object| object["kind"] == "Namespace" && object["metadata"]["name"] == namespace)
}

/// Returns what the server says of everything in a namespace that it does not have.
fn lacks(namespace: &str) -> String {
    format!("namespaces {namespace:?} not found")
}

/// Returns what there is of an inventory entry that left Git. A kind that is served no more has no objects, unless its
/// group does not answer now.
async fn leftover(view: &View<'_>, found: &BTreeMap<ObjectId, Value>, id: &ObjectId) -> Result<Observation, Error> {
    if !is_visible(view, id) {
        return Ok(Observation::unseen(Answer::NotAsked));
    }
    let unwanted = |live| Observation { live, ..Observation::unseen(Answer::NotWanted) };
    let known = found.get(id).cloned();
    match view.facts.any_version(&id.group, &id.kind) {
        Some(resource) => {
            let live = match known {
                Some(live) => Some(live),
                None => view.reader.find(resource, id.namespace.as_deref(), &id.name).await?,
            };
            let inside = match &live {
                Some(live) => inside::of(view, live).await,
                None => None,
            };
            Ok(Observation { inside, ..unwanted(live) })
        }
        None if view.facts.silent_groups.contains(&id.group) => {
            let why = format!("the API group {} does not answer, so it cannot be looked at", id.group);
            Ok(Observation::unseen(Answer::Unverified { why }))
        }
        None => Ok(unwanted(None)),
    }
}

fn gvk_of(id: &ObjectId, version: &str) -> Gvk {
    Gvk { group: id.group.clone(), version: version.to_owned(), kind: id.kind.clone() }
}
