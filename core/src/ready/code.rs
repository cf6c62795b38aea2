//! The stable codes of causes. Does not find any of them.

/// Why something does not run, the most telling first: of two causes, the earlier one explains the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The object is being deleted.
    BeingDeleted,
    /// A quota leaves no room for the pods.
    QuotaExceeded,
    /// The namespace's `LimitRange` forbids the pods.
    LimitRange,
    /// The namespace's Pod Security level forbids the pods.
    PodSecurity,
    /// An admission webhook or policy refuses the pods.
    AdmissionDenied,
    /// An admission webhook does not answer.
    WebhookUnreachable,
    /// The pods' `ServiceAccount` does not exist.
    ServiceAccountMissing,
    /// The pods' `PriorityClass` does not exist.
    PriorityClassMissing,
    /// The pods cannot be created for another reason.
    CreateRefused,
    /// The image's name is not valid, or it may never be pulled.
    ImageInvalid,
    /// The image is not made for the node's platform.
    ImagePlatform,
    /// The registry does not have the image.
    ImageNotFound,
    /// The registry refuses to give the image.
    ImageDenied,
    /// The registry does not answer as it should.
    ImageUnreachable,
    /// A Secret or `ConfigMap`, or a key of it, is missing.
    ConfigMissing,
    /// The container cannot be created for another reason.
    ContainerNotCreated,
    /// The container's command cannot be started.
    CannotStart,
    /// The container needs more memory than its limit.
    OutOfMemory,
    /// The kubelet restarts the container because a probe fails.
    ProbeFailed,
    /// The container ends again and again.
    CrashLoop,
    /// The pod ended with a failure.
    PodFailed,
    /// The Job gave up.
    JobFailed,
    /// A broken pod of the old revision blocks the update.
    StuckPod,
    /// The pod was evicted, or its node refused it.
    Evicted,
    /// No node takes the pod.
    Unschedulable,
    /// The pod's network or sandbox cannot be made.
    SandboxNotCreated,
    /// A volume cannot be attached or mounted.
    VolumeNotMounted,
    /// The volume of a claim is gone.
    VolumeLost,
    /// A volume cannot be made.
    VolumeNotProvisioned,
    /// An init container does not end.
    InitUnfinished,
    /// The cloud does not make the Service's load balancer.
    LoadBalancerNotMade,
    /// The pod runs but its readiness probe fails.
    NotReady,
    /// The definition's names belong to another one.
    NamesTaken,
    /// A rule of landfall.yaml says that the object has failed.
    RuleFailed,
    /// The object's controller says that it is stuck.
    Stalled,
    /// The Deployment's own deadline passed.
    ProgressDeadline,
    /// The wait was over first.
    TimedOut,
}

impl Code {
    /// Returns the code as it is printed and documented.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeingDeleted => "being_deleted",
            Self::QuotaExceeded => "quota_exceeded",
            Self::LimitRange => "limit_range",
            Self::PodSecurity => "pod_security",
            Self::AdmissionDenied => "admission_denied",
            Self::WebhookUnreachable => "webhook_unreachable",
            Self::ServiceAccountMissing => "service_account_missing",
            Self::PriorityClassMissing => "priority_class_missing",
            Self::CreateRefused => "create_refused",
            Self::ImageInvalid => "image_invalid",
            Self::ImagePlatform => "image_platform",
            Self::ImageNotFound => "image_not_found",
            Self::ImageDenied => "image_denied",
            Self::ImageUnreachable => "image_unreachable",
            Self::ConfigMissing => "config_missing",
            Self::ContainerNotCreated => "container_not_created",
            Self::CannotStart => "cannot_start",
            Self::OutOfMemory => "out_of_memory",
            Self::ProbeFailed => "probe_failed",
            Self::CrashLoop => "crash_loop",
            Self::PodFailed => "pod_failed",
            Self::JobFailed => "job_failed",
            Self::StuckPod => "stuck_pod",
            Self::Evicted => "evicted",
            Self::Unschedulable => "unschedulable",
            Self::SandboxNotCreated => "sandbox_not_created",
            Self::VolumeNotMounted => "volume_not_mounted",
            Self::VolumeLost => "volume_lost",
            Self::VolumeNotProvisioned => "volume_not_provisioned",
            Self::InitUnfinished => "init_unfinished",
            Self::LoadBalancerNotMade => "load_balancer_not_made",
            Self::NotReady => "not_ready",
            Self::NamesTaken => "names_taken",
            Self::RuleFailed => "rule_failed",
            Self::Stalled => "stalled",
            Self::ProgressDeadline => "progress_deadline",
            Self::TimedOut => "timed_out",
        }
    }
}
