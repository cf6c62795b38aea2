//! What is long: a plan with more to say than a comment holds, an inventory with more to name than fits as text.

use landfall_core::id::TargetId;
use landfall_core::inventory::{Content, Entry, Inventory};
use landfall_core::manifest::ObjectId;
use landfall_fakehost::Change;
use landfall_world::REPOSITORY;
use serde_json::json;

use crate::pitfalls::{kubectl, live};
use crate::{config_map, world};

const OBJECTS: usize = 400;
/// Entries of 250 bytes.
const ENTRIES: usize = 2_500;
const PATH: &str = "deploy/all.yaml";

#[tokio::test]
async fn a_comment_with_no_room_for_400_changes_names_what_it_leaves_out() {
    let (world, _) = world(&[(PATH, &config_maps(1))]).await;
    let first = world.deploy().await.unwrap();
    assert_eq!(first.code, 0, "{}", first.stdout);
    let changed = config_maps(2);
    let proposal = world.propose("all", "change all", &[(PATH, Change::Write(&changed))]).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.stdout);
    assert!(!plan.stdout.contains("No comment") && !plan.stdout.contains("No check"), "{}", plan.stdout);

    let head = world.host.proposal(REPOSITORY, proposal).await.unwrap()["head"]["sha"].as_str().unwrap().to_owned();
    let check = world.host.check_runs(REPOSITORY, &head).await.unwrap()[0]["output"]["summary"].clone();
    let comments = world.comments(proposal).await.unwrap();
    for short in [comments[0].as_str(), check.as_str().unwrap()] {
        assert!(short.contains("changes 400 objects"), "{short}");
        assert!(short.contains("The whole plan is in the [run]("), "{short}");
        let (shown, left_out) = (shown(short), left_out(short));
        assert!(left_out > 0, "{short}");
        assert_eq!(shown + left_out, OBJECTS);
    }
    assert_eq!(shown(&plan.summary), OBJECTS, "the job summary shows every change");
    assert!(!plan.summary.contains("for length"), "the job summary leaves nothing out");
    for number in 1..=OBJECTS {
        assert!(plan.stdout.contains(&format!("~ change ConfigMap/settings-{number} ")), "{number}");
    }

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.stdout);
    let record = &world.comments(proposal).await.unwrap()[0];
    assert!(record.contains("Deployed") && record.contains("400 objects ready"), "{record}");
    assert_eq!(shown(record) + left_out(record), OBJECTS);
}

/// Objects with several changed lines each, of characters that take more than one byte.
fn config_maps(version: usize) -> String {
    let keys = |object| (1..=5).map(move |key| format!("  key-{key}: größe-{object}-{version}-äöü-ß\n"));
    let object = |number| {
        let data: String = keys(number).collect();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings-{number}}}\ndata:\n{data}")
    };
    (1..=OBJECTS).map(object).collect::<Vec<_>>().join("---\n")
}

/// Returns how many changes have at least a line.
fn shown(markdown: &str) -> usize {
    markdown.matches("change <b><code>ConfigMap/settings-").count()
}

/// Returns the number in "Left out for length: 123 changes".
fn left_out(markdown: &str) -> usize {
    let (_, after) = markdown.split_once("**Left out for length**: ").unwrap_or_default();
    after.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[tokio::test]
async fn an_inventory_too_long_for_a_text_is_kept_compressed() {
    let (world, namespace) = world(&[("deploy/a.yaml", &config_map("a", "1"))]).await;
    let target = TargetId {
        app: "shop".parse().unwrap(),
        environment: "production".parse().unwrap(),
        cluster: "test".parse().unwrap(),
        namespace: namespace.parse().unwrap(),
        state: None,
    };
    let mut inventory = Inventory::new(&target, None);
    inventory.entries = (0..ENTRIES).map(|number| (gone(&namespace, number), Entry::default())).collect();
    let content = inventory.content().unwrap();
    let stored = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": target.object_name(), "namespace": namespace},
        "data": content.data, "binaryData": content.binary_data,
    });
    assert_eq!(content.binary_data.len(), 1, "it is compressed");
    kubectl(&["create", "-f", "-"], &stored.to_string()).await;

    let job = world.deploy().await.unwrap();
    assert_eq!(job.code, 0, "{}", job.everything());
    assert!(job.stderr.contains("1 new, 0 changed, 0 deleted"), "{}", job.stderr);
    let kept = live(&namespace, &format!("configmap/{}", target.object_name())).await;
    assert_eq!(Inventory::read(&Content::of(&kept), &target, None).unwrap().entries.len(), 1);
    assert!(kept["binaryData"].is_null(), "a short one is text, for people to read: {kept}");
}

/// An object that somebody deleted by hand.
fn gone(namespace: &str, number: usize) -> ObjectId {
    let namespace = Some(namespace.to_owned());
    ObjectId { group: String::new(), kind: "ConfigMap".to_owned(), namespace, name: format!("gone-{number:0150}") }
}
