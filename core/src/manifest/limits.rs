//! Limits that keep one file from taking the whole job down.
//!
//! They are generous: no object that an API server accepts comes near them.

/// Largest file: rendered sets of a few thousand objects stay below 10 MiB.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most documents of one file: a Lease outlives no deploy of more.
pub const DOCUMENTS_MAX: usize = 20_000;

/// Most objects of one render, from all of its files.
pub const OBJECTS_MAX: usize = 20_000;

/// Deepest nesting of one object: the `OpenAPI` schemas inside CRDs reach about 60.
pub const DEPTH_MAX: usize = 200;

/// Most bytes that the aliases of one document may add: five times the largest object that etcd takes.
pub const ALIASED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Expanded aliases that are never too many, whatever their share (go-yaml v2 `decode.go`).
pub const ALIASED_NODES_FREE: usize = 100;

/// Documents of fewer nodes may consist of aliases alone (go-yaml v2 `decode.go`).
pub const ALIAS_RATIO_NODES_MIN: usize = 1000;

/// Documents up to this many nodes may consist of almost only aliases (go-yaml v2 `decode.go`).
pub const ALIAS_RATIO_NODES_LOW: usize = 400_000;

/// Documents above this many nodes may consist of aliases to a tenth (go-yaml v2 `decode.go`).
pub const ALIAS_RATIO_NODES_HIGH: usize = 4_000_000;
