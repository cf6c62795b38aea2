//! Something that keeps an object from running, and when it proves that it never will. Finds nothing itself.

use super::subject::{OUT_OF_TIME, Subject};
use super::{Cause, Code, Verdict, field, waiting};
use crate::manifest::ObjectId;

/// How long a finding is kept quiet: most of them pass while pods start.
const REPORT_GRACE_SECONDS: u64 = 15;

/// Something that keeps an object from running.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) pod: Option<String>,
    pub(super) container: Option<String>,
    pub(super) reason: String,
    pub(super) evidence: String,
    pub(super) help: String,
    pub(super) field: Field,
    pub(super) fatal: Fatal,
}

/// The field that a finding comes from.
#[derive(Debug, Clone)]
pub(super) enum Field {
    Unknown,
    OfObject(String),
    OfPods(String),
}

/// When a finding proves that waiting is no use.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fatal {
    Now,
    AfterSeconds(u64),
    AtDeadline,
}

impl Finding {
    /// Starts a finding about the object itself.
    pub(super) fn new(code: Code, fatal: Fatal, reason: impl Into<String>) -> Self {
        let (evidence, help) = (String::new(), String::new());
        Self { code, pod: None, container: None, reason: reason.into(), evidence, help, field: Field::Unknown, fatal }
    }

    pub(super) fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    pub(super) fn at(mut self, pod: &str, container: Option<&str>) -> Self {
        self.pod = Some(pod.to_owned());
        self.container = container.map(str::to_owned);
        self
    }

    /// Takes the object's own field that it comes from.
    pub(super) fn own_field(mut self, field: impl Into<String>) -> Self {
        self.field = Field::OfObject(field.into());
        self
    }

    /// Takes the field of the pods' `spec` that it comes from.
    pub(super) fn pod_field(mut self, field: impl Into<String>) -> Self {
        self.field = Field::OfPods(field.into());
        self
    }

    /// Takes another proof, unless its own counts at once.
    pub(super) fn by(self, fatal: Fatal) -> Self {
        if matches!(self.fatal, Fatal::Now) { self } else { Self { fatal, ..self } }
    }

    fn is_fatal(&self, subject: &Subject<'_>) -> bool {
        match self.fatal {
            Fatal::Now => true,
            Fatal::AfterSeconds(seconds) => subject.waited(seconds),
            Fatal::AtDeadline => subject.waited(OUT_OF_TIME),
        }
    }

    fn into_cause(self, id: ObjectId) -> Cause {
        let field = match self.field {
            Field::Unknown => None,
            Field::OfObject(field) => Some(field),
            Field::OfPods(field) => field::of_pods(&id, &field),
        };
        Cause {
            id,
            field: field.unwrap_or_default(),
            origin: None,
            pod: self.pod,
            container: self.container,
            code: self.code.name(),
            reason: self.reason,
            evidence: self.evidence,
            log: Vec::new(),
            help: self.help,
        }
    }

    fn place(&self) -> (Code, &Option<String>, &Option<String>) {
        (self.code, &self.pod, &self.container)
    }
}

/// Fails with one finding.
pub(super) fn failed(subject: &Subject<'_>, finding: Finding) -> Verdict {
    Verdict::Failed { cause: Box::new(finding.into_cause(subject.id.clone())) }
}

/// Fails with the first finding that proves that waiting is no use; otherwise waits, and says what was found so far.
pub(super) fn settle(subject: &Subject<'_>, on: String, mut findings: Vec<Finding>) -> Verdict {
    findings.sort_by(|a, b| a.place().cmp(&b.place()));
    if let Some(fatal) = findings.iter().find(|finding| finding.is_fatal(subject)) {
        return failed(subject, fatal.clone());
    }
    match findings.first() {
        Some(finding) if subject.waited(REPORT_GRACE_SECONDS) => waiting(format!("{on}: {}", so_far(finding))),
        _ => waiting(on),
    }
}

/// Fails with the most telling finding, whether or not its own time is up: something else proved the failure.
pub(super) fn explain(subject: &Subject<'_>, proof: Finding, mut findings: Vec<Finding>) -> Verdict {
    findings.sort_by(|a, b| a.place().cmp(&b.place()));
    failed(subject, findings.into_iter().next().unwrap_or(proof))
}

/// Returns the cause when nothing but the time is known.
pub(super) fn timed_out(id: ObjectId, on: &str) -> Cause {
    Finding::new(Code::TimedOut, Fatal::Now, "is not ready in time")
        .evidence(format!("still waits: {on}"))
        .help(format!("look at `kubectl describe {} {}`, or allow more time in `wait.timeout`", id.kind, id.name))
        .into_cause(id)
}

fn so_far(finding: &Finding) -> String {
    let who = finding.pod.as_ref().map(|pod| format!("pod {pod} ")).unwrap_or_default();
    let why = if finding.evidence.is_empty() { String::new() } else { format!(" ({})", finding.evidence) };
    format!("{who}{}{why}", finding.reason)
}
