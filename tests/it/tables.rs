//! One row for each long loop: `make soak` ends with them. A loop that failed has its row too.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use landfall_test_cluster::shared;

/// The variable that names the file which rows are added to.
const FILE: &str = "LANDFALL_TEST_TABLES";

/// Tells one story of many; none when it failed, and has said why. The others go on.
pub(crate) async fn told<T>(story: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(story).catch_unwind().await.ok()
}

/// Prints a row of a table, with its heads, and the version of Kubernetes at the end.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says where the rows go")]
pub(crate) async fn row(cells: &[(&str, String)]) {
    let version = shared().await.version().await;
    let cells: Vec<(&str, &str)> =
        cells.iter().map(|(head, value)| (*head, value.as_str())).chain([("Kubernetes", version.as_str())]).collect();
    let line =
        |of: fn(&(&str, &str)) -> String| format!("| {} |", cells.iter().map(of).collect::<Vec<_>>().join(" | "));
    let (heads, values) = (line(|(head, _)| (*head).to_owned()), line(|(_, value)| (*value).to_owned()));
    println!("{heads}\n{values}");
    let Ok(path) = std::env::var(FILE) else { return };
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "{heads}\t{values}").unwrap();
}
