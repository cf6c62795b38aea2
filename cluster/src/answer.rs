//! An API server's answer: the object and the warnings that came with it.

use serde_json::Value;

/// What the server sent back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The object, list or status.
    pub body: Value,
    /// The texts of its `Warning` headers (RFC 7234, code 299), without code and agent.
    pub warnings: Vec<String>,
    /// Whether the object was made by this request, or would be: it was not there before (201, not 200).
    pub created: bool,
}

/// Returns the text of one `Warning` header: `299 - "unknown field"` is `unknown field`.
pub(crate) fn warning_text(header: &str) -> String {
    let quoted = header.split_once('"').map_or(header, |(_, rest)| rest);
    quoted.strip_suffix('"').unwrap_or(quoted).replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_loses_its_code_and_quotes() {
        assert_eq!(warning_text(r#"299 - "unknown field \"x\"""#), r#"unknown field "x""#);
    }
}
