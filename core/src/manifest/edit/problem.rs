//! Why a file is not edited.

use miette::Diagnostic;
use thiserror::Error;

use super::super::{Located, ReadErrors, Text};

/// Why a file is not edited.
#[derive(Debug, Error, Diagnostic)]
pub enum EditError {
    /// It cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadErrors),
    /// A place of it cannot be edited.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Place(Box<Located<EditProblem>>),
}

/// Why a place is not edited.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum EditProblem {
    /// The file is not UTF-8.
    #[error("the file is not UTF-8, so that it cannot be edited")]
    #[diagnostic(code(landfall::edit::encoding), help("save it as UTF-8"))]
    Encoding,

    /// There is no text, number or the like.
    #[error("there is no value at {pointer}")]
    #[diagnostic(
        code(landfall::edit::no_scalar),
        help("write one there first: only values that are there are changed")
    )]
    NoScalar {
        /// The place.
        pointer: String,
    },

    /// An anchor and its aliases have one value.
    #[error("changing this would change {} too", if .pointer.is_empty() { "the whole document" } else { .pointer })]
    #[diagnostic(
        code(landfall::edit::shared),
        help("an anchor, an alias or `<<` shares the value: write it out in the place that is to change")
    )]
    ChangesOther {
        /// The other place.
        pointer: String,
    },

    /// The file would not be read as meant.
    #[error("no text can be written here")]
    #[diagnostic(code(landfall::edit::unwritable), help("put a value in quotes there, without a tag such as `!!int`"))]
    Unwritable,

    /// No image of that name.
    #[error("no image called `{name}` is here")]
    #[diagnostic(code(landfall::edit::no_image), help("name it as the file does, or by the last part of its name"))]
    NoImage {
        /// The name.
        name: String,
    },

    /// A kustomization's entry lacks a key that the image needs.
    #[error("the entry of the image `{name}` has no `{key}`")]
    #[diagnostic(
        code(landfall::edit::no_key),
        help("write `{key}` into the entry: only values that are there are changed")
    )]
    NoKey {
        /// The image.
        name: String,
        /// The key.
        key: &'static str,
    },

    /// A digest that is there counts more than the new tag.
    #[error("the entry of the image `{name}` has a digest, which counts more than a tag")]
    #[diagnostic(
        code(landfall::edit::digest),
        help("delete `digest` from the entry, or give the new image with its digest")
    )]
    Digest {
        /// The image.
        name: String,
    },

    /// A path as Helm has it that cannot be read.
    #[error("`{path}` is not a path to a value")]
    #[diagnostic(code(landfall::edit::path), help("write it as Helm's `--set` has it: `image.tag`, `images[0].tag`"))]
    Path {
        /// The path.
        path: String,
    },
}

impl EditProblem {
    /// Returns the problem with its file, and no place in it.
    pub(super) fn of_file(self, text: &Text) -> EditError {
        EditError::Place(Box::new(Located::of_file(text, self)))
    }
}
