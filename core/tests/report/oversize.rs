//! A comment never passes its size, and says by name what it leaves out.

use landfall_core::exit::Exit;
use landfall_core::plan::{Change, Class};
use landfall_core::report::{Action, COMMENT_BYTES_MAX, Options, Problem, State, markdown};
use serde_json::json;

use crate::build::{change, differing, report, target};

fn long(class: Class, at: usize) -> Change {
    let lines = "setting: a value of a long file\n".repeat(200);
    let config = change(class, "", &format!("ConfigMap/config-{at:03}"), Some("deploy/config.yaml:1"));
    differing(config, None, Some(&json!({"data": {"app.yaml": lines}})))
}

#[test]
fn the_dangerous_is_shown_and_the_rest_is_counted_by_name() {
    let mut changes: Vec<Change> = (0..400).map(|at| long(Class::Create, at)).collect();
    changes.push(change(Class::Delete, "", "Service/api", Some("deploy/api.yaml")));
    let report = report(
        Action::Plan,
        "production",
        vec![target("production", "prod-eu", changes, State::Planned { holds: Vec::new() })],
    );
    for bytes_max in [COMMENT_BYTES_MAX, 20_000, 4_000] {
        let text = markdown(&report, &Options { bytes_max });
        assert!(text.len() <= bytes_max, "{} of {bytes_max}", text.len());
        assert!(text.contains("delete <b><code>Service/api</code></b>"), "{bytes_max}");
        assert!(text.contains("**Left out for length**"), "{bytes_max}");
        assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
        assert_eq!(text.matches("```").count() % 2, 0, "a fence is open");
    }
}

#[test]
fn details_that_are_cut_say_how_much_is_missing() {
    let mut report = report(Action::Plan, "production", vec![]);
    let details = (1..=100).map(|at| format!("mistake {at}")).collect::<Vec<_>>().join("\n");
    let (code, title, help) = ("test".to_owned(), "100 mistakes".to_owned(), String::new());
    report.problems.push(Problem { code, title, details, help, exit: Exit::Render });
    let text = markdown(&report, &Options::default());
    assert!(text.contains("mistake 40\nand 60 lines more, in the run's log\n```"), "{text}");
}

#[test]
fn even_a_tiny_comment_says_the_verdict() {
    let report = report(Action::Plan, "production", vec![]);
    assert!(markdown(&report, &Options { bytes_max: 90 }).starts_with("### "));
}
