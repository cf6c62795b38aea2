//! `make bench`: Landfall beside kubectl on one control plane, and rendering beside Kustomize.
//!
//! Prints Markdown. A measurement that cannot be made is a panic with the reason: half a table would mislead.

mod duel;
mod figures;
mod link;
mod machine;
mod manifests;
mod process;
mod rendering;
mod repository;
mod requests;
mod stage;
mod table;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use landfall_test_cluster::control_plane::ControlPlane;

use duel::Duel;

/// Measures Landfall beside kubectl.
#[derive(Parser)]
struct Arguments {
    /// The binary of Landfall.
    landfall: PathBuf,
    /// How many objects a repository has.
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000])]
    objects: Vec<usize>,
    /// The round-trip times of the network, in milliseconds.
    #[arg(long, value_delimiter = ',', default_values_t = [0, 20])]
    round_trip: Vec<u64>,
    /// How often everything is measured; fewer rounds for more objects when it is not given.
    #[arg(long)]
    rounds: Option<usize>,
    /// Measure only a part.
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Rendering,
    Cluster,
}

/// Rounds for so many objects: what takes long also varies less.
fn rounds(objects: usize) -> usize {
    match objects {
        0..=100 => 5,
        _ => 3,
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let landfall = arguments.landfall.canonicalize().expect("the first argument is Landfall's binary");
    say(&machine::describe(&landfall));
    say(&machine::load());
    if arguments.only != Some(Part::Cluster) {
        say(&rendering::measure(&landfall));
    }
    if arguments.only == Some(Part::Rendering) {
        return;
    }
    let cluster = ControlPlane::start().await;
    for &milliseconds in &arguments.round_trip {
        let mut duel = Duel::prepare(&cluster, &landfall, Duration::from_millis(milliseconds)).await;
        for &objects in &arguments.objects {
            let rounds = arguments.rounds.unwrap_or(rounds(objects));
            let scores = duel.rounds(objects, rounds).await;
            say(&machine::load());
            say(&table::of(objects, duel.link(), &scores));
        }
    }
}

/// Tells somebody who waits how far it is.
fn tell(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error is open");
}

fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("standard output is open");
}
