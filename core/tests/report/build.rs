//! Reports for the cases, built from few words.

use landfall_core::diff::{self, ObjectDiff};
use landfall_core::gate::Hold;
use landfall_core::id::{CommitSha, TargetId};
use landfall_core::manifest::{ObjectId, Origin};
use landfall_core::plan::{Change, Class, Plan};
use landfall_core::report::{Action, ImageMove, Moment, Report, State, Subject, TargetReport};
use serde_json::Value;

pub(crate) fn sha(digits: &str) -> CommitSha {
    format!("{digits:0<40}").parse().expect("hexadecimal digits")
}

pub(crate) fn report(action: Action, branch: &str, targets: Vec<TargetReport>) -> Report {
    let subject = Subject {
        app: Some("shop".to_owned()),
        action,
        commit: Some(sha("8d41f02")),
        branch: Some(branch.to_owned()),
        proposal: Some(41),
        actor: None,
        repository: Some("acme/shop".to_owned()),
        run_url: Some("https://github.com/acme/shop/actions/runs/8812".to_owned()),
        blob_url: Some("https://github.com/acme/shop/blob/8d41f02".to_owned()),
        seconds: None,
    };
    Report { subject, targets, skipped: Vec::new(), problems: Vec::new(), degraded: Vec::new() }
}

pub(crate) fn target(environment: &str, cluster: &str, changes: Vec<Change>, state: State) -> TargetReport {
    let target = TargetId {
        app: "shop".parse().expect("a name"),
        environment: environment.parse().expect("a name"),
        cluster: cluster.parse().expect("a name"),
        namespace: "shop".parse().expect("a name"),
        state: None,
    };
    let plan = Plan {
        target: target.clone(),
        commit: sha("8d41f02"),
        deployed: Some(sha("c0ffee1")),
        unexplained: None,
        retired: None,
        changes,
        server: Some("v1.34.2".to_owned()),
    };
    TargetReport {
        target,
        url: None,
        plan: Some(plan),
        state,
        images: Vec::new(),
        findings: Vec::new(),
        notes: Vec::new(),
        seconds: None,
        timeline: Vec::new(),
    }
}

pub(crate) fn change(class: Class, group: &str, name: &str, origin: Option<&str>) -> Change {
    let (kind, name) = name.split_once('/').expect("KIND/NAME");
    let id = ObjectId {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
    };
    let origin = origin.map(|origin| match origin.rsplit_once(':') {
        Some((path, line)) => Origin { path: path.to_owned(), line: line.parse().ok() },
        None => Origin { path: origin.to_owned(), line: None },
    });
    Change {
        id,
        class,
        origin,
        diff: ObjectDiff::default(),
        effect: String::new(),
        notes: Vec::new(),
        body: None,
        uid: None,
        takeover: None,
        drift: None,
    }
}

pub(crate) fn differing(mut change: Change, before: Option<&Value>, after: Option<&Value>) -> Change {
    change.diff = diff::between(&change.id, before, after);
    change.effect = diff::effect(&change.id, before, after);
    change
}

pub(crate) fn same(number: usize) -> impl Iterator<Item = Change> {
    (0..number).map(|at| change(Class::Same, "", &format!("ConfigMap/same-{at}"), None))
}

pub(crate) fn image(name: &str, from: &str, to: &str) -> ImageMove {
    ImageMove { name: name.to_owned(), from: Some(from.to_owned()), to: to.to_owned() }
}

pub(crate) fn hold(gate: &'static str, why: &str, help: &str) -> Hold {
    Hold { gate, why: why.to_owned(), help: help.to_owned(), opens_by_itself: false }
}

pub(crate) fn moment(after: f64, what: &str) -> Moment {
    Moment { after, what: what.to_owned() }
}
