//! Everything that can be wrong with a manifest's text, and what to do about it.

use miette::Diagnostic;
use thiserror::Error;

use super::limits::{DEPTH_MAX, DOCUMENTS_MAX, FILE_BYTES_MAX};
use super::located::{Located, Problems};
use super::template_problem::TemplateProblem;
use super::yaml::Syntax;

/// One problem of one file.
pub type ReadError = Located<ReadProblem>;

/// All problems the reader found.
pub type ReadErrors = Problems<ReadProblem>;

/// What is wrong with the text.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum ReadProblem {
    /// The file is larger than any set of manifests should be.
    #[error("the file has {} MiB, and {} MiB are allowed", .bytes.div_ceil(1 << 20), FILE_BYTES_MAX >> 20)]
    #[diagnostic(code(landfall::manifest::file_too_large), help("split it, or move what is no manifest elsewhere"))]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
    },

    /// git-lfs keeps the content elsewhere.
    #[error("this is a pointer of git-lfs, not the file itself")]
    #[diagnostic(
        code(landfall::manifest::lfs_pointer),
        help("keep manifests out of git-lfs: delete their line in `.gitattributes` and add them again")
    )]
    LfsPointer,

    /// The bytes are not valid text; kubectl replaces them silently.
    #[error("the text is not valid UTF-8")]
    #[diagnostic(
        code(landfall::manifest::invalid_utf8),
        help("save the file as UTF-8; binary data belongs in base64 (`data`, `binaryData`)")
    )]
    InvalidUtf8,

    /// go-yaml refuses these anywhere in a document, even in comments.
    #[error("control character U+{code:04X} is not allowed in YAML")]
    #[diagnostic(
        code(landfall::manifest::control_character),
        help("write it as an escape such as \"\\x{code:02X}\" in double quotes, or delete it")
    )]
    ControlCharacter {
        /// The character's code point.
        code: u32,
    },

    /// U+0085, U+2028 and U+2029 are line breaks to kubectl and to nobody else.
    #[error("the invisible line break U+{code:04X} changes how this is read")]
    #[diagnostic(
        code(landfall::manifest::invisible_line_break),
        help("write it as the escape \"\\u{code:04X}\" in double quotes, or delete it")
    )]
    InvisibleLineBreak {
        /// The character's code point.
        code: u32,
    },

    /// The text is not YAML.
    #[error("this is not valid YAML: {0}")]
    #[diagnostic(code(landfall::manifest::yaml_syntax), help("{}", help_of(.0)))]
    Yaml(Syntax),

    /// The text is not JSON although it starts with `{`.
    #[error("this is not valid JSON: {reason}")]
    #[diagnostic(
        code(landfall::manifest::json_syntax),
        help("correct the JSON: it has no comments, and no comma behind the last item")
    )]
    Json {
        /// What the parser expected.
        reason: &'static str,
    },

    /// A value in `[]` or `{}` that kubectl reads as a key or not at all.
    #[error("an unquoted value inside `[]` or `{{}}` cannot start with `?` or `:`")]
    #[diagnostic(code(landfall::manifest::flow_indicator), help("put the value in quotes"))]
    FlowIndicator,

    /// Something other than a comment follows `---`.
    #[error("only a comment may follow `---` on its line")]
    #[diagnostic(code(landfall::manifest::document_separator), help("start the document on the next line"))]
    Separator,

    /// Text after the end of a document, which kubectl drops.
    #[error("this text follows the end of its document, and kubectl would drop it")]
    #[diagnostic(
        code(landfall::manifest::content_after_end),
        help("start a new document with `---` on a line of its own, or delete the text")
    )]
    ContentAfterEnd,

    /// A key written twice in one mapping; kubectl keeps the last.
    #[error("the key `{key}` is written twice")]
    #[diagnostic(
        code(landfall::manifest::duplicate_key),
        help("delete one of the two; kubectl would keep the second and drop the first")
    )]
    DuplicateKey {
        /// The key as kubectl names it.
        key: String,
    },

    /// A merge key after an explicit key; YAML keeps the explicit value, kubectl the merged.
    #[error("`<<` changes `{key}`, which is already set above it")]
    #[diagnostic(
        code(landfall::manifest::merge_order),
        help("move `<<` to the top of its mapping; tools disagree on which value wins")
    )]
    MergeOrder {
        /// The key both set.
        key: String,
    },

    /// A merge key that does not merge a mapping.
    #[error("`<<` needs a mapping or a list of mappings")]
    #[diagnostic(
        code(landfall::manifest::merge_value),
        help("merge an anchor of a mapping (`<<: *defaults`), or quote the key")
    )]
    MergeValue,

    /// A key JSON cannot hold.
    #[error("{what} cannot be a key")]
    #[diagnostic(
        code(landfall::manifest::key_type),
        help("quote the key; if this is a template such as `{{{{ .Values.x }}}}`, render it first")
    )]
    KeyType {
        /// What was found in key position.
        what: &'static str,
    },

    /// An alias without anchor in the same document.
    #[error("the anchor `{name}` is not defined in this document")]
    #[diagnostic(
        code(landfall::manifest::unknown_anchor),
        help("define `&{name}` above in the same document; `---` ends the life of anchors")
    )]
    UnknownAnchor {
        /// Name of the anchor.
        name: String,
    },

    /// An anchor inside itself.
    #[error("this alias stands inside its own anchor")]
    #[diagnostic(code(landfall::manifest::recursive_anchor), help("write the value out"))]
    RecursiveAnchor,

    /// Aliases that multiply a small file into a huge object.
    #[error("the aliases of this document expand to too many values")]
    #[diagnostic(
        code(landfall::manifest::excessive_aliases),
        help("write the values out, or use fewer nested aliases")
    )]
    ExcessiveAliases,

    /// More documents than any file should have.
    #[error("the file has more than the {DOCUMENTS_MAX} documents allowed")]
    #[diagnostic(code(landfall::manifest::too_many_documents), help("split the file"))]
    TooManyDocuments,

    /// Nesting without end.
    #[error("values are nested deeper than {DEPTH_MAX} levels")]
    #[diagnostic(code(landfall::manifest::too_deep), help("flatten the structure"))]
    TooDeep,

    /// Infinities and NaN.
    #[error("JSON has no infinity and no NaN")]
    #[diagnostic(code(landfall::manifest::not_finite), help("quote the value if it is text"))]
    NotFinite,

    /// A number that no 64-bit float holds.
    #[error("this number is too large")]
    #[diagnostic(code(landfall::manifest::number_too_large), help("put it in quotes if it is text"))]
    NumberTooLarge,

    /// A tag that does not fit its value.
    #[error("this value cannot be read as !!{tag}")]
    #[diagnostic(code(landfall::manifest::tag), help("delete the tag or correct the value"))]
    Tag {
        /// Short name of the tag.
        tag: String,
    },

    /// `!!binary` without base64.
    #[error("the value of !!binary is not base64")]
    #[diagnostic(code(landfall::manifest::binary_tag), help("delete the tag or encode the value"))]
    BinaryTag,

    /// A template, or its values.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Template(#[from] TemplateProblem),

    /// A list whose `items` is not a list of objects.
    #[error("`items` of a list must be a list of objects")]
    #[diagnostic(
        code(landfall::manifest::list_items),
        help("write each item as an object with apiVersion, kind and metadata")
    )]
    ListItems,

    /// Objects that lack what every object needs.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Object(#[from] super::object_problem::ObjectProblem),
}

/// Returns what to do about a mistake in the syntax.
fn help_of(syntax: &Syntax) -> String {
    syntax.help().map_or_else(String::new, |help| help.to_string())
}
