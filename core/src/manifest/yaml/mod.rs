//! YAML as events, scanned and parsed step by step as go-yaml v2 does, which is what kubectl reads with.
//!
//! go-yaml is neither YAML 1.1 nor 1.2 where the two are in doubt, so nothing but its own steps gives its
//! own reading. Knows no values: what a scalar means is for `resolve`.

mod block_scalar;
mod cursor;
mod directive;
mod event;
mod fetch;
mod flow_collection;
mod gap;
mod parser;
mod plain_scalar;
mod quoted_scalar;
mod scanner;
mod simple_key;
mod syntax;
mod tag;
mod token;

pub(crate) use event::{Event, EventKind, Layout, Node};
pub(crate) use parser::Parser;
pub(crate) use syntax::Mistake;
pub use syntax::Syntax;
