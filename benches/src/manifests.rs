//! The objects of a repository: ten kinds in equal numbers, ten objects in a file, the first of them changed or not.
//!
//! Nothing starts a pod, so that the control plane's controllers have little to do beside what is measured.

/// One document for each kind.
const TEMPLATES: &str = include_str!("app.yaml");
/// Kinds, and so objects per file.
const KINDS: usize = 10;

/// Returns file names and contents for so many objects, of which the first `changed` differ from an earlier revision.
pub(crate) fn files(objects: usize, changed: usize) -> Vec<(String, String)> {
    let numbers: Vec<usize> = (0..objects).collect();
    let file = |numbers: &[usize]| {
        let documents: Vec<String> = numbers.iter().map(|number| document(*number, *number < changed)).collect();
        (format!("app-{:03}.yaml", numbers[0] / KINDS), documents.join("---\n"))
    };
    numbers.chunks(KINDS).map(file).collect()
}

fn document(number: usize, is_changed: bool) -> String {
    let revision = if is_changed { "two" } else { "one" };
    let template = TEMPLATES.split("---\n").nth(number % KINDS).expect("there is a document for each kind");
    template.replace("@@APP@@", &format!("app-{:03}", number / KINDS)).replace("@@REVISION@@", revision)
}
