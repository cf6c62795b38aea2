//! Rendering alone: Landfall beside its own start, and beside Kustomize.

use std::path::Path;

use landfall_world::renderers_on_path;

use crate::figures::Figures;
use crate::process::{Program, run};
use crate::repository::Repository;

const ROUNDS: usize = 7;

/// Measures in turns, and returns a table.
pub(crate) fn measure(landfall: &Path) -> String {
    let mut lines = vec![
        "### Rendering alone, ms".to_owned(),
        "| what | Landfall | beside it | | added, median |".to_owned(),
        "|:--|--:|--:|:--|--:|".to_owned(),
    ];
    let plain = Repository::create(1_000, "bench");
    lines.push(row("1,000 objects, plain YAML", landfall, &plain, "its own start, `landfall schema`", || {
        Program::new(landfall, &["schema"])
    }));
    for (name, objects) in [("10 objects, Kustomize", 10), ("1,000 objects, Kustomize", 1_000)] {
        let repository = Repository::create(objects, "bench");
        repository.kustomize();
        let source = repository.source();
        lines.push(row(name, landfall, &repository, "`kustomize build`", || {
            Program::new("kustomize", &["build"]).with("PATH", renderers_on_path(&["kustomize"])).inside(&source)
        }));
    }
    lines.join("\n") + "\n"
}

fn row(name: &str, landfall: &Path, repository: &Repository, beside: &str, other: impl Fn() -> Program) -> String {
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    let path = renderers_on_path(&["kustomize"]);
    for _ in 0..ROUNDS {
        ours.add(run(Program::new(landfall, &["render"]).inside(repository.path()).with("PATH", &path), &[0]).took);
        theirs.add(run(other(), &[0]).took);
    }
    let added = ours.median().saturating_sub(theirs.median()).as_millis();
    format!("| {name} | {} | {} | {beside} | {added} |", ours.milliseconds(), theirs.milliseconds())
}
