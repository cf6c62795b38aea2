//! Landfall: when a branch lands, its cluster follows.
//!
//! The binary's rooms: they read, write and wait, and decide nothing. What is decided is decided in `landfall-core`.

mod apply;
pub mod bug;
pub mod ci;
pub mod cli;
mod clock;
mod failure;
mod forge;
mod git;
mod http;
mod live;
mod observe;
mod pipeline;
mod progress;
mod publish;
mod registry;
pub mod render;
pub mod stop;
pub mod talk;
mod verify;
