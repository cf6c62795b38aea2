//! A cloud gives what a control plane alone does not.

use std::time::{Duration, Instant};

use landfall_test_cluster::cloud::Cloud;
use landfall_test_cluster::control_plane::ControlPlane;

/// How long the cluster may take on a machine that is busy compiling.
const WAIT_SECONDS_MAX: u64 = 60;

const WISHES: &str = r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {type: LoadBalancer, loadBalancerClass: example.com/other, ports: [{port: 80}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

#[tokio::test]
async fn load_balancers_get_addresses_and_claims_get_volumes() {
    let cluster = ControlPlane::start().await;
    let applied = cluster.kubectl_with_input(&["apply", "-f", "-"], WISHES);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let address = |service: &str| get(&cluster, service, "{.status.loadBalancer.ingress[0].ip}");
    assert_eq!(address("service/web"), "", "nothing gives addresses before there is a cloud");

    let _cloud = Cloud::join(&cluster).await;

    let deadline = Instant::now() + Duration::from_secs(WAIT_SECONDS_MAX);
    while address("service/web").is_empty() || get(&cluster, "pvc/data", "{.status.phase}") != "Bound" {
        assert!(Instant::now() < deadline, "waited {WAIT_SECONDS_MAX} s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(address("service/web").starts_with("198.51.100."), "{}", address("service/web"));
    assert_eq!(address("service/other"), "", "another controller's class is left to it");
}

fn get(cluster: &ControlPlane, object: &str, path: &str) -> String {
    let output = cluster.kubectl(&["get", object, "-o", &format!("jsonpath={path}")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("kubectl prints UTF-8")
}
