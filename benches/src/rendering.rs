//! Rendering alone: Landfall beside its own start, and its Kustomize beside the program itself.

use std::path::Path;

use landfall_world::renderers_on_path;

use crate::figures::Figures;
use crate::process::{Program, run};
use crate::repository::Repository;

const ROUNDS: usize = 15;
const OBJECTS: [usize; 3] = [10, 100, 1_000];

/// Measures in turns, and returns a table.
pub(crate) fn measure(landfall: &Path) -> String {
    let mut lines = vec![
        "### Rendering alone, ms".to_owned(),
        "| objects | start | plain YAML | Kustomize | `kustomize build` | plain YAML adds | Kustomize adds |"
            .to_owned(),
        "|--:|--:|--:|--:|--:|--:|--:|".to_owned(),
    ];
    lines.extend(OBJECTS.map(|objects| row(objects, landfall)));
    lines.join("\n") + "\n"
}

/// What plain files add is beyond the start; what Kustomize adds is beyond the program itself and plain files, for the
/// objects are read all the same. Both are differences of the least of the rounds.
fn row(objects: usize, landfall: &Path) -> String {
    let (plain, kustomized) = (Repository::create(objects, "bench"), Repository::create(objects, "bench"));
    kustomized.kustomize();
    let source = kustomized.source();
    let path = renderers_on_path(&["kustomize"]);
    let render = |repository: &Repository| {
        run(Program::new(landfall, &["render"]).inside(repository.path()).with("PATH", &path), &[0]).took
    };
    let mut figures: [Figures; 4] = Default::default();
    for _ in 0..ROUNDS {
        let [start, read, ours, theirs] = &mut figures;
        start.add(run(Program::new(landfall, &["schema"]), &[0]).took);
        read.add(render(&plain));
        ours.add(render(&kustomized));
        theirs.add(run(Program::new("kustomize", &["build"]).with("PATH", &path).inside(&source), &[0]).took);
    }
    let [start, read, ours, theirs] = figures.each_ref().map(|figures| figures.least().as_secs_f64() * 1_000.0);
    let shown = figures.map(|figures| figures.milliseconds());
    format!("| {objects} | {} | {:.0} | {:.0} |", shown.join(" | "), read - start, ours - theirs - (read - start))
}
