//! Two apps that want one object cannot remove each other's keys unseen.

use landfall_fakehost::Change;
use landfall_test_cluster::identity::Identity;
use landfall_test_cluster::shared;
use landfall_world::World;
use serde_json::json;

use super::{deployed, live, map, proposed};
use crate::{binary, rules, world};

#[tokio::test]
async fn two_apps_on_one_config_map_cannot_remove_each_other_s_keys_unseen() {
    let (world, namespace) = world(&[("deploy/a.yaml", &map("a", "shop: '1'"))]).await;
    deployed(&world).await;
    let cluster = shared().await;
    let rules = rules(&namespace).replace("app: shop", "app: billing");
    let mut other = World::with_files(binary(), &[("landfall.yaml", &rules)]).await.unwrap();
    other.set("LANDFALL_PLAN_KUBECONFIG", &cluster.kubeconfig(&Identity::Planner).display().to_string());
    other.set("LANDFALL_DEPLOY_KUBECONFIG", &cluster.kubeconfig(&Identity::Deployer).display().to_string());

    let proposal = proposed(&other, &[("deploy/a.yaml", &map("a", "billing: '1'"))]).await;
    let held = other.merge(proposal).await.unwrap();
    assert_eq!(held.code, 4, "{}", held.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], json!({"shop": "1"}));

    let taken =
        map("a", "billing: '1'").replace("{name: a}", "{name: a, annotations: {landfall.dev/adopt: shop/production}}");
    let files = [("deploy/a.yaml", Change::Write(taken.as_str()))];
    let proposal = other.propose("take", "take it over", &files).await.unwrap();
    let plan = other.plan(proposal).await.unwrap();
    assert!(plan.summary.contains("- shop: \"1\""), "the key that goes is seen before: {}", plan.summary);
    assert!(plan.summary.contains("Takes over what landfall:shop/production"), "{}", plan.summary);
    let merged = other.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], json!({"billing": "1"}));

    let back = world.deploy().await.unwrap();
    assert_eq!(back.code, 4, "{}", back.everything());
    assert_eq!(live(&namespace, "configmap/a").await["data"], json!({"billing": "1"}));
}
