//! What is taken over, what is given up, and what is not touched.
#![expect(clippy::needless_pass_by_value, reason = "a case says its values where it needs them")]

use serde_json::{Value, json};

use super::*;
use crate::manifest::ObjectId;

const OURS: &str = "landfall:shop/production/0123abcd";

fn entry(manager: &str, operation: &str, fields: Value) -> Value {
    json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
}

fn object(data: Value, entries: Vec<Value>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": {"name": "a", "resourceVersion": "7", "managedFields": entries},
    })
}

fn kubectl() -> Value {
    let annotations = json!({".": {}, format!("f:{LAST_APPLIED}"): {}});
    let fields = json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}, "f:metadata": {"f:annotations": annotations}});
    entry("kubectl-client-side-apply", "Update", fields)
}

fn terms(adoption: Adoption) -> Terms {
    Terms { ours: OURS.to_owned(), adoption, git: fields(json!({"f:data": {"f:a": {}}})), left: FieldSet::default() }
}

fn fields(fields: Value) -> FieldSet {
    FieldSet::read(&fields)
}

fn adopted(live: &Value) -> Takeover {
    Takeover::of(live, terms(Adoption::Fields)).unwrap()
}

fn conflict(live: &Value, manager: &str, through: Option<&str>, field: &str) -> Conflict {
    Conflict::of(live, manager, through, field)
}

#[test]
fn what_kubectl_applied_and_git_has_no_longer_goes() {
    let takeover = adopted(&object(json!({"a": "1", "b": "2"}), vec![kubectl()]));
    assert_eq!(takeover.managers, ["kubectl-client-side-apply"]);
    let ours = entry(OURS, "Apply", json!({"f:data": {"f:a": {}}}));
    let forced = object(json!({"a": "3", "b": "2"}), vec![kubectl(), ours]);
    assert_eq!(takeover.predict(&forced)["data"], json!({"a": "3"}));
}

#[test]
fn what_somebody_else_owns_too_stays_and_is_told() {
    let editor = entry("kubectl-edit", "Update", json!({"f:data": {"f:b": {}}}));
    let live = object(json!({"a": "1", "b": "2"}), vec![kubectl(), editor.clone()]);
    let takeover = adopted(&live);
    assert!(takeover.covers(&conflict(&live, "kubectl-client-side-apply", None, ".data.a")));
    assert!(!takeover.covers(&conflict(&live, "kubectl-edit", None, ".data.b")));
    let forced = object(json!({"a": "1", "b": "2"}), vec![kubectl(), editor]);
    assert_eq!(takeover.predict(&forced)["data"], json!({"b": "2"}));
    assert_eq!(
        super::kept::kept(&live, &takeover),
        ["keeps what `kubectl-edit` wrote and Git does not have: `data.b`"]
    );
}

#[test]
fn a_manager_gives_way_only_for_the_object_itself() {
    let live = object(json!({}), vec![entry("kubectl", "Apply", json!({"f:data": {"f:a": {}}}))]);
    assert!(adopted(&live).covers(&conflict(&live, "kubectl", None, ".data.a")));
    assert!(!adopted(&live).covers(&conflict(&live, "kubectl", Some("scale"), ".spec.replicas")));
}

#[test]
fn an_item_of_a_list_goes_by_its_keys() {
    let item = |name: &str| format!("k:{{\"name\":\"{name}\"}}");
    let both = json!({"f:env": {".": {}, item("A"): {".": {}, "f:name": {}, "f:value": {}}, item("B"): {".": {}, "f:name": {}, "f:value": {}}}});
    let legacy = entry("helm", "Update", both);
    let env = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
    let mut live = object(json!({}), vec![legacy.clone()]);
    live["env"] = env.clone();
    let ours = json!({"f:env": {item("A"): {".": {}, "f:name": {}, "f:value": {}}}});
    let mut forced = object(json!({}), vec![legacy, entry(OURS, "Apply", ours)]);
    forced["env"] = env;
    let after = adopted(&live).predict(&forced);
    assert_eq!(after["env"], json!([{"name": "A", "value": "1"}]));
}

#[test]
fn an_object_that_we_applied_before_has_no_legacy() {
    let ours = entry(OURS, "Apply", json!({"f:data": {"f:a": {}}}));
    assert_eq!(Takeover::of(&object(json!({"a": "1"}), vec![kubectl(), ours]), terms(Adoption::Unasked)), None);
    let edited = object(json!({}), vec![entry("kubectl-edit", "Update", json!({}))]);
    assert_eq!(Takeover::of(&edited, terms(Adoption::Unasked)), None);
    assert_eq!(adopted(&edited).patch(&edited), Ok(None), "nothing changes hands");
}

#[test]
fn the_patch_keeps_others_and_carries_the_version() {
    let status = json!({"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"});
    let live = object(json!({"a": "1"}), vec![kubectl(), status.clone()]);
    let patch = adopted(&live).patch(&live).unwrap().unwrap();
    assert_eq!(patch[1]["value"], "7");
    let entries = patch[0]["value"].as_array().unwrap();
    assert_eq!(entries[0], status);
    assert_eq!((&entries[1]["manager"], &entries[1]["operation"]), (&json!(OURS), &json!("Apply")));
    assert_eq!(entries[1]["fieldsV1"]["f:data"]["f:b"], json!({}));
}

#[test]
fn a_take_over_that_changed_since_is_not_done() {
    let live = object(json!({"a": "1", "b": "2"}), vec![kubectl()]);
    let takeover = adopted(&live);
    let since = entry("helm", "Apply", json!({"f:data": {"f:c": {}}}));
    let managers = vec!["helm".to_owned(), "kubectl-client-side-apply".to_owned()];
    assert_eq!(takeover.patch(&object(json!({}), vec![kubectl(), since])), Err(managers));
}

#[test]
fn what_nobody_is_known_to_have_written_is_taken_only_whole() {
    let unknown = entry("before-first-apply", "Update", json!({"f:data": {".": {}, "f:a": {}, "f:x": {}}}));
    let live = object(json!({"a": "1", "x": "1"}), vec![unknown]);
    let forced = |_: &Takeover| {
        let rest = entry("before-first-apply", "Update", json!({"f:data": {".": {}, "f:a": {}, "f:x": {}}}));
        object(json!({"a": "2", "x": "1"}), vec![rest, entry(OURS, "Apply", json!({"f:data": {"f:a": {}}}))])
    };
    let fields_only = adopted(&live);
    assert_eq!(fields_only.predict(&forced(&fields_only))["data"], json!({"a": "2", "x": "1"}));
    let whole = Takeover::of(&live, terms(Adoption::Whole)).unwrap();
    assert_eq!(whole.predict(&forced(&whole))["data"], json!({"a": "2"}));
}

#[test]
fn marks_of_a_release_stay_unless_all_is_taken() {
    let annotations = json!({"f:meta.helm.sh/release-name": {}, "f:meta.helm.sh/release-namespace": {}});
    let helm = entry("helm4", "Apply", json!({"f:data": {"f:a": {}}, "f:metadata": {"f:annotations": annotations}}));
    let live = object(json!({"a": "1"}), vec![helm]);
    let owners =
        |adoption| Takeover::of(&live, terms(adoption)).unwrap().patch(&live).unwrap().unwrap()[0]["value"].clone();
    let kept = owners(Adoption::Fields);
    assert_eq!(kept[0]["fieldsV1"], json!({"f:metadata": {"f:annotations": annotations}}));
    assert_eq!(kept[1]["fieldsV1"], json!({"f:data": {"f:a": {}}}));
    assert_eq!(owners(Adoption::Whole).as_array().unwrap().len(), 1);
}

#[test]
fn what_is_left_to_others_is_given_up_without_a_change_of_its_value() {
    let scaled = json!({"f:spec": {"f:replicas": {}, "f:paused": {}}});
    let mut live = object(json!({}), vec![entry(OURS, "Apply", scaled)]);
    live["spec"] = json!({"replicas": 6, "paused": true});
    let left = fields(json!({"f:spec": {"f:replicas": {}}}));
    let terms = Terms { left: left.clone(), ..terms(Adoption::Unasked) };
    let wanted = json!({"spec": {"replicas": 3, "paused": true}});
    let takeover = Takeover::of(&live, terms).unwrap();
    assert_eq!(takeover.sent(&wanted), json!({"spec": {"paused": true}}));
    assert_eq!(tried(&wanted, &live, &left), json!({"spec": {"replicas": 6, "paused": true}}));
    let patch = takeover.patch(&live).unwrap().unwrap();
    assert_eq!(patch[0]["value"][0]["fieldsV1"], json!({"f:spec": {"f:paused": {}}}));
}

#[test]
fn a_rule_names_a_field_as_a_plan_does() {
    let set = fields(json!({"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {},
        "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {"f:name": {}}}}}},
        "f:metadata": {"f:annotations": {"f:example.com/a.b": {}}}}));
    let mut paths = set.paths();
    paths.sort_by_key(ToString::to_string);
    let shown: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let port = "spec.containers[web].ports[containerPort=80,protocol=TCP].name";
    assert_eq!(
        shown,
        ["metadata.annotations[example.com/a.b]", "spec.containers[web]", "spec.containers[web].image", port]
    );
    let cases = [
        (0, "metadata.annotations", true),
        (0, "metadata.annotations.example.com/a.b", true),
        (0, "metadata.annotations[example.com/a.b]", true),
        (0, "metadata.annotations.example.com/a", false),
        (2, "spec.containers[web].image", true),
        (2, ".spec.containers[name=\"web\"].image", true),
        (2, "spec.containers[*]", true),
        (2, "spec.containers[api].image", false),
        (2, "spec.containers[web].ima", false),
        (1, "spec.containers[web].image", false),
        (3, "spec.containers[web].ports[*].name", true),
        (3, ".spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"].name", true),
    ];
    for (at, rule, expected) in cases {
        assert_eq!(paths[at].is_at_or_below(rule), expected, "{rule} and {}", paths[at]);
    }
}

fn id() -> ObjectId {
    ObjectId {
        group: String::new(),
        kind: "ConfigMap".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "a".to_owned(),
    }
}

fn rule(path: &str, resolve: Resolve) -> Rule {
    Rule { kind: None, path: path.to_owned(), manager: None, resolve }
}

#[test]
fn a_new_rule_counts_when_the_one_before_the_push_says_the_same() {
    let live = object(json!({"a": "1"}), vec![entry("kubectl-edit", "Update", json!({"f:data": {"f:a": {}}}))]);
    let conflict = conflict(&live, "kubectl-edit", None, ".data.a");
    let own = [rule("data", Resolve::Ours)];
    let counts = |before: Option<&[Rule]>| conflict.is_ours(&id(), Rules { own: &own, before });
    assert!(counts(None) && counts(Some(&[rule("data.a", Resolve::Ours)])));
    assert!(!counts(Some(&[])) && !counts(Some(&[rule("data", Resolve::Theirs)])));
    let wanted = json!({"data": {"a": "2"}});
    let said = |before| refusal(&id(), std::slice::from_ref(&conflict), (&live, &wanted), Rules { own: &own, before });
    assert!(said(Some(&[])).1.starts_with("push again"), "{:?}", said(Some(&[])));
    let (why, help) =
        refusal(&id(), std::slice::from_ref(&conflict), (&live, &wanted), Rules { own: &[], before: None });
    assert_eq!(why, "`kubectl-edit` set `data.a` to `1`, Git says `2`");
    assert!(help.contains("{kind: ConfigMap, path: data.a, resolve: theirs}"), "{help}");
}

#[test]
fn a_secret_s_value_is_in_no_refusal() {
    let mut live =
        object(json!({"a": "b3BlbnNlc2FtZQ=="}), vec![entry("vault", "Apply", json!({"f:data": {"f:a": {}}}))]);
    live["kind"] = "Secret".into();
    let conflict = conflict(&live, "vault", None, ".data.a");
    let (why, _) =
        refusal(&id(), &[conflict], (&live, &json!({"data": {"a": "eA=="}})), Rules { own: &[], before: None });
    assert_eq!(why, "`vault` owns `data.a`, whose value is another one in Git");
}

#[test]
fn only_what_its_owner_s_name_is_adopted_from_another_inventory() {
    let maker = Maker::Inventory { id: "0123".to_owned(), name: Some("other/production".to_owned()) };
    assert!(Adoption::From("other/production".to_owned()).covers(Some(&maker)));
    assert!(!Adoption::From("shop/production".to_owned()).covers(Some(&maker)));
    assert!(!Adoption::Whole.covers(Some(&maker)) && !Adoption::Fields.covers(Some(&maker)));
}

#[test]
fn an_item_goes_whole_unless_another_owns_the_item_itself() {
    let set = |item: Value| FieldSet::read(&json!({"f:env": {"k:{\"name\":\"a\"}": item}}));
    let object = json!({"env": [{"name": "a", "value": "1"}]});
    let pruned = |taken: &FieldSet, kept: &FieldSet| {
        let mut object = object.clone();
        taken.pruned(kept).remove_from(&mut object);
        object
    };
    let whole = set(json!({".": {}, "f:name": {}}));
    assert_eq!(pruned(&whole, &set(json!({"f:value": {}}))), json!({}));
    assert_eq!(pruned(&whole, &set(json!({".": {}, "f:name": {}, "f:value": {}}))), object);
}
