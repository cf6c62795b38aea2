//! Every room's errors as one: what a person reads of them, and the exit code they ask for.

mod shown;

use landfall_core::exit::Exit;
use landfall_core::inventory;
use landfall_core::manifest::NormaliseErrors;
use landfall_core::order::OrderErrors;
use landfall_core::report::Problem;
use landfall_core::rules::RulesErrors;
use landfall_core::verify;
use miette::Diagnostic;

use self::shown::Part;
pub(crate) use self::shown::rendered;
use crate::bug::Bug;
use crate::{ci, git, render};

/// Why a run, or one target of it, could not do its job.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error(transparent)]
#[diagnostic(transparent)]
pub(crate) enum Failure {
    /// The event cannot be understood.
    Ci(#[from] ci::Error),
    /// Git cannot answer.
    Git(#[from] git::Error),
    /// The rules are wrong.
    Rules(#[from] Box<RulesErrors>),
    /// The rules or the command line do not fit this run.
    Usage(#[from] Usage),
    /// The source does not render.
    Render(#[from] render::Error),
    /// What was rendered is not a valid set.
    Set(#[from] Box<NormaliseErrors>),
    /// The set cannot be sent in the order that it asks for.
    Order(#[from] Box<OrderErrors>),
    /// A Job that is to verify does not fit.
    Verify(#[from] Box<verify::Unfit>),
    /// The inventory cannot be used.
    Inventory(#[from] inventory::Error),
    /// The cluster cannot be asked or told.
    Cluster(#[from] landfall_cluster::Error),
    /// We made a mistake.
    Bug(#[from] Bug),
}

/// What a person asked for cannot be done as asked.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum Usage {
    /// The commit has no rules.
    #[error("the commit {commit} has no {path}")]
    #[diagnostic(code(rules::missing), help("add one: README.md shows the smallest"))]
    NoRules {
        /// The commit.
        commit: String,
        /// Where the rules were looked for.
        path: String,
    },
    /// The rules have another ending.
    #[error("the commit {commit} has no {path}, but {found}")]
    #[diagnostic(code(rules::missing), help("rename it to {path}, or name it with --config"))]
    Misnamed {
        /// The commit.
        commit: String,
        /// Where the rules were looked for.
        path: String,
        /// What is there instead.
        found: String,
    },
    /// Nothing was committed yet.
    #[error("the repository has no commit yet")]
    #[diagnostic(code(git::no_commit), help("commit the rules and the manifests first: only commits are read"))]
    NoCommit,
    /// A person names a revision that is not here.
    #[error("there is no revision `{revision}` in this checkout")]
    #[diagnostic(code(git::revision), help("name a commit, a branch or a tag that `git rev-parse` knows here"))]
    NoRevision {
        /// What was named.
        revision: String,
    },
    /// The environment is not in the rules.
    #[error("there is no environment `{name}`")]
    #[diagnostic(code(rules::environment), help("the rules have: {known}"))]
    NoEnvironment {
        /// What was asked for.
        name: String,
        /// The environments of the rules.
        known: String,
    },
    /// A person has to say where a commit goes.
    #[error("the rules have several environments, and a shell has no branch that chooses one: {known}")]
    #[diagnostic(code(usage::environment), help("name one with --environment"))]
    WhichEnvironment {
        /// The environments of the rules.
        known: String,
    },
    /// A variable that the rules name is not set.
    #[error("the variable {variable}, which should hold the path of the kubeconfig for `{cluster}`, is not set")]
    #[diagnostic(code(rules::kubeconfig), help("set it in this job: {cluster} is reached through it"))]
    NoKubeconfig {
        /// The variable.
        variable: String,
        /// The cluster.
        cluster: String,
    },
    /// A verification's variable is not set.
    #[error("the variable {variable}, which should hold the token for `{address}`, is not set")]
    #[diagnostic(code(verify::token), help("set it in this job: nothing was written, for it could not be verified"))]
    NoToken {
        /// The variable.
        variable: String,
        /// What is asked.
        address: String,
    },
    /// No variable that a plan could use is set.
    #[error("the variable {variable}, which should hold the path of the kubeconfig for `{cluster}`, is not set")]
    #[diagnostic(code(rules::kubeconfig), help("set it, or plan without a cluster: `landfall plan --offline`"))]
    NoPlanner {
        /// The variable.
        variable: String,
        /// The cluster.
        cluster: String,
    },
    /// The file for `--facts` is not what it should be.
    #[error("failed to read what the cluster serves from {path}: {why}")]
    #[diagnostic(code(usage::facts), help("make it with `kubectl api-resources -o json > {path}`"))]
    Facts {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The head cannot be merged.
    #[error("the proposal conflicts with its target branch in {files}")]
    #[diagnostic(code(git::conflict), help("merge or rebase onto the target branch, then push again"))]
    Conflict {
        /// The files.
        files: String,
    },
    /// What is to be explained is no kind and name.
    #[error("`{object}` is no object")]
    #[diagnostic(code(cli::no_object), help("write its kind and name, as in `Deployment/web`"))]
    NoObject {
        /// What was written.
        object: String,
    },
    /// Neither Git nor the cluster has it.
    #[error("there is no `{object}`, neither in Git nor in the target's namespace")]
    #[diagnostic(
        code(cli::not_found),
        help("see `landfall plan` for what there is; `--environment` chooses the environment")
    )]
    NotFound {
        /// What was asked for.
        object: String,
    },
    /// Versions decide which tag is newer, and this one names none.
    #[error("the tag `{tag}` names no version, and `order: semver` compares versions")]
    #[diagnostic(code(deploy::no_version), help("tag the commit with a version, such as `v1.2.3`"))]
    NoVersion {
        /// The tag.
        tag: String,
    },
    /// A branch was rewritten.
    #[error("{attempted} was deployed before, and is not an ancestor of {commit}")]
    #[diagnostic(
        code(deploy::rewritten),
        help("the branch was rewritten: deploy it by hand with `landfall deploy --reason …`")
    )]
    Rewritten {
        /// The commit of the newest attempt.
        attempted: String,
        /// The commit of this run.
        commit: String,
    },
    /// The run was asked to stop.
    #[error("the run was asked to stop, and did so between two writes")]
    #[diagnostic(code(deploy::stopped), help("run it again: it goes on where this one stopped"))]
    Stopped,
    /// A lock and a plan do not belong together.
    #[error("the plan and the lock are of different targets")]
    #[diagnostic(code(bug::lock), help("this is a bug in Landfall: nothing was written"))]
    WrongLock,
}

impl Failure {
    /// Returns the exit code that this failure asks for.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Ci(_) | Self::Rules(_) | Self::Git(git::Error::NoFolder { .. } | git::Error::NoRepository { .. }) => {
                Exit::Usage
            }
            Self::Usage(usage) => usage.exit(),
            Self::Render(_) | Self::Set(_) | Self::Order(_) | Self::Verify(_) => Exit::Render,
            Self::Git(_) | Self::Cluster(_) => Exit::Unreachable,
            Self::Inventory(_) => Exit::Held,
            Self::Bug(_) => Exit::Bug,
        }
    }

    /// Returns what a person reads of this failure: of several mistakes each with its own next step.
    pub(crate) fn problem(&self) -> Problem {
        let part = |error| Part { error, whole: self };
        let parts: Vec<Part<'_>> = self.related().into_iter().flatten().map(part).collect();
        match parts.as_slice() {
            [] => self.problem_of(self, part(self).excerpt()),
            [only] => self.problem_of(only.error, only.excerpt()),
            several => self.problem_of(self, shown::list(several)),
        }
    }

    fn problem_of(&self, error: &dyn Diagnostic, details: String) -> Problem {
        let text =
            |part: Option<Box<dyn std::fmt::Display + '_>>| part.map(|part| part.to_string()).unwrap_or_default();
        Problem {
            code: text(error.code()),
            title: self.to_string(),
            details,
            help: text(error.help()),
            exit: self.exit(),
        }
    }
}

impl Usage {
    fn exit(&self) -> Exit {
        match self {
            Self::NoRules { .. }
            | Self::Misnamed { .. }
            | Self::NoCommit
            | Self::NoRevision { .. }
            | Self::NoEnvironment { .. }
            | Self::WhichEnvironment { .. }
            | Self::NoKubeconfig { .. }
            | Self::NoToken { .. }
            | Self::NoPlanner { .. }
            | Self::Facts { .. }
            | Self::NoObject { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. } => Exit::Usage,
            Self::Rewritten { .. } | Self::NoVersion { .. } => Exit::Held,
            Self::Stopped => Exit::ApplyFailed,
            Self::WrongLock => Exit::Bug,
        }
    }
}
