//! Runs the main job on somebody else's manifests, and compares what Landfall makes of them with what kubectl makes.
//!
//! Usage: `real LANDFALL FOLDER SOURCE [--render YAML --reference COMMAND] [--remove FILE] [--installed FILE]...
//! [--until rendered]`: the binary, a checkout's folder and the path of its manifests in it; how the rules say that it is rendered and what prints
//! the same without Landfall (`helm template ...`); which of its files a proposal removes, and what the clusters have
//! before the application comes. Prints a table row, every difference, and what Landfall said. Ends with 1 when anything differs.

mod arguments;
mod checkout;
mod clusters;
mod compare;
mod differences;
mod reference;
mod removal;
mod stages;
mod table;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use arguments::Arguments;
use checkout::Checkout;
use clusters::Clusters;
use reference::Reference;
use stages::Stages;
use table::Row;

/// What ends a run: this program is read by the person who started it.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::read()?;
    let checkout = Checkout::copy(&arguments.folder, &arguments.source)?;
    let clusters = Clusters::start(&arguments.installed).await?;
    let reference = Reference::of(&clusters.kubectl, &checkout, arguments.reference.as_deref())?;
    clusters.prepare(&reference)?;
    let complaint = reference.apply()?;
    let rendered = reference.render(checkout.root())?;
    checkout.write_rules(&reference.namespace, arguments.render.as_deref())?;

    let stages = Stages::begin(&arguments.landfall, &checkout, &clusters).await?;
    let mut row = Row::new(&checkout, rendered.len());
    row.complaint = complaint;
    row.rendered = compare::rendered(&stages.render(&clusters.facts()?).await?, &rendered, &reference.namespace);
    if arguments.until_rendered {
        return told(&row);
    }
    let removal = removal::choose(&reference, &rendered, arguments.remove.as_deref())?;
    let first = stages.first().await?;
    row.jobs.extend(first);
    row.applied = compare::applied(&clusters, &reference)?;
    row.jobs.push(stages.unchanged().await?);
    if let Some(removal) = removal {
        row.before = clusters.landfall_has(&removal.gone)?;
        row.jobs.extend(stages.remove(&removal).await?);
        row.left = clusters.landfall_has(&removal.gone)?;
        row.removed = Some(removal);
    }

    told(&row)
}

fn told(row: &Row) -> Result<ExitCode> {
    writeln!(std::io::stdout(), "{row}")?;
    Ok(if row.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
