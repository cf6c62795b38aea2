//! How a run ends, as the shell sees it: the worst of its parts. Does not name numbers: `exit` does.

use super::{Action, Report, State};
use crate::exit::Exit;
use crate::plan::{Class, Plan};

/// Returns the worst exit of everything that the run did.
pub fn exit(report: &Report) -> Exit {
    let problems = report.problems.iter().map(|problem| problem.exit);
    let targets =
        report.targets.iter().map(|target| of_target(report.subject.action, &target.state, target.plan.as_ref()));
    problems.chain(targets).max_by_key(|exit| severity(*exit)).unwrap_or(Exit::Done)
}

fn of_target(action: Action, state: &State, plan: Option<&Plan>) -> Exit {
    match state {
        State::Planned { .. } if plan.is_some_and(is_refused) => Exit::Render,
        State::Planned { holds } if action == Action::Deploy && !holds.is_empty() => held(holds),
        State::Planned { .. }
        | State::Superseded { .. }
        | State::GaveWay { .. }
        | State::Deployed { .. }
        | State::NotStarted { .. } => Exit::Done,
        State::Held { holds } => held(holds),
        State::ApplyFailed { .. } => Exit::ApplyFailed,
        State::NotReady { .. } | State::NotVerified { .. } => Exit::NotReady,
        State::Failed { problem } => problem.exit,
    }
}

fn held(holds: &[crate::gate::Hold]) -> Exit {
    if holds.iter().all(|hold| hold.opens_by_itself) { Exit::Done } else { Exit::Held }
}

fn is_refused(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| matches!(change.class, Class::Blocked { .. }))
}

/// Which of two exits tells more, most telling last: a bug hides everything else.
fn severity(exit: Exit) -> u8 {
    match exit {
        Exit::Done => 0,
        Exit::Drift => 1,
        Exit::Held => 2,
        Exit::NotReady => 3,
        Exit::ApplyFailed => 4,
        Exit::Unreachable => 5,
        Exit::Render => 6,
        Exit::Usage => 7,
        Exit::Bug => 8,
    }
}
