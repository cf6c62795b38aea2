//! The one box around what can hurt. Does not find it: the report does.

use crate::report::group::groups;
use crate::report::{Report, alerts};

use super::cut;

/// Most lines of the box; the folds show the rest.
const ALERTS_MAX: usize = 12;

/// Returns the box, or nothing.
pub(crate) fn alert_box(report: &Report) -> String {
    let alerts = alerts::list(report);
    if alerts.is_empty() {
        return String::new();
    }
    let refused = groups(report).iter().any(|group| group.plan.counts().blocked > 0);
    let kind = if refused { "CAUTION" } else { "WARNING" };
    let mut lines: Vec<String> = alerts.iter().map(|alert| format!("> - {}", alert.markdown())).collect();
    let rest = cut(&mut lines, ALERTS_MAX, "warning").map(|rest| format!("> - {rest}, in the folds below"));
    lines.extend(rest);
    format!("> [!{kind}]\n{}", lines.join("\n"))
}
