//! What else the tool has made whose objects become ours. It stays, and the first plan names it, unless the rules call
//! the tool a predecessor: then it is ours as well.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use landfall_cluster::{Error, Listing};
use landfall_core::manifest::{ObjectId, Resource, Scope};
use landfall_core::ownership::{Maker, Predecessor};
use landfall_core::plan::build::{Answer, Observation};
use serde_json::Value;

use super::contact::{Flux, flux};
use super::{View, inside, is_visible};

/// A kind and where its objects are: a namespace, or the whole cluster.
type Place<'a> = (&'a Resource, Option<&'a str>);

/// Adds to one adopted object of each maker which others Git does not have.
pub(super) async fn tell(view: &View<'_>, observed: &mut BTreeMap<ObjectId, Observation>) -> Result<(), Error> {
    let mut told: Vec<(Maker, ObjectId)> = Vec::new();
    for (id, observation) in &*observed {
        let is_adopted = observation.takeover.as_ref().is_some_and(|takeover| !takeover.managers.is_empty());
        let maker = observation.live.as_ref().filter(|_| is_adopted).and_then(Maker::tool);
        if let Some(maker) = maker.filter(|maker| told.iter().all(|(known, _)| known != maker)) {
            told.push((maker, id.clone()));
        }
    }
    for (maker, id) in told {
        let places: Vec<Place<'_>> =
            kinds(view, Scope::Namespaced).map(|kind| (kind, id.namespace.as_deref())).collect();
        let (found, unseen) = list(view, &places, &maker.selector()).await?;
        let others = found.iter().filter(|object| maker.made(object)).filter_map(ObjectId::of);
        let others: BTreeSet<ObjectId> = others.filter(|id| !observed.contains_key(id)).collect();
        if let Some(takeover) = observed.get_mut(&id).and_then(|observation| observation.takeover.as_mut()) {
            takeover.notes.extend(maker.siblings(&others.into_iter().collect::<Vec<_>>(), unseen));
        }
    }
    Ok(())
}

/// Adds what predecessors made and Git does not have, and returns what could not be seen of it. What a tool still
/// writes is left to it.
pub(super) async fn left_behind(
    view: &View<'_>,
    observed: &mut BTreeMap<ObjectId, Observation>,
) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    let mut namespaces: BTreeSet<String> = observed.keys().filter_map(|id| id.namespace.clone()).collect();
    namespaces.insert(view.target.namespace.to_string());
    for predecessor in view.predecessors {
        let flux = match predecessor.maker() {
            Some(maker) => flux(view, maker).await?,
            None => Flux::Rests,
        };
        match flux {
            Flux::Rests => {}
            Flux::Writes => continue,
            Flux::Unseen => {
                notes.push(format!(
                    "whether {predecessor} is suspended may not be looked at, so nothing that it left is deleted"
                ));
                continue;
            }
        }
        let (found, unseen) = list(view, &places(view, predecessor, &namespaces), &predecessor.selector()).await?;
        notes.extend((unseen > 0).then(|| predecessor.unseen(unseen)));
        for live in found.into_iter().filter(|live| predecessor.made(live)) {
            let Some(id) = ObjectId::of(&live).filter(|id| !observed.contains_key(id)) else { continue };
            let inside = inside::of(view, &live).await;
            let left = Observation { live: Some(live), inside, ..Observation::unseen(Answer::NotWanted) };
            observed.insert(id, left);
        }
    }
    Ok(notes)
}

/// Returns where a predecessor's objects may be.
fn places<'a>(view: &View<'a>, predecessor: &Predecessor, namespaces: &'a BTreeSet<String>) -> Vec<Place<'a>> {
    let inside = |kind: &'a Resource| namespaces.iter().map(move |name| (kind, Some(name.as_str())));
    let mut places: Vec<Place<'a>> = kinds(view, Scope::Namespaced).flat_map(inside).collect();
    if predecessor.is_named() {
        places.extend(kinds(view, Scope::Cluster).map(|kind| (kind, None)));
    }
    places
}

/// Returns the objects with these labels, and how many kinds may not be looked at.
async fn list(view: &View<'_>, places: &[Place<'_>], labels: &str) -> Result<(Vec<Value>, usize), Error> {
    let lists = places.iter().map(|(resource, namespace)| {
        let listing = Listing { namespace: *namespace, labels, fields: "" };
        view.reader.list(resource, listing)
    });
    let (mut found, mut unseen) = (Vec::new(), 0);
    for list in join_all(lists).await {
        match list {
            Ok(objects) => found.extend(objects),
            Err(error) if error.refused().is_some_and(|refused| refused.code == 403) => unseen += 1,
            // It cannot be listed at all.
            Err(error) if error.refused().is_some_and(|refused| matches!(refused.code, 404 | 405)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((found, unseen))
}

/// Kinds whose objects copy the labels of others.
const COPIES: [&str; 2] = ["Endpoints", "Event"];

/// Returns each kind of a scope once, whatever its versions are.
fn kinds<'a>(view: &View<'a>, scope: Scope) -> impl Iterator<Item = &'a Resource> + use<'a> {
    let all = view.facts.resources.values().filter(|resource| resource.scope == scope);
    let names: BTreeSet<(&str, &str)> = all.map(|it| (it.gvk.group.as_str(), it.gvk.kind.as_str())).collect();
    let kinds = names.into_iter().filter_map(|(group, kind)| view.facts.any_version(group, kind));
    let id = |it: &Resource| ObjectId {
        group: it.gvk.group.clone(),
        kind: it.gvk.kind.clone(),
        namespace: None,
        name: String::new(),
    };
    let kinds = kinds.filter(|it| view.facts.has_lists(it) && !COPIES.contains(&it.gvk.kind.as_str()));
    kinds.filter(|resource| is_visible(view, &id(resource))).collect::<Vec<_>>().into_iter()
}
