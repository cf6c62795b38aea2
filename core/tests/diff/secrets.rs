//! A canary in every place that a Secret's value can be in: none of them becomes text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use landfall_core::diff::between;
use landfall_core::diff::redact::{Redactor, redact};
use landfall_core::manifest::ObjectId;
use serde_json::{Value, json};

use crate::shown;

const CANARY: &str = "canary-7f3a";
const CANARY_BASE64: &str = "Y2FuYXJ5LTdmM2E=";

fn id(kind: &str) -> ObjectId {
    ObjectId { group: String::new(), kind: kind.to_owned(), namespace: None, name: "web".to_owned() }
}

fn secret() -> Value {
    let last_applied = format!("{{\"data\":{{\"token\":\"{CANARY_BASE64}\"}}}}");
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": last_applied, "note": CANARY},
            "labels": {"copy": CANARY},
            CANARY: "x",
            "managedFields": [{"fieldsV1": CANARY}],
        },
        "data": {"token": CANARY_BASE64},
        "stringData": {"plain": CANARY},
        "unknown": {"deep": [CANARY]},
        "dataText": CANARY,
        "status": CANARY,
    })
}

fn silent(before: Option<&Value>, after: Option<&Value>, kind: &str) -> String {
    let text = shown(&between(&id(kind), before, after));
    for canary in [CANARY, CANARY_BASE64.trim_end_matches('=')] {
        assert!(!text.contains(canary), "{canary} in\n{text}");
    }
    text
}

#[test]
fn no_value_becomes_text() {
    let other = json!({"apiVersion": "v1", "kind": "Secret", "data": {"token": "b3RoZXI="}, "type": "Opaque"});
    let secret = secret();
    for (before, after) in
        [(None, Some(&secret)), (Some(&secret), None), (Some(&other), Some(&secret)), (Some(&secret), Some(&other))]
    {
        let text = silent(before, after, "Secret");
        assert!(text.contains("token"), "{text}");
    }
}

#[test]
fn an_object_that_says_it_is_a_secret_is_one() {
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"token": "other"}});
    silent(Some(&config), Some(&secret()), "ConfigMap");
    silent(Some(&secret()), Some(&config), "ConfigMap");
}

#[test]
fn string_data_is_the_same_as_its_base64() {
    let written = json!({"kind": "Secret", "stringData": {"token": CANARY}});
    let stored = json!({"kind": "Secret", "data": {"token": CANARY_BASE64}});
    assert_eq!(silent(Some(&stored), Some(&written), "Secret"), "");
}

#[test]
fn a_malformed_secret_is_masked_too() {
    for data in [json!(CANARY), json!([CANARY]), json!({"token": {"deep": CANARY}}), json!(null)] {
        let before = json!({"kind": "Secret", "data": {}});
        silent(Some(&before), Some(&json!({"kind": "Secret", "data": data})), "Secret");
    }
}

#[test]
fn a_servers_message_is_redacted() {
    let redactor = Redactor::of([&secret()]);
    let message = format!("Invalid value: \"{CANARY_BASE64}\": illegal, got {CANARY}");
    assert_eq!(redactor.text(&message), "Invalid value: \"***=\": illegal, got ***");
    assert!(!format!("{redactor:?}").contains(CANARY));
}

#[test]
fn a_short_value_is_masked_only_between_quotes() {
    assert_eq!(redact("Invalid value: \"on\": not on", &["on"]), "Invalid value: \"***\": not on");
}

#[test]
fn a_value_is_known_by_its_base64_on_several_lines() {
    let value = "user:pa55word-of-the-shop@db.internal.example:5432/shop?sslmode=verify-full";
    let encoded = STANDARD.encode(value);
    let (one, other) = encoded.split_at(70);
    let secret = json!({"kind": "Secret", "data": {"dsn": format!("{one}\n{other}\n")}});
    let redactor = Redactor::of([&secret]);
    for told in [value, &encoded, one, other] {
        let masked = redactor.text(&format!("say {told}!"));
        assert!(!masked.contains(told) && masked.starts_with("say "), "{masked}");
    }
}

#[test]
fn a_large_value_is_masked_whole_and_at_once() {
    for value in ["x".repeat(700_000), (0..100_000).map(|number| number.to_string()).collect::<String>()] {
        let redactor = Redactor::of([&json!({"kind": "Secret", "stringData": {"key": value}})]);
        assert_eq!(redactor.text(&format!("say {value}!")), "say ***!");
    }
}

#[test]
fn a_value_within_another_leaves_nothing_of_it() {
    assert_eq!(redact("pass-word-1", &["pass", "pass-word-1"]), "***");
}

#[test]
fn a_value_that_is_a_usual_word_is_masked_only_where_it_stands_alone() {
    let secret = json!({"kind": "Secret", "stringData": {"a": "prod", "b": "hunter22"}});
    let redactor = Redactor::of_words([&secret]);
    assert_eq!(redactor.text("produce of prod, non_prod: xhunter22x"), "produce of ***, non_prod: x***x");
}
