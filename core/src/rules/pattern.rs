//! Which branches or tags an environment follows. Does not know which ones exist.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;
use serde::{Serialize, Serializer};

/// A branch or tag name, a glob (`release/*`), or a regular expression between slashes (`/v[0-9]+/`).
#[derive(Debug, Clone)]
pub struct RefPattern(Form);

#[derive(Debug, Clone)]
enum Form {
    Exact(String),
    Glob(GlobMatcher),
    Regex { text: String, whole: Regex },
}

/// A pattern that cannot be read; the text says why, as a clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPattern(String);

impl RefPattern {
    /// Returns whether the pattern takes a name: the whole of it, never a part.
    pub fn matches(&self, name: &str) -> bool {
        match &self.0 {
            Form::Exact(text) => text == name,
            Form::Glob(glob) => glob.is_match(name),
            Form::Regex { whole, .. } => whole.is_match(name),
        }
    }

    /// Returns the one name that it takes, where it takes only one.
    pub fn exact(&self) -> Option<&str> {
        if let Form::Exact(text) = &self.0 { Some(text) } else { None }
    }
}

impl fmt::Display for RefPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Exact(text) => f.write_str(text),
            Form::Glob(glob) => f.write_str(glob.glob().glob()),
            Form::Regex { text, .. } => write!(f, "/{text}/"),
        }
    }
}

impl FromStr for RefPattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        if let Some(inner) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            return regex(inner);
        }
        if text.contains(['*', '?', '[', ']', '{', '}']) {
            return glob(text);
        }
        Ok(Self(Form::Exact(text.to_owned())))
    }
}

impl PartialEq for RefPattern {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for RefPattern {}

impl Serialize for RefPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn regex(text: &str) -> Result<RefPattern, InvalidPattern> {
    if text.is_empty() {
        return Err(InvalidPattern("the expression is empty".to_owned()));
    }
    // Compiled alone first: anchoring would turn `a)(b` into something valid and else.
    let alone = Regex::new(text).map_err(|error| InvalidPattern(last_line(&error.to_string())))?;
    let whole = Regex::new(&format!("^(?:{})$", alone.as_str()))
        .map_err(|error| InvalidPattern(last_line(&error.to_string())))?;
    Ok(RefPattern(Form::Regex { text: text.to_owned(), whole }))
}

fn glob(text: &str) -> Result<RefPattern, InvalidPattern> {
    let built = GlobBuilder::new(text).literal_separator(true).build();
    let glob = built.map_err(|error| InvalidPattern(error.kind().to_string()))?;
    Ok(RefPattern(Form::Glob(glob.compile_matcher())))
}

/// The regex crate draws its error over several lines; the last one says what is wrong.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or(text);
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> RefPattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_pattern_reads_back_what_it_prints() {
        for text in ["main", "release/*", "/v[0-9]+/"] {
            assert_eq!(pattern(text).to_string(), text);
        }
    }

    #[test]
    fn a_name_takes_only_itself() {
        assert!(pattern("main").matches("main"));
        assert!(!pattern("main").matches("main2"));
    }

    #[test]
    fn a_star_does_not_cross_a_slash() {
        assert!(pattern("release/*").matches("release/1.2"));
        assert!(!pattern("release/*").matches("release/1.2/hotfix"));
        assert!(pattern("release/**").matches("release/1.2/hotfix"));
    }

    #[test]
    fn an_expression_takes_the_whole_name() {
        assert!(pattern("/v[0-9]+/").matches("v12"));
        assert!(!pattern("/v[0-9]+/").matches("v12-rc"));
        assert!(!pattern("/a|b/").matches("ab"));
        assert!(!pattern("/main/").matches("main\n"));
    }

    #[test]
    fn a_broken_pattern_says_why() {
        for text in ["release/[", "/v(/", "//", "/a)(b/"] {
            assert!(text.parse::<RefPattern>().is_err(), "{text}");
        }
    }
}
