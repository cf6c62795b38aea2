//! What is measured of each tool, in the order in which a repository goes through it.

/// One step in the life of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Nothing is in the cluster yet.
    FirstDeploy,
    /// Everything is there already.
    DeployOfTheSame,
    /// Everything is there already.
    PlanOfTheSame,
    /// Some objects differ.
    PlanOfChanges,
    /// Some objects differ.
    DeployOfChanges,
}

/// How many objects a changed revision changes.
pub(crate) const CHANGED_OBJECTS: usize = 5;

impl Stage {
    pub(crate) const ALL: [Stage; 5] = [
        Stage::FirstDeploy,
        Stage::DeployOfTheSame,
        Stage::PlanOfTheSame,
        Stage::PlanOfChanges,
        Stage::DeployOfChanges,
    ];

    pub(crate) fn is_plan(self) -> bool {
        matches!(self, Stage::PlanOfTheSame | Stage::PlanOfChanges)
    }

    /// Returns how many objects Git has otherwise than the cluster does.
    pub(crate) fn changed(self) -> usize {
        match self {
            Stage::FirstDeploy | Stage::DeployOfTheSame | Stage::PlanOfTheSame => 0,
            Stage::PlanOfChanges | Stage::DeployOfChanges => CHANGED_OBJECTS,
        }
    }

    /// Returns what Landfall has to find, in the words of its progress and of its plan.
    pub(crate) fn expected(self, objects: usize) -> [usize; 3] {
        match self {
            Stage::FirstDeploy => [objects, 0, 0],
            _ => [0, self.changed(), objects - self.changed()],
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Stage::FirstDeploy => "first deploy",
            Stage::DeployOfTheSame => "deploy, nothing changed",
            Stage::PlanOfTheSame => "plan, nothing changed",
            Stage::PlanOfChanges => "plan, 5 changed",
            Stage::DeployOfChanges => "deploy, 5 changed",
        }
    }
}
