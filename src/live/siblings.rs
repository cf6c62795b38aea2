//! What else the tool has made whose objects are adopted: it stays, and the first plan names it.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use landfall_cluster::{Error, Listing};
use landfall_core::manifest::{ObjectId, Resource, Scope};
use landfall_core::ownership::Maker;
use landfall_core::plan::build::Observation;
use serde_json::Value;

use super::{View, is_visible};

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
        let (others, unseen) = others(view, &maker, id.namespace.as_deref()).await?;
        let others: Vec<ObjectId> = others.into_iter().filter(|id| !observed.contains_key(id)).collect();
        if let Some(takeover) = observed.get_mut(&id).and_then(|observation| observation.takeover.as_mut()) {
            takeover.notes.extend(maker.siblings(&others, unseen));
        }
    }
    Ok(())
}

/// Returns the objects of a maker in a namespace, and how many kinds may not be looked at.
async fn others(view: &View<'_>, maker: &Maker, namespace: Option<&str>) -> Result<(BTreeSet<ObjectId>, usize), Error> {
    let labels = maker.selector();
    let lists = kinds(view).into_iter().map(|resource| async {
        let listing = Listing { namespace, labels: &labels, fields: "" };
        view.reader.list(resource, listing).await
    });
    let (mut found, mut unseen) = (BTreeSet::new(), 0);
    for list in join_all(lists).await {
        match list {
            Ok(objects) => {
                let made = objects.iter().filter(|object| is_made_by(object, maker));
                found.extend(made.filter_map(ObjectId::of));
            }
            Err(error) if error.refused().is_some_and(|refused| refused.code == 403) => unseen += 1,
            // It cannot be listed at all.
            Err(error) if error.refused().is_some_and(|refused| matches!(refused.code, 404 | 405)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((found, unseen))
}

/// Kinds that cannot be listed, and those whose objects copy the labels of others.
const PASSED_OVER: [&str; 4] = ["Binding", "Endpoints", "Event", "LocalSubjectAccessReview"];

/// Returns each kind of a namespace once, whatever its versions are.
fn kinds<'a>(view: &View<'a>) -> Vec<&'a Resource> {
    let all = view.facts.resources.values().filter(|resource| resource.scope == Scope::Namespaced);
    let names: BTreeSet<(&str, &str)> = all.map(|it| (it.gvk.group.as_str(), it.gvk.kind.as_str())).collect();
    let kinds = names.into_iter().filter_map(|(group, kind)| view.facts.any_version(group, kind));
    let id = |it: &Resource| ObjectId {
        group: it.gvk.group.clone(),
        kind: it.gvk.kind.clone(),
        namespace: None,
        name: String::new(),
    };
    kinds
        .filter(|resource| !PASSED_OVER.contains(&resource.gvk.kind.as_str()) && is_visible(view, &id(resource)))
        .collect()
}

/// What a controller makes of an object copies its labels: that is nobody's to keep or delete.
fn is_made_by(object: &Value, maker: &Maker) -> bool {
    let owners = object["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty());
    !owners && Maker::tool(object).as_ref() == Some(maker)
}
