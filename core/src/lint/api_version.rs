//! Versions of APIs that the cluster serves no more, or soon will not.

use super::api_versions::{Lifecycle, RETIRED};
use super::finding::{At, Found};
use super::set::Set;
use crate::manifest::{Gvk, Manifest};

/// Finds objects of a version that the set's Kubernetes does not serve.
pub(super) fn removed(set: &Set<'_>, found: &mut Found) {
    for (manifest, retired, gvk) in retired(set) {
        if let Some(removed) = retired.removed.filter(|removed| set.minor >= *removed) {
            let title = format!(
                "Kubernetes 1.{removed} serves `{}` {} no more{}",
                gvk.api_version(),
                gvk.kind,
                instead(retired)
            );
            found.add(manifest, title, &[(At::Value("/apiVersion"), "not served")]);
        }
    }
}

/// Finds objects of a version that a later Kubernetes will not serve.
pub(super) fn deprecated(set: &Set<'_>, found: &mut Found) {
    for (manifest, retired, gvk) in retired(set) {
        let is_served = retired.removed.is_none_or(|removed| set.minor < removed);
        if is_served && set.minor >= retired.deprecated {
            let until = retired.removed.map(|removed| format!(", and goes in 1.{removed}")).unwrap_or_default();
            let (version, kind, since) = (gvk.api_version(), &gvk.kind, retired.deprecated);
            let title =
                format!("`{version}` {kind} is deprecated since Kubernetes 1.{since}{until}{}", instead(retired));
            found.add(manifest, title, &[(At::Value("/apiVersion"), "deprecated")]);
        }
    }
}

fn retired<'s, 'a>(set: &'s Set<'a>) -> impl Iterator<Item = (&'a Manifest, &'static Lifecycle, Gvk)> + use<'s, 'a> {
    set.manifests.iter().filter_map(|manifest| {
        let gvk = Gvk::of(&manifest.object)?;
        Some((manifest, lifecycle(&gvk)?, gvk))
    })
}

fn lifecycle(gvk: &Gvk) -> Option<&'static Lifecycle> {
    let version = gvk.api_version();
    RETIRED.iter().find(|row| row.api_version == version && row.kinds.contains(&gvk.kind.as_str()))
}

/// Returns the version to write in the place of one that Kubernetes serves no more, or soon will not.
pub fn replacement(gvk: &Gvk) -> Option<&'static str> {
    lifecycle(gvk).map(|retired| retired.replacement).filter(|replacement| !replacement.is_empty())
}

fn instead(retired: &Lifecycle) -> String {
    if retired.replacement.is_empty() { String::new() } else { format!(": write `{}`", retired.replacement) }
}
