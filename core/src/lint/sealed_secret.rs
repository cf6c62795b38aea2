//! Sealed Secrets that were sealed for another name or namespace, as far as that is written beside the ciphertext.

use super::finding::{At, Found};
use super::set::Set;

/// What makes the controller ask for neither, or for the namespace only.
const CLUSTER_WIDE: &str = "sealedsecrets.bitnami.com/cluster-wide";
const NAMESPACE_WIDE: &str = "sealedsecrets.bitnami.com/namespace-wide";

/// Finds those whose template, which the tool that sealed them wrote, says another name or namespace.
pub(super) fn check(set: &Set<'_>, found: &mut Found) {
    for sealed in set.of_kind("bitnami.com", "SealedSecret") {
        let is_on = |scope: &str| sealed.object["metadata"]["annotations"][scope] == "true";
        let checked: &[&str] = match (is_on(CLUSTER_WIDE), is_on(NAMESPACE_WIDE)) {
            (true, _) => &[],
            (false, true) => &["namespace"],
            (false, false) => &["namespace", "name"],
        };
        for field in checked {
            let template = &sealed.object["spec"]["template"]["metadata"][*field];
            let (Some(of), Some(is)) = (template.as_str(), sealed.object["metadata"][*field].as_str()) else {
                continue;
            };
            if of != is {
                let title = format!("it was sealed for the {field} `{of}`, and is for `{is}`");
                let at = format!("/spec/template/metadata/{field}");
                found.add(sealed, title, &[(At::Value(&at), "sealed for this")]);
            }
        }
    }
}
