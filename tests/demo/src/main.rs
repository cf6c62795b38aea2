//! Runs Landfall's main job on a real control plane and a local git host.
fn main() {}
