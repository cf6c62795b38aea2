//! Landfall: when a branch lands, its cluster follows.
