//! What a run tells people: one value, printed as text, Markdown and JSON. Does not print and does not publish.

mod after;
mod alerts;
mod checked;
mod command;
mod conclusion;
mod deployed;
mod digest;
mod escape;
mod exit;
mod explanation;
mod failed;
mod findings;
mod group;
mod json;
mod markdown;
mod next_step;
mod phrase;
mod planned;
mod states;
mod text;
mod title;
mod traced;
mod words;

use serde::Serialize;

pub use after::{After, reason};
pub use command::{disarmed, plain_line};
pub use conclusion::{Annotation, Conclusion, Outcome, conclusion};
pub use exit::exit;
pub use explanation::{Explained, explanation};
pub use json::json;
pub use markdown::{COMMENT_BYTES_MAX, Options, markdown, marker};
pub use text::{Color, text};
pub use words::Mark;
pub(crate) use words::count;

use crate::exit::Exit;
use crate::gate::Hold;
use crate::id::{CommitSha, TargetId};
use crate::lint::Severity;
use crate::manifest::{ObjectId, Origin};
use crate::plan::Plan;
use crate::ready::Cause;
use crate::verify;

/// The version of the JSON form.
pub const SCHEMA: &str = "landfall.dev/report/v1";

/// Everything that a run has to say. Every run ends in exactly one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What the run was about.
    pub subject: Subject,
    /// The environments' targets, in the order of the rules.
    pub targets: Vec<TargetReport>,
    /// Environments that the rules have but this run passed over.
    pub skipped: Vec<Skipped>,
    /// What stopped the run before or beside the targets: title, details, next step.
    pub problems: Vec<Problem>,
    /// What works less well than it could, and why ("no comment: the token may not write pull requests").
    pub degraded: Vec<String>,
}

/// Returns the verdict of a run: its mark, and one sentence in plain text.
pub fn verdict(report: &Report) -> (Mark, String) {
    let title = title::title(report);
    (title.mark, title.phrase.plain())
}

/// What the run was about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// The application, where the rules could be read.
    pub app: Option<String>,
    /// What the command was.
    pub action: Action,
    /// The commit that was planned or deployed.
    pub commit: Option<CommitSha>,
    /// The branch that it lands or landed on.
    pub branch: Option<String>,
    /// The proposal that it came from.
    pub proposal: Option<u64>,
    /// Who started it.
    pub actor: Option<String>,
    /// The repository as people read it: "acme/shop".
    pub repository: Option<String>,
    /// Where the run's log can be read.
    pub run_url: Option<String>,
    /// The base of links to a file of the commit, without a slash at its end; none without a host.
    pub blob_url: Option<String>,
    /// How long the run took, in seconds; none when time is frozen.
    pub seconds: Option<f64>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Looked at what would change.
    Plan,
    /// Changed it.
    Deploy,
    /// Read the rules and rendered every environment, without a cluster.
    Check,
    /// None of these.
    Nothing,
}

/// One target's part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetReport {
    /// The target.
    pub target: TargetId,
    /// Its public address, where the rules name one.
    pub url: Option<String>,
    /// Its plan; none when the run stopped before it.
    pub plan: Option<Plan>,
    /// How its part ended.
    pub state: State,
    /// Images that move: (workload's short image name, from, to).
    pub images: Vec<ImageMove>,
    /// What the lints find that was not there before, in the order of the files.
    pub findings: Vec<Finding>,
    /// What else there is to know of its set, each as one sentence without a full stop.
    pub notes: Vec<String>,
    /// The target's part of the run, in seconds.
    pub seconds: Option<f64>,
    /// What happened, in order.
    pub timeline: Vec<Moment>,
}

/// An image whose version moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImageMove {
    /// The last part of the repository: "web".
    pub name: String,
    /// The tag or digest before; none when it is new.
    pub from: Option<String>,
    /// The tag or digest after.
    pub to: String,
}

/// How a target's part ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Planned; holds are what would stop the deploy, empty when nothing would.
    Planned {
        /// What would stop the deploy.
        holds: Vec<Hold>,
    },
    /// Nothing was changed, because a gate said no.
    Held {
        /// The gates that said no.
        holds: Vec<Hold>,
    },
    /// A newer commit was attempted before this one: nothing was changed.
    Superseded {
        /// The newer commit.
        by: CommitSha,
    },
    /// Applied; then a newer commit's run asked for the target, so nobody waited until it runs.
    GaveWay {
        /// The newer commit.
        to: CommitSha,
    },
    /// Applied, ready, pruned and recorded.
    Deployed {
        /// How many objects are ready.
        ready: usize,
        /// How many were deleted.
        deleted: usize,
        /// What somebody should look at all the same, each as one sentence without a full stop.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// The API server refused some writes.
    ApplyFailed {
        /// Each failed object with the server's answer, made safe.
        failures: Vec<Failure>,
        /// Objects that were not sent, because they need a failed one or come later.
        not_reached: Vec<ObjectId>,
    },
    /// Applied, but something does not run.
    NotReady {
        /// Why, first causes first.
        causes: Vec<Cause>,
        /// Whether the deadline ended the wait, rather than a proof that it will not become ready.
        timed_out: bool,
        /// What still serves users: "still runs c0ffee1 with 6 of 6 old pods"; empty when not known.
        still_serving: String,
        /// Objects that were not sent, because they come later.
        not_reached: Vec<ObjectId>,
        /// What became of what was written.
        after: After,
    },
    /// Everything runs, but a verification does not hold.
    NotVerified {
        /// The verification.
        failed: verify::Failed,
        /// What became of what was written.
        after: After,
    },
    /// Could not be planned or deployed at all.
    Failed {
        /// Why.
        problem: Problem,
    },
    /// Not started, because an earlier target failed.
    NotStarted {
        /// Why, as a short clause: "waits for prod-eu".
        why: String,
    },
}

impl Report {
    /// Returns what is to know beside the plans: of the sets, each once, then of the run.
    pub(crate) fn asides(&self) -> Vec<&str> {
        let mut asides: Vec<&str> = Vec::new();
        for note in self.targets.iter().flat_map(|target| &target.notes).chain(&self.degraded) {
            if !asides.contains(&note.as_str()) {
                asides.push(note);
            }
        }
        asides
    }
}

impl State {
    /// Returns whether something went wrong, rather than was held or passed over.
    pub fn is_failed(&self) -> bool {
        match self {
            Self::ApplyFailed { .. } | Self::NotReady { .. } | Self::NotVerified { .. } | Self::Failed { .. } => true,
            Self::Planned { .. }
            | Self::Held { .. }
            | Self::Superseded { .. }
            | Self::GaveWay { .. }
            | Self::Deployed { .. }
            | Self::NotStarted { .. } => false,
        }
    }
}

/// One object that the API server refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The object.
    pub id: ObjectId,
    /// The server's answer, made safe to show.
    pub message: String,
}

/// Something that happened during a deploy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// Seconds after the target's start.
    pub after: f64,
    /// What, as one sentence without a full stop.
    pub what: String,
}

/// An environment that this run passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The environment.
    pub environment: String,
    /// Why, as a clause: "it follows the branch `staging`".
    pub why: String,
}

/// Something that a person has to mend: an error, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable code: `rules::unknown_key`.
    pub code: String,
    /// What is wrong, as one sentence without a full stop.
    pub title: String,
    /// The offending text with its file, line and column, rendered without colour; may be empty.
    pub details: String,
    /// What to do next, as one sentence; may be empty.
    pub help: String,
    /// The exit code that it asks for.
    #[serde(skip)]
    pub exit: Exit,
}

/// Something that is likely wrong with the manifests. It stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The stable code: `lint::image_tag`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// The object that it is about: "Deployment/web".
    pub object: String,
    /// The file, and the line where that is known.
    pub origin: Origin,
    /// What is wrong, as a clause without a full stop.
    pub title: String,
    /// The same with the lines that it is about, rendered without colour.
    pub details: String,
    /// What to do next, as one sentence.
    pub help: String,
}
