//! Where a file says what a renderer carried on: told only where the file says it once. Never a wrong line.

use serde_json::Value;

/// Returns the line on which an object of a kind begins, where a file has one of it.
///
/// Most files say `apiVersion` right above.
pub fn object_line(content: &str, kind: &str) -> Option<u32> {
    let lines: Vec<&str> = content.lines().collect();
    let says = |line: &str| line.strip_prefix("kind:").is_some_and(|rest| plain(rest) == kind);
    let at = only((0..lines.len()).filter(|at| says(lines[*at])))?;
    let above = at.checked_sub(1).filter(|above| lines[*above].starts_with("apiVersion:"));
    u32::try_from(above.unwrap_or(at) + 1).ok()
}

/// Returns the line on which a file says that a key has a value, or where it has the key alone if the value is long.
pub(super) fn field_line(content: &str, pointer: &str, value: &Value) -> Option<u32> {
    let key = pointer.rsplit('/').next().filter(|key| !key.is_empty() && !key.contains('~'))?;
    let is_item = key.bytes().all(|byte| byte.is_ascii_digit());
    let says = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ").trim_start();
        let written = if is_item { Some(line) } else { line.strip_prefix(key).and_then(|rest| rest.strip_prefix(':')) };
        written.is_some_and(|written| text(value).is_none_or(|value| plain(written) == value))
    };
    if is_item && text(value).is_none() {
        return None;
    }
    let at = only(content.lines().enumerate().filter(|(_, line)| says(line)).map(|(at, _)| at))?;
    u32::try_from(at + 1).ok()
}

fn only(mut found: impl Iterator<Item = usize>) -> Option<usize> {
    found.next().filter(|_| found.next().is_none())
}

/// Returns a value as a file writes it; none for what takes lines of its own.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Takes quotes and a comment away.
fn plain(written: &str) -> &str {
    let written = written.trim();
    let bare = written.split_once(" #").map_or(written, |(bare, _)| bare.trim_end());
    let quoted = |quote: char| bare.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "# web\napiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: \"3\" # three\n  template:\n    spec:\n      \
        containers:\n      - name: a\n        image: \"web:1\"\n      - name: b\n        image: db:2\n        args:\n        - --fast\n";

    #[test]
    fn what_a_file_says_once_has_a_line() {
        assert_eq!(object_line(FILE, "Deployment"), Some(2));
        for (pointer, value, line) in [
            ("/spec/replicas", json!("3"), Some(5)),
            ("/spec/template/spec/containers/0/image", json!("web:1"), Some(10)),
            ("/spec/template/spec/containers/1/name", json!("b"), Some(11)),
            ("/spec/template/spec/containers/1/args/0", json!("--fast"), Some(14)),
            ("/spec/template/spec/containers", json!([]), Some(8)),
        ] {
            assert_eq!(field_line(FILE, pointer, &value), line, "{pointer}");
        }
    }

    #[test]
    fn what_it_says_twice_or_otherwise_has_none() {
        assert_eq!(object_line("kind: A\n---\nkind: A\n", "A"), None);
        for (pointer, value) in [("/spec", json!({})), ("/image", json!("web:2")), ("/name", json!(1)), ("", json!({}))]
        {
            assert_eq!(field_line(FILE, pointer, &value), None, "{pointer}");
        }
    }
}
