//! Every way in which a text is not YAML, and what to do about each.

use std::ops::Range;

use miette::Diagnostic;
use thiserror::Error;

use super::cursor::Mark;

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) problem: Syntax,
    /// Bytes of the document that a label points at.
    pub(crate) span: Range<usize>,
}

pub(crate) type Scanned<T> = Result<T, Mistake>;

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum Syntax {
    /// A line at the indentation of keys that has no colon.
    #[error("a key needs a `:` on its line")]
    #[diagnostic(help("write `key: value`, or indent the line to make it part of the value above"))]
    KeyWithoutColon,
    /// A `- ` behind something else.
    #[error("a list item cannot start here")]
    #[diagnostic(help("start the list on a line of its own"))]
    ItemNotAllowed,
    /// A `? ` behind something else.
    #[error("a key cannot start here")]
    #[diagnostic(help("put the text in quotes if it is a value"))]
    KeyNotAllowed,
    /// A second `: ` in one line, or one behind a list.
    #[error("`:` cannot stand here")]
    #[diagnostic(help("put the value in quotes if it contains `: `, or start the mapping on a line of its own"))]
    ValueNotAllowed,
    /// A tab in front of a line's first character.
    #[error("a tab cannot indent YAML")]
    #[diagnostic(help("indent with spaces"))]
    TabIndent,
    /// A sign that is reserved.
    #[error("a value cannot start with `{sign}`")]
    #[diagnostic(help("put the value in quotes"))]
    CannotStart {
        /// The sign.
        sign: char,
    },
    /// `&` or `*` without a name.
    #[error("`&` and `*` need a name of letters, digits, `-` and `_`")]
    #[diagnostic(help("put the value in quotes if it is not an anchor or an alias"))]
    AnchorName,
    /// `!` and something that is no tag.
    #[error("this is not a tag")]
    #[diagnostic(help("put the value in quotes if it is text that starts with `!`"))]
    Tag,
    /// `!handle!suffix` whose handle nobody declared.
    #[error("the tag's handle is not declared")]
    #[diagnostic(help("delete the tag: Kubernetes has no use for it"))]
    TagHandle,
    /// A line that starts with `%`.
    #[error("this directive cannot be read")]
    #[diagnostic(help("delete the line: Kubernetes needs no directives"))]
    Directive,
    /// A directive without `---` after it.
    #[error("a directive must be followed by `---`, and kubectl splits the file there")]
    #[diagnostic(help("delete the directive: Kubernetes needs none"))]
    DocumentStart,
    /// Text behind `|` or `>`.
    #[error("only a comment may follow `|` or `>` on its line")]
    #[diagnostic(help("start the text on the next line"))]
    BlockHeader,
    /// `|0`.
    #[error("a block cannot be indented by 0")]
    #[diagnostic(help("write a number from 1 to 9, or none"))]
    BlockIndent,
    /// A tab where a block's indentation is expected.
    #[error("a tab cannot indent a block of text")]
    #[diagnostic(help("indent the block with spaces"))]
    BlockTab,
    /// A quoted text that goes on to the end of the document.
    #[error("this quoted text has no end")]
    #[diagnostic(help("close the quotes"))]
    QuoteWithoutEnd,
    /// `---` inside quotes.
    #[error("a line of a quoted text cannot be `---` or `...`")]
    #[diagnostic(help("close the quotes above, or indent the line"))]
    QuoteIndicator,
    /// An escape that YAML 1.1 does not know.
    #[error("kubectl does not know the escape `{escape}`")]
    #[diagnostic(help("write the character itself instead of the escape, or double the `\\`"))]
    Escape {
        /// The escape as written.
        escape: String,
    },
    /// A tab that indents the second line of a plain text.
    #[error("a tab cannot stand at the start of this line")]
    #[diagnostic(help("indent the line with spaces; an empty line needs none"))]
    PlainTab,
    /// Anything else where a value belongs.
    #[error("a value is expected")]
    #[diagnostic(help("write a value here, or delete what introduces it"))]
    ValueExpected,
    /// Something deeper than its list or mapping, but not deep enough to belong to an entry.
    #[error("the indentation of this line fits no line above")]
    #[diagnostic(help("indent it like the keys or items that it belongs to"))]
    Indentation,
    /// Something at the indentation of a list that is no item.
    #[error("a list item is expected: `- `")]
    #[diagnostic(help("indent the line like the items of the list, or less"))]
    ItemExpected,
    /// Something at the indentation of a mapping that is no key.
    #[error("a key is expected")]
    #[diagnostic(help("indent the line like the keys of its mapping, or put text that continues in quotes"))]
    KeyExpected,
    /// A `[` without `]`.
    #[error("`,` or `]` is expected in the list that starts with `[`")]
    #[diagnostic(help("close the list, or put a value that contains `, [ ] {{ }}` in quotes"))]
    SequenceEnd,
    /// A `{` without `}`.
    #[error("`,` or `}}` is expected in the mapping that starts with `{{`")]
    #[diagnostic(help("close the mapping, or put a value that contains `, [ ] {{ }}` in quotes"))]
    MappingEnd,
}

impl Syntax {
    /// Returns a mistake that is one character.
    pub(super) fn at_mark(self, mark: Mark) -> Mistake {
        Mistake { problem: self, span: mark.at..mark.at + 1 }
    }

    pub(super) fn between(self, start: Mark, end: Mark) -> Mistake {
        Mistake { problem: self, span: start.at..end.at.max(start.at + 1) }
    }
}
