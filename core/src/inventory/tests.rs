//! Cases of the inventory: what it keeps, and what it refuses.

use super::*;

const OLD: &str = "0000000000000000000000000000000000000000";
const NEW: &str = "1111111111111111111111111111111111111111";

fn sha(text: &str) -> CommitSha {
    text.parse().unwrap()
}

fn attempt(text: &str) -> Attempt {
    Attempt { commit: sha(text), tag: Some("v1.0.0".to_owned()), run: Some(7) }
}

fn target(app: &str, environment: &str) -> TargetId {
    TargetId {
        app: app.parse().unwrap(),
        environment: environment.parse().unwrap(),
        cluster: "eu".parse().unwrap(),
        namespace: "shop".parse().unwrap(),
        state: None,
    }
}

fn deployment(name: &str) -> ObjectId {
    let namespace = Some("shop".to_owned());
    ObjectId { group: "apps".to_owned(), kind: "Deployment".to_owned(), namespace, name: name.to_owned() }
}

fn entry(uid: &str) -> Entry {
    Entry {
        uid: Some(uid.to_owned()),
        version: "v1".to_owned(),
        origin: Some("web.yaml".to_owned()),
        sent: Some("abc".to_owned()),
        ..Entry::default()
    }
}

fn deployed_web() -> Inventory {
    let empty = Inventory::new(&target("shop", "production"), Some("42".to_owned()));
    empty.exact([(deployment("web"), entry("u1"))], sha(OLD))
}

fn data(json: &str) -> Content {
    Content { data: BTreeMap::from([("inventory.json".to_owned(), json.to_owned())]), ..Content::default() }
}

#[test]
fn an_inventory_reads_back_what_it_writes() {
    let inventory = deployed_web();
    let read = Inventory::read(&inventory.content().unwrap(), &target("shop", "production"), Some("42")).unwrap();
    assert_eq!(read, inventory);
}

#[test]
fn the_written_form_is_this_one() {
    let mut inventory = deployed_web();
    inventory.id = "00112233aabbccdd".to_owned();
    let expected = format!(
        r#"{{"version":1,"app":"shop","environment":"production","id":"00112233aabbccdd","repository":"42","attempted":"{OLD}","deployed":"{OLD}","entries":[{{"group":"apps","kind":"Deployment","namespace":"shop","name":"web","version":"v1","uid":"u1","origin":"web.yaml","sent":"abc"}}]}}"#
    );
    assert_eq!(inventory.content().unwrap(), data(&expected));
}

#[test]
fn what_a_newer_version_added_survives() {
    let json = r#"{"version":1,"app":"shop","environment":"production","id":"aa","hold":{"by":"ana"},
        "entries":[{"kind":"Service","name":"web","version":"v1","weight":3}]}"#;
    let inventory = Inventory::read(&data(json), &target("shop", "production"), None).unwrap();
    let written = &inventory.superset([], attempt(NEW), None).content().unwrap().data["inventory.json"];
    assert!(written.contains(r#""hold":{"by":"ana"}"#), "{written}");
    assert!(written.contains(r#""weight":3"#), "{written}");
}

#[test]
fn the_superset_forgets_nothing() {
    let wanted = [(deployment("web"), "v2".to_owned()), (deployment("api"), "v1".to_owned())];
    let superset = deployed_web().superset(wanted, attempt(NEW), None);
    assert_eq!(superset.attempted, Some(attempt(NEW)));
    assert_eq!(superset.deployed, Some(sha(OLD)));
    assert_eq!(superset.entries[&deployment("web")], Entry { version: "v2".to_owned(), ..entry("u1") });
    assert_eq!(superset.entries[&deployment("api")], Entry { version: "v1".to_owned(), ..Entry::default() });
}

#[test]
fn the_exact_set_replaces_the_superset() {
    let superset = deployed_web().superset([(deployment("api"), "v1".to_owned())], attempt(NEW), None);
    let exact = superset.exact([(deployment("api"), entry("u2"))], sha(NEW));
    assert_eq!(exact.deployed, Some(sha(NEW)));
    assert_eq!(exact.entries, BTreeMap::from([(deployment("api"), entry("u2"))]));
}

#[test]
fn a_lost_inventory_gets_its_id_again_and_another_one_never_does() {
    let id = |target: &TargetId| Inventory::new(target, None).id;
    let ours = target("shop", "production");
    assert_eq!(id(&ours), id(&ours));
    assert_eq!(id(&ours).len(), 16);
    let elsewhere = TargetId { namespace: "shop-2".parse().unwrap(), ..ours.clone() };
    for other in [id(&target("shop", "staging")), id(&elsewhere)] {
        assert_ne!(other, id(&ours));
    }
}

#[test]
fn the_field_manager_names_the_inventory_and_fits() {
    let mut inventory = deployed_web();
    inventory.id = "00112233aabbccdd".to_owned();
    assert_eq!(inventory.field_manager(), "landfall:shop/production/00112233");
    let long = Inventory::new(&target(&"a".repeat(63), &"e".repeat(63)), None);
    assert!(long.field_manager().len() <= 128, "{}", long.field_manager());
    assert!(long.field_manager().ends_with(&long.id[..8]));
}

#[test]
fn a_foreign_inventory_is_refused() {
    let written = deployed_web().content().unwrap();
    let refusal = |target: &TargetId, repository| {
        Inventory::read(&written, target, repository).map(|_| ()).map_err(|error| error.to_string())
    };
    let ours = target("shop", "production");
    assert_eq!(refusal(&ours, Some("42")), Ok(()));
    assert_eq!(refusal(&ours, None), Ok(()));
    let other_repository = "the inventory in the ConfigMap `landfall-shop-production` belongs to another repository, which its host knows as `42`";
    assert_eq!(refusal(&ours, Some("43")), Err(other_repository.to_owned()));
    let other_environment = "the inventory in the ConfigMap `landfall-shop-staging` belongs to the environment `production` of the app `shop`";
    assert_eq!(refusal(&target("shop", "staging"), Some("42")), Err(other_environment.to_owned()));
}

#[test]
fn a_repository_that_was_not_known_is_recorded_later() {
    let unknown = Inventory::new(&target("shop", "production"), None);
    let read = Inventory::read(&unknown.content().unwrap(), &target("shop", "production"), Some("42")).unwrap();
    assert_eq!(read.repository.as_deref(), Some("42"));
    assert_eq!(read.id, unknown.id);
}

#[test]
fn what_is_not_an_inventory_is_an_error_that_says_so() {
    let message =
        |content: &Content| Inventory::read(content, &target("shop", "production"), None).unwrap_err().to_string();
    assert_eq!(message(&Content::default()), "the ConfigMap `landfall-shop-production` has no key `inventory.json`");
    assert!(message(&data("{")).contains("cannot be read: EOF"));
    assert!(message(&data("{}")).contains("cannot be read: missing field `version`"));
    assert!(message(&data(r#"{"version":3}"#)).contains("has format 3, this Landfall reads up to 2"));
}

/// Objects with UIDs, which no compression makes short.
fn many(objects: u64) -> Inventory {
    let entries = (0..objects).map(|n| {
        let digest = Sha256::digest(n.to_be_bytes());
        let uid = digest.iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let uid = [&uid[..8], &uid[8..12], &uid[12..16], &uid[16..20], &uid[20..]].join("-");
        (deployment(&format!("web-{n}")), Entry { sent: None, ..entry(&uid) })
    });
    deployed_web().exact(entries, sha(OLD))
}

#[test]
fn the_largest_set_fits_into_a_config_map() {
    let inventory = many(20_000);
    let content = inventory.content().unwrap();
    assert_eq!(content.data["inventory.json"], r#"{"app":"shop","environment":"production","version":2}"#);
    let bytes = content.binary_data["inventory.json.gz"].len() / 4 * 3;
    assert!(bytes < 1_000_000, "{bytes}");
    assert_eq!(Inventory::read(&content, &target("shop", "production"), Some("42")).unwrap(), inventory);
}

#[test]
fn an_inventory_that_no_config_map_holds_is_refused() {
    let error = many(60_000).content().unwrap_err();
    assert!(matches!(error, Error::TooLarge { objects: 60_000, .. }), "{error}");
}

#[test]
fn a_packed_inventory_that_is_damaged_is_refused() {
    let mut content = many(20_000).content().unwrap();
    content.binary_data.values_mut().for_each(|bytes| bytes.truncate(1_000));
    let error = Inventory::read(&content, &target("shop", "production"), None).unwrap_err();
    assert!(error.to_string().contains("cannot be unpacked"), "{error}");
    content.binary_data.clear();
    let error = Inventory::read(&content, &target("shop", "production"), None).unwrap_err();
    assert!(error.to_string().contains("cannot be read: missing field `id`"), "{error}");
}

#[test]
fn a_way_back_keeps_the_newest_attempt_and_holds_it_until_the_next_one() {
    let failed = deployed_web().superset([(deployment("new"), "v1".to_owned())], attempt(NEW), None);
    let going = failed.going_back([(deployment("web"), "v1".to_owned())], "it crashes").unwrap();
    assert_eq!(going.entries.len(), 2, "what the failed deploy made is still there");
    assert_eq!(going.hold_on(&sha(NEW)).unwrap().stage, Stage::Begun);
    let read = Inventory::read(&going.content().unwrap(), &target("shop", "production"), Some("42")).unwrap();
    assert_eq!(read, going);
    let gone = read.gone_back([(deployment("web"), entry("u1"))]);
    assert_eq!((gone.attempted.clone(), gone.deployed.clone()), (Some(attempt(NEW)), Some(sha(OLD))));
    assert_eq!(gone.attempts, [sha(NEW)]);
    assert_eq!(gone.hold, Some(Hold { commit: sha(NEW), reason: "it crashes".to_owned(), stage: Stage::Done }));
    assert_eq!(gone.hold_on(&sha(OLD)), None);
    assert_eq!(gone.superset([], attempt(NEW), Some("again")).hold, None);
}

#[test]
fn there_is_no_way_back_from_nothing() {
    assert_eq!(Inventory::new(&target("shop", "production"), None).going_back([], "why"), None);
}

#[test]
fn a_hold_that_something_else_set_is_not_taken_for_a_rollbacks() {
    let text = format!(
        r#"{{"version":1,"app":"shop","environment":"production","id":"0","attempted":"{NEW}","hold":{{"by":"ana","commit":"{NEW}"}}}}"#
    );
    let read = Inventory::read(&data(&text), &target("shop", "production"), None).unwrap();
    assert_eq!(read.hold_on(&sha(NEW)), None);
    let going = read.going_back([], "it crashes").unwrap().content().unwrap();
    let again = Inventory::read(&going, &target("shop", "production"), None).unwrap();
    assert_eq!(again.hold_on(&sha(NEW)).unwrap().reason, "it crashes", "one key is never written twice: {going:?}");
}
