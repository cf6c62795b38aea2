//! First contact with an object that another tool wrote: what an apply makes of it once that tool's fields are ours.
//!
//! Dry-runs cannot be chained, so the fields that only the other tool owns are taken out of a forced dry run, and the
//! result is shown to the server as a whole object.

use landfall_cluster::{Answer, Error};
use landfall_core::manifest::{Manifest, Resource};
use landfall_core::ownership::{Takeover, is_adopted};
use serde_json::Value;

use super::View;

/// Returns the take-over of a live object that Git adopts, and what the server says to it; none where there is none.
pub(super) async fn predict(
    view: &View<'_>,
    resource: &Resource,
    manifest: &Manifest,
    live: &Value,
) -> Option<(Takeover, Result<Answer, Error>)> {
    let manager = view.inventory.field_manager();
    let takeover = Takeover::of(live, &manager).filter(|_| is_adopted(&manifest.object))?;
    let answer = ask(view, resource, &manifest.object, live, &takeover).await;
    Some((takeover, answer))
}

async fn ask(
    view: &View<'_>,
    resource: &Resource,
    body: &Value,
    live: &Value,
    takeover: &Takeover,
) -> Result<Answer, Error> {
    let manager = view.inventory.field_manager();
    if let Err(error) = view.reader.dry_run(resource, body, &manager).await
        && !gives_way(&error, takeover)
    {
        return Err(error);
    }
    let forced = view.reader.dry_run_forced(resource, body, &manager).await?;
    let mut after = takeover.predict(&forced.body, &manager);
    after["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    match view.reader.dry_run_replace(resource, &after, &manager).await {
        Ok(checked) => Ok(Answer { warnings: forced.warnings, ..checked }),
        // Without the right to update, the result stands as it was put together.
        Err(error) if error.refused().is_some_and(|refused| refused.code == 403) => {
            Ok(Answer { body: after, ..forced })
        }
        Err(error) => Err(error),
    }
}

/// Whether a refusal names only managers whose fields are taken over.
fn gives_way(error: &Error, takeover: &Takeover) -> bool {
    error.refused().is_some_and(|refused| refused.is_conflict() && takeover.covers(refused.conflicting_managers()))
}
