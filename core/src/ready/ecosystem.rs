//! What the kinds of well-known projects say of themselves: one table. Interprets nothing; `custom` reads it.
//!
//! A row stands here when its rule is known from the project's own API documentation or code, which the row names.

use super::sign::Sign::{self, Any, Because, Copied, Each, False, Has, Is, Lacks, Seen, Severe, True};
use crate::manifest::ObjectId;

/// How the kinds of one project say how far they are.
#[derive(Debug)]
pub(super) struct Row {
    /// The API group; `*.example.com` is every group below that name.
    group: &'static str,
    /// The kinds; none means all that no earlier row names.
    kinds: &'static [&'static str],
    /// Nothing is waited for, on somebody's word; with the word that says so.
    pub(super) held: &'static [(Sign, &'static str)],
    /// It will not run, when one of them holds.
    pub(super) failed: &'static [Sign],
    /// It runs, when all of them hold. None: no controller reports on it, so stored is all that there is.
    pub(super) ready: &'static [Sign],
    /// Whether a controller that says nothing is normal.
    pub(super) silence: Silence,
}

/// What it means that a controller says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// It has not come to it yet, or does not run: waited for.
    NotYet,
    /// Some implementations never report: waited for a moment only.
    Normal,
}

/// Returns the row of a kind.
pub(super) fn row(id: &ObjectId) -> Option<&'static Row> {
    let covers =
        |row: &&Row| is_group(row.group, &id.group) && (row.kinds.is_empty() || row.kinds.contains(&&*id.kind));
    ROWS.iter().find(covers)
}

fn is_group(pattern: &str, group: &str) -> bool {
    pattern.strip_prefix('*').map_or(pattern == group, |suffix| group.ends_with(suffix))
}

const READY: &[Sign] = &[True(&["Ready"])];

/// Kinds whose condition `Ready` says it all.
const fn by_ready(group: &'static str, kinds: &'static [&'static str]) -> Row {
    Row { group, kinds, held: &[], failed: &[], ready: READY, silence: Silence::NotYet }
}

/// Kinds that no controller reports on: they configure something else.
const fn stored(group: &'static str, kinds: &'static [&'static str]) -> Row {
    Row { group, kinds, held: &[], failed: &[], ready: &[], silence: Silence::Normal }
}

impl Row {
    const fn held(self, held: &'static [(Sign, &'static str)]) -> Self {
        Self { held, ..self }
    }

    const fn failed(self, failed: &'static [Sign]) -> Self {
        Self { failed, ..self }
    }

    const fn ready(self, ready: &'static [Sign]) -> Self {
        Self { ready, ..self }
    }

    const fn often_silent(self) -> Self {
        Self { silence: Silence::Normal, ..self }
    }
}

const PHASE: &str = "/status/phase";

const SUSPENDED: &[(Sign, &str)] = &[(Is("/spec/suspend", &["true"]), "suspended")];

const CROSSPLANE_PAUSED: &[(Sign, &str)] = &[(Is("/metadata/annotations/crossplane.io~1paused", &["true"]), "paused")];

const ECK_UNMANAGED: &[(Sign, &str)] =
    &[(Is("/metadata/annotations/eck.k8s.elastic.co~1managed", &["false"]), "not managed by its operator")];

const CLUSTER_PAUSED: &[(Sign, &str)] =
    &[(Is("/spec/paused", &["true"]), "paused"), (Has("/metadata/annotations/cluster.x-k8s.io~1paused"), "paused")];

const PERCONA_PAUSED: &[(Sign, &str)] =
    &[(Is("/spec/pause", &["true"]), "paused"), (Is("/status/state", &["paused"]), "paused")];

const PERCONA_ERROR: &[Sign] = &[Is("/status/state", &["error"])];

const PERCONA_READY: &[Sign] = &[Is("/status/state", &["ready"])];

/// Every known kind; the first row that covers a kind counts.
static ROWS: &[Row] = &[
    // cert-manager: cert-manager.io/docs/reference/api-docs, `CertificateCondition`; reasons in
    // pkg/apis/certmanager/v1/types_certificate.go and pkg/controller/certificates/issuing. A failed issuance is tried
    // again after an hour at the earliest.
    by_ready("cert-manager.io", &["Certificate"])
        .failed(&[Because("Issuing", &["Failed", "Denied", "InvalidRequest"])]),
    by_ready("cert-manager.io", &["CertificateRequest"]).failed(&[Because("Ready", &["Failed", "Denied"])]),
    by_ready("cert-manager.io", &[]),
    // trust-manager: cert-manager.io/docs/trust/trust-manager/api-reference, `BundleStatus`.
    by_ready("trust.cert-manager.io", &["Bundle"]).ready(&[True(&["Synced"])]),
    // Flux: fluxcd.io/flux/components, "Conditions" of each kind. `Stalled` and `Reconciling` count for every kind.
    // Alerts and providers have no status since v1beta3.
    stored("notification.toolkit.fluxcd.io", &["Alert", "Provider"]),
    by_ready("*.toolkit.fluxcd.io", &[]).held(SUSPENDED),
    by_ready("fluxcd.controlplane.io", &[]),
    // Argo CD: argo-cd.readthedocs.io, "Resource health"; pkg/apis/application/v1alpha1/types.go. What was compared is
    // copied into the status, which is the only trace of the generation.
    stored("argoproj.io", &["AppProject", "WorkflowTemplate", "ClusterWorkflowTemplate", "AnalysisTemplate"]),
    stored("argoproj.io", &["ClusterAnalysisTemplate", "WorkflowEventBinding"]),
    by_ready("argoproj.io", &["Application"])
        .held(&[
            (Lacks("/spec/syncPolicy/automated"), "synced by hand: it has no `syncPolicy.automated`"),
            (Is("/spec/syncPolicy/automated/enabled", &["false"]), "synced by hand"),
            (Is("/status/health/status", &["Suspended"]), "suspended"),
        ])
        .failed(&[Is("/status/operationState/phase", &["Failed", "Error"])])
        .ready(&[
            Copied("/status/sync/comparedTo/source", "/spec/source"),
            Copied("/status/sync/comparedTo/sources", "/spec/sources"),
            Is("/status/sync/status", &["Synced"]),
            Is("/status/health/status", &["Healthy"]),
        ]),
    // Argo CD: docs/operator-manual/applicationset, "ApplicationSet status"; applicationset_types.go.
    by_ready("argoproj.io", &["ApplicationSet"])
        .failed(&[True(&["ErrorOccurred"])])
        .ready(&[True(&["ResourcesUpToDate"])]),
    // Argo Rollouts: argoproj.github.io/argo-rollouts/features/kustomize and pkg/apis/rollouts/v1alpha1/types.go,
    // `RolloutPhase`. A canary that pauses waits for a person or a clock.
    by_ready("argoproj.io", &["Rollout"])
        .held(&[(Is("/spec/paused", &["true"]), "paused"), (Is(PHASE, &["Paused"]), "paused: promote it to go on")])
        .failed(&[Is(PHASE, &["Degraded"])])
        .ready(&[Is(PHASE, &["Healthy"])]),
    // Argo Workflows: argo-workflows.readthedocs.io/en/latest/fields, `WorkflowStatus`.
    by_ready("argoproj.io", &["Workflow"])
        .held(SUSPENDED)
        .failed(&[Is(PHASE, &["Failed", "Error"])])
        .ready(&[Is(PHASE, &["Succeeded"])]),
    stored("argoproj.io", &["CronWorkflow"]).held(SUSPENDED),
    // Argo Rollouts: "Analysis & progressive delivery", `AnalysisPhase`.
    by_ready("argoproj.io", &["AnalysisRun", "Experiment"])
        .failed(&[Is(PHASE, &["Failed", "Error", "Inconclusive"])])
        .ready(&[Is(PHASE, &["Successful"])]),
    // Argo Events: argoproj.github.io/argo-events/APIs, condition types of each status.
    by_ready("argoproj.io", &["EventBus"]).ready(&[True(&["Configured"]), True(&["Deployed"])]),
    by_ready("argoproj.io", &["EventSource", "Sensor"]).ready(&[True(&["Deployed"])]),
    // Knative: knative/specs, "Conditions": `Ready` is the summary, `False` a failure that does not pass by itself.
    by_ready("serving.knative.dev", &[]).failed(&[False("Ready")]),
    by_ready("*.knative.dev", &[]),
    // Gateway API: gateway-api.sigs.k8s.io, GEP-1364 "Status and conditions". Several controllers never report.
    by_ready("gateway.networking.k8s.io", &["GatewayClass"]).ready(&[True(&["Accepted"])]).often_silent(),
    by_ready("gateway.networking.k8s.io", &["Gateway"])
        .failed(&[False("Accepted")])
        .ready(&[True(&["Accepted"]), True(&["Programmed"])])
        .often_silent(),
    by_ready("gateway.networking.k8s.io", &["BackendTLSPolicy"])
        .failed(&[Any("/status/ancestors", "Accepted")])
        .ready(&[Each("/status/ancestors", "Accepted")])
        .often_silent(),
    stored("gateway.networking.k8s.io", &["ReferenceGrant"]),
    by_ready("gateway.networking.k8s.io", &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"])
        .failed(&[Any("/status/parents", "Accepted")])
        .ready(&[Each("/status/parents", "Accepted"), Each("/status/parents", "ResolvedRefs")])
        .often_silent(),
    stored("gateway.networking.k8s.io", &[]),
    // Crossplane: docs.crossplane.io, "Managed resources: conditions" and "Packages". Providers of both organisations
    // follow it. Provider configurations have no conditions.
    by_ready("apiextensions.crossplane.io", &["CompositeResourceDefinition"]).ready(&[True(&["Established"])]),
    stored("apiextensions.crossplane.io", &[]),
    by_ready("pkg.crossplane.io", &["Provider", "Configuration", "Function"])
        .ready(&[True(&["Installed"]), True(&["Healthy"])]),
    stored("pkg.crossplane.io", &[]),
    stored("*.crossplane.io", &["ProviderConfig", "ClusterProviderConfig", "StoreConfig"]),
    stored("*.upbound.io", &["ProviderConfig", "ClusterProviderConfig", "StoreConfig"]),
    by_ready("*.crossplane.io", &[]).held(CROSSPLANE_PAUSED).ready(&[True(&["Synced"]), True(&["Ready"])]),
    by_ready("*.upbound.io", &[]).held(CROSSPLANE_PAUSED).ready(&[True(&["Synced"]), True(&["Ready"])]),
    // Strimzi: strimzi.io/docs/operators/latest/configuring, "Status"; node pools have no condition `Ready`.
    stored("kafka.strimzi.io", &["KafkaNodePool"]),
    by_ready("kafka.strimzi.io", &[]).held(&[
        (True(&["ReconciliationPaused"]), "paused"),
        (Is("/metadata/annotations/strimzi.io~1pause-reconciliation", &["true"]), "paused"),
    ]),
    // CloudNativePG: cloudnative-pg.io/documentation/current/cloudnative-pg.v1, `ClusterStatus`; api/v1/cluster_types.go
    // for the phases.
    by_ready("postgresql.cnpg.io", &["Cluster"])
        .held(&[
            (Is("/metadata/annotations/cnpg.io~1hibernation", &["on"]), "hibernated"),
            (Is("/metadata/annotations/cnpg.io~1reconciliationLoop", &["disabled"]), "paused"),
        ])
        .failed(&[Is(
            PHASE,
            &[
                "Cluster is unrecoverable and needs manual intervention",
                "Unable to create required cluster objects",
                "Cluster cannot proceed to reconciliation due to an unknown plugin being required",
                "Cluster has incomplete or invalid image catalog",
            ],
        )])
        .ready(&[Is(PHASE, &["Cluster in healthy state"]), True(&["Ready"])]),
    by_ready("postgresql.cnpg.io", &["Backup"]).failed(&[Is(PHASE, &["failed"])]).ready(&[Is(PHASE, &["completed"])]),
    by_ready("postgresql.cnpg.io", &["Database", "Publication", "Subscription"])
        .ready(&[Is("/status/applied", &["true"])]),
    stored("postgresql.cnpg.io", &["ScheduledBackup"]).held(SUSPENDED),
    by_ready("postgresql.cnpg.io", &["Pooler"]).ready(&[Copied("/status/instances", "/spec/instances")]),
    stored("postgresql.cnpg.io", &["ImageCatalog", "ClusterImageCatalog"]),
    // ECK: elastic.co/docs/reference/cloud-on-k8s/api-docs, `ElasticsearchStatus`, `DeploymentStatus`. One node alone is
    // yellow for ever.
    by_ready("elasticsearch.k8s.elastic.co", &["Elasticsearch"])
        .held(ECK_UNMANAGED)
        .failed(&[Is(PHASE, &["Invalid"])])
        .ready(&[Is(PHASE, &["Ready"]), Is("/status/health", &["green", "yellow"])]),
    by_ready("stackconfigpolicy.k8s.elastic.co", &[])
        .failed(&[Is(PHASE, &["Invalid", "Error"])])
        .ready(&[Is(PHASE, &["Ready"])]),
    by_ready("*.k8s.elastic.co", &[]).held(ECK_UNMANAGED).ready(&[Is("/status/health", &["green"])]),
    // Istio: istio.io/latest/docs/reference/config, "Configuration status field": reported only where it is switched on.
    by_ready("install.istio.io", &["IstioOperator"])
        .failed(&[Is("/status/status", &["ERROR"])])
        .ready(&[Is("/status/status", &["HEALTHY"])])
        .often_silent(),
    stored("*.istio.io", &[]),
    // Istio's operator: istio-ecosystem/sail-operator, docs/api-reference.
    by_ready("sailoperator.io", &[]),
    // Prometheus operator: prometheus-operator.dev/docs/api-reference, `PrometheusStatus`; the others are read by it.
    by_ready("monitoring.coreos.com", &["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"])
        .held(&[(Is("/spec/paused", &["true"]), "paused"), (Is("/spec/replicas", &["0"]), "scaled to 0")])
        .ready(&[True(&["Reconciled"]), True(&["Available"])]),
    stored("monitoring.coreos.com", &[]),
    // Cluster API: cluster-api.sigs.k8s.io, "Conditions": `Available` since v1beta2, `Ready` with a severity before.
    by_ready("addons.cluster.x-k8s.io", &[]).held(CLUSTER_PAUSED).ready(&[True(&["ResourcesApplied"])]),
    by_ready("*cluster.x-k8s.io", &["Cluster", "MachineDeployment", "MachinePool", "KubeadmControlPlane"])
        .held(CLUSTER_PAUSED)
        .failed(&[Is(PHASE, &["Failed"]), Severe("Ready")])
        .ready(&[True(&["Available", "Ready"])]),
    by_ready("*cluster.x-k8s.io", &["Machine"]).held(CLUSTER_PAUSED).failed(&[Is(PHASE, &["Failed"]), Severe("Ready")]),
    // KEDA: keda.sh/docs/latest/reference/scaledobject-spec and "Pause autoscaling".
    by_ready("keda.sh", &["ScaledObject", "ScaledJob"]).held(&[(True(&["Paused"]), "its scaling is paused")]),
    stored("keda.sh", &[]),
    by_ready("http.keda.sh", &["HTTPScaledObject"]),
    // External Secrets: external-secrets.io/latest/api/spec; `syncedResourceVersion` begins with the generation
    // (pkg/controllers/util, `GetResourceVersion`).
    by_ready("external-secrets.io", &["ExternalSecret", "PushSecret"])
        .ready(&[True(&["Ready"]), Seen("/status/syncedResourceVersion")]),
    by_ready("external-secrets.io", &[]),
    stored("generators.external-secrets.io", &[]),
    // Sealed Secrets: bitnami-labs/sealed-secrets, pkg/apis/sealedsecrets/v1alpha1/types.go. It cannot be decrypted.
    by_ready("bitnami.com", &["SealedSecret"]).failed(&[False("Synced")]).ready(&[True(&["Synced"])]),
    // RabbitMQ: rabbitmq.com/kubernetes/operator/using-operator, "Status conditions"; the topology operator's own.
    by_ready("rabbitmq.com", &["RabbitmqCluster"]).ready(&[
        True(&["ReconcileSuccess"]),
        True(&["ClusterAvailable"]),
        True(&["AllReplicasReady"]),
    ]),
    by_ready("rabbitmq.com", &[]),
    // Zalando's operator: zalando/postgres-operator, pkg/apis/acid.zalan.do/v1/const.go.
    by_ready("acid.zalan.do", &["postgresql"])
        .failed(&[Is("/status/PostgresClusterStatus", &["CreateFailed", "UpdateFailed", "SyncFailed", "Invalid"])])
        .ready(&[Is("/status/PostgresClusterStatus", &["Running"])]),
    // Percona: docs.percona.com, "Custom resource status"; `AppState` in pkg/apis of each operator.
    by_ready("pxc.percona.com", &["PerconaXtraDBCluster"])
        .held(PERCONA_PAUSED)
        .failed(PERCONA_ERROR)
        .ready(PERCONA_READY),
    by_ready("ps.percona.com", &["PerconaServerMySQL"]).held(PERCONA_PAUSED).failed(PERCONA_ERROR).ready(PERCONA_READY),
    by_ready("psmdb.percona.com", &["PerconaServerMongoDB"])
        .held(PERCONA_PAUSED)
        .failed(PERCONA_ERROR)
        .ready(PERCONA_READY),
    by_ready("pgv2.percona.com", &["PerconaPGCluster"]).held(PERCONA_PAUSED).ready(PERCONA_READY),
    // MongoDB: mongodb/mongodb-kubernetes, api/v1/mdbc, `Phase`.
    by_ready("mongodbcommunity.mongodb.com", &[]).failed(&[Is(PHASE, &["Failed"])]).ready(&[Is(PHASE, &["Running"])]),
    // MariaDB operator: mariadb-operator/mariadb-operator, api/v1alpha1, `ConditionType`.
    by_ready("k8s.mariadb.com", &["Backup", "PhysicalBackup", "Restore", "SqlJob"]).ready(&[True(&["Complete"])]),
    by_ready("k8s.mariadb.com", &[]).held(&[(Is("/spec/suspend", &["true"]), "suspended")]),
    // MinIO: minio/operator, pkg/controller/status.go.
    by_ready("minio.min.io", &["Tenant"]).ready(&[Is("/status/currentState", &["Initialized"])]),
    // Rook: rook.io/docs, "Ceph cluster CRD: status"; a warning of Ceph is no fault of what was applied.
    by_ready("ceph.rook.io", &["CephCluster"]).failed(&[Is("/status/state", &["Error"])]).ready(&[
        Is("/status/state", &["Created", "Connected"]),
        Is("/status/ceph/health", &["HEALTH_OK", "HEALTH_WARN"]),
    ]),
    by_ready("ceph.rook.io", &[]).failed(&[Is(PHASE, &["Failure"])]).ready(&[Is(PHASE, &["Ready", "Connected"])]),
    // Volume snapshots: kubernetes-csi/external-snapshotter, client/apis/volumesnapshot/v1/types.go.
    by_ready("snapshot.storage.k8s.io", &["VolumeSnapshot"]).ready(&[Is("/status/readyToUse", &["true"])]),
    stored("snapshot.storage.k8s.io", &[]),
    // KubeVirt: kubevirt.io/api-reference, `VirtualMachineStatus`.
    by_ready("kubevirt.io", &["VirtualMachine"])
        .held(&[(Is("/spec/runStrategy", &["Halted"]), "halted"), (Is("/spec/running", &["false"]), "halted")]),
    by_ready("cdi.kubevirt.io", &["DataVolume"])
        .held(&[(Is(PHASE, &["WaitForFirstConsumer", "PendingPopulation"]), "filled with its first pod")])
        .failed(&[Is(PHASE, &["Failed"])])
        .ready(&[Is(PHASE, &["Succeeded"])]),
    // Kyverno: kyverno.io/docs, "Policy status".
    by_ready("kyverno.io", &["ClusterPolicy", "Policy"]),
    stored("kyverno.io", &[]),
    // Gatekeeper: open-policy-agent.github.io/gatekeeper, "Constraint templates: status".
    by_ready("templates.gatekeeper.sh", &["ConstraintTemplate"]).ready(&[Is("/status/created", &["true"])]),
    // Karpenter: karpenter.sh/docs/concepts/nodepools, "status.conditions".
    by_ready("karpenter.sh", &[]),
    by_ready("karpenter.k8s.aws", &[]),
    // Config Connector: cloud.google.com/config-connector/docs, "Resource conditions".
    by_ready("*.cnrm.cloud.google.com", &[])
        .failed(&[Because("Ready", &["UpdateFailed", "DeleteFailed", "ManagementConflict", "DependencyInvalid"])]),
    // ACK: aws-controllers-k8s.github.io/community/docs, "Conditions".
    by_ready("*.services.k8s.aws", &[]).failed(&[True(&["ACK.Terminal"])]).ready(&[True(&["ACK.ResourceSynced"])]),
    // Azure Service Operator: azure.github.io/azure-service-operator, "Conditions": an error is permanent, a warning not.
    by_ready("*.azure.com", &[]).failed(&[Severe("Ready")]),
    // VictoriaMetrics: VictoriaMetrics/operator, api/operator/v1beta1/vmextra_types.go, `UpdateStatus`.
    by_ready("operator.victoriametrics.com", &[])
        .held(&[(Is("/status/updateStatus", &["paused"]), "paused"), (Is("/spec/paused", &["true"]), "paused")])
        .failed(&[Is("/status/updateStatus", &["failed"])])
        .ready(&[Is("/status/updateStatus", &["operational"])]),
    // Grafana: grafana.github.io/grafana-operator/docs/api.
    by_ready("grafana.integreatly.org", &["Grafana"])
        .failed(&[Is("/status/stageStatus", &["failed"])])
        .ready(&[Is("/status/stage", &["complete"]), Is("/status/stageStatus", &["success"])]),
    by_ready("grafana.integreatly.org", &["GrafanaDashboard"])
        .ready(&[True(&["DashboardSynchronized"])])
        .often_silent(),
    by_ready("grafana.integreatly.org", &["GrafanaDatasource"]).ready(&[Has("/status/hash")]),
    // Flagger: docs.flagger.app, "Canary status".
    by_ready("flagger.app", &["Canary"])
        .failed(&[Is(PHASE, &["Failed"])])
        .ready(&[Is(PHASE, &["Succeeded", "Initialized"])]),
    stored("flagger.app", &[]),
    // Tekton: tekton.dev/docs/pipelines, "Monitoring execution status".
    by_ready("tekton.dev", &["PipelineRun", "TaskRun"]).failed(&[False("Succeeded")]).ready(&[True(&["Succeeded"])]),
    stored("tekton.dev", &[]),
    // Flink: nightlies.apache.org/flink/flink-kubernetes-operator-docs-stable, "Resource lifecycle".
    by_ready("flink.apache.org", &["FlinkDeployment", "FlinkSessionJob"])
        .held(&[(Is("/status/lifecycleState", &["SUSPENDED"]), "suspended")])
        .failed(&[Is("/status/lifecycleState", &["FAILED"])])
        .ready(&[Is("/status/lifecycleState", &["STABLE"])]),
    // Spark: kubeflow/spark-operator, api/v1beta2, `ApplicationStateType`.
    by_ready("sparkoperator.k8s.io", &["SparkApplication"])
        .held(SUSPENDED)
        .failed(&[Is("/status/applicationState/state", &["FAILED", "SUBMISSION_FAILED", "INVALIDATING"])])
        .ready(&[Is("/status/applicationState/state", &["RUNNING", "COMPLETED"])]),
    // KServe: kserve.github.io, `InferenceServiceStatus`.
    by_ready("serving.kserve.io", &["InferenceService", "InferenceGraph"]),
    // JobSet: jobset.sigs.k8s.io/docs/reference, `JobSetConditionType`.
    by_ready("jobset.x-k8s.io", &["JobSet"])
        .held(SUSPENDED)
        .failed(&[True(&["Failed"])])
        .ready(&[True(&["Completed"])]),
    // LeaderWorkerSet: lws.sigs.k8s.io/docs/reference.
    by_ready("leaderworkerset.x-k8s.io", &["LeaderWorkerSet"]).ready(&[True(&["Available"])]),
    // OLM: olm.operatorframework.io/docs, `SubscriptionState`, `ClusterServiceVersionPhase`.
    by_ready("operators.coreos.com", &["Subscription"])
        .held(&[(Is("/spec/installPlanApproval", &["Manual"]), "its upgrades are approved by hand")])
        .failed(&[True(&["ResolutionFailed"]), True(&["InstallPlanFailed"])])
        .ready(&[Is("/status/state", &["AtLatestKnown"])]),
    by_ready("operators.coreos.com", &["ClusterServiceVersion"])
        .failed(&[Is(PHASE, &["Failed"])])
        .ready(&[Is(PHASE, &["Succeeded"])]),
    stored("operators.coreos.com", &["OperatorGroup"]),
    // Velero: velero.io/docs/main/api-types.
    by_ready("velero.io", &["BackupStorageLocation"]).ready(&[Is(PHASE, &["Available"])]),
    by_ready("velero.io", &["Schedule"])
        .held(&[(Is("/spec/paused", &["true"]), "paused")])
        .failed(&[Is(PHASE, &["FailedValidation"])])
        .ready(&[Is(PHASE, &["Enabled"])]),
    by_ready("velero.io", &["Backup", "Restore"])
        .failed(&[Is(PHASE, &["Failed", "PartiallyFailed", "FailedValidation"])])
        .ready(&[Is(PHASE, &["Completed"])]),
    // Contour: projectcontour.io/docs/main/config/fundamentals, "Status reporting".
    by_ready("projectcontour.io", &["HTTPProxy", "ExtensionService"])
        .failed(&[False("Valid")])
        .ready(&[True(&["Valid"])]),
    // Cilium: docs.cilium.io, "Network policy status".
    by_ready("cilium.io", &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"])
        .failed(&[False("Valid")])
        .ready(&[True(&["Valid"])])
        .often_silent(),
    // Traefik: doc.traefik.io, "Kubernetes CRD": its definitions have no status.
    stored("traefik.io", &[]),
    // The vertical autoscaler needs hours of metrics: kubernetes/autoscaler, vertical-pod-autoscaler/docs/api.md.
    stored("autoscaling.k8s.io", &[]),
    // 1Password: 1Password/onepassword-operator, api/v1, `OnePasswordItemStatus`.
    by_ready("onepassword.com", &["OnePasswordItem"]),
    // Object buckets: kube-object-storage/lib-bucket-provisioner.
    by_ready("objectbucket.io", &["ObjectBucketClaim"])
        .failed(&[Is(PHASE, &["Failed"])])
        .ready(&[Is(PHASE, &["Bound"])]),
    // Kueue: kueue.sigs.k8s.io/docs/reference, condition types.
    by_ready("kueue.x-k8s.io", &["ClusterQueue", "LocalQueue", "AdmissionCheck"]).ready(&[True(&["Active"])]),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    use super::{ROWS, Row, row};
    use crate::manifest::ObjectId;

    #[test]
    fn every_row_has_a_case() {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ready");
        let cases = fs::read_dir(cases).unwrap().map(|case| case.unwrap().path().join("input.json"));
        let objects = cases.map(|path| serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap());
        let shown: Vec<&Row> = objects.filter_map(|input| row(&ObjectId::of(&input["object"])?)).collect();
        let is_shown = |row: &Row| shown.iter().any(|shown| std::ptr::eq(*shown, row));
        let silent: Vec<(&str, &[&str])> =
            ROWS.iter().filter(|row| !is_shown(row)).map(|row| (row.group, row.kinds)).collect();
        assert!(silent.is_empty(), "no case shows {silent:?}");
    }
}
