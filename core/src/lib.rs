//! Decides what Landfall does. Pure and synchronous: nothing here can touch the world.
//!
//! The rooms follow the pipe: `trigger` says what happened, `rules` and `trust` say what it may do,
//! `manifest` says what Git wants, `lint` what is likely wrong with that, `plan` says what would change,
//! `gate` says whether it may, `ready` says whether it runs, `verify` whether it does its work, and `report` says it to
//! people.

pub mod diff;
pub mod exit;
pub mod gate;
pub mod id;
pub mod inventory;
pub mod lint;
pub mod manifest;
pub mod order;
pub mod ownership;
pub mod plan;
pub mod ready;
pub mod report;
pub mod rules;
pub mod succession;
pub mod trigger;
pub mod trust;
pub mod verify;
