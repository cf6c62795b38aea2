//! docs/lints.md, written from the table of lints. Does not write the file: a test compares it.

use std::fmt::Write as _;

use super::finding::Severity;
use super::table::LINTS;

const HEAD: &str = "\
# Lints

Written from the table in `core/src/lint/table.rs`; a test keeps it equal (`UPDATE=1 cargo test -p landfall-core --test lint`).

`landfall check` shows everything that the lints find. A proposal shows what merging it would add: in the comment, and on
the line in the changed files where the line is known. No finding ever holds a deploy or changes an exit code.
Of one lint at most 1,000 findings are shown for a set.

What only the API server knows is not judged here: required fields, values out of a list or range. A plan with a cluster
shows its refusal.

A finding has to be true and of use. Where a lint cannot know, it stays silent; where it is wrong for you, switch it off:

- for one object, by an annotation with codes and commas between them: `landfall.dev/lint-off: image_tag, service_pods`
- for an environment, in landfall.yaml:

  ```yaml
  environments:
    production:
      lint: {missing_reference: off}
  ```

A code that no lint has is a mistake in landfall.yaml, and a finding in an annotation.

| code | severity | finds |
|---|---|---|
";

/// Returns the page that documents every lint.
pub fn docs() -> String {
    let mut page = HEAD.to_owned();
    for lint in &LINTS {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", lint.code, word(lint.severity), lint.finds);
    }
    for lint in &LINTS {
        let _ = write!(page, "\n## {}\nFinds {}. {}\n\n*Next step*: {}.\n", lint.code, lint.finds, lint.why, lint.help);
    }
    page
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    }
}
