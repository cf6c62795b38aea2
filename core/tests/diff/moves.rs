//! Which image versions move.

use landfall_core::diff::images;
use serde_json::{Value, json};

fn deployment(image: &str) -> Value {
    let pod = json!({"spec": {"containers": [{"name": "web", "image": image}]}});
    json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": pod}})
}

fn moved(before: &str, after: &str) -> (Option<String>, String) {
    let mut moves = images(&[deployment(before)], &[deployment(after)]);
    let one = moves.remove(0);
    assert_eq!(one.name, "web");
    (one.from, one.to)
}

#[test]
fn a_tag_moves() {
    let (from, to) = moved("registry.example:5000/shop/web:1", "registry.example:5000/shop/web:2");
    assert_eq!((from.as_deref(), to.as_str()), (Some("1"), "2"));
}

#[test]
fn a_digest_moves_under_its_tag() {
    let (from, to) = moved("web:1@sha256:aaaaaaaaaaaaaaaa", "web:1@sha256:bbbbbbbbbbbbbbbb");
    assert_eq!((from.as_deref(), to.as_str()), (Some("sha256:aaaaaaaaaaaa"), "sha256:bbbbbbbbbbbb"));
}

#[test]
fn another_repository_is_shown_whole() {
    let (from, to) = moved("a.example/web:1", "b.example/web:1");
    assert_eq!((from.as_deref(), to.as_str()), (Some("a.example/web:1"), "b.example/web:1"));
}

#[test]
fn what_stays_is_not_a_move() {
    assert!(images(&[deployment("web:1")], &[deployment("web:1")]).is_empty());
    assert_eq!(images(&[], &[deployment("web")])[0].to, "latest");
}
