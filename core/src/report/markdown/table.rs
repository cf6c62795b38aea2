//! The table: one row for each target. Does not say what can hurt: `alerts` does.

use crate::plan::Counts;
use crate::report::phrase::Phrase;
use crate::report::{Action, ImageMove, Report, State, TargetReport, escape, states, title, words};

use super::{is_quiet, links};

/// Most rows; a run with more says how many are left out.
const ROWS_MAX: usize = 60;

/// Most images in one cell.
const IMAGES_MAX: usize = 4;

/// Returns the table; empty when there is nothing to tell apart.
pub(crate) fn table(report: &Report) -> String {
    if report.targets.is_empty() || is_quiet(report) {
        return String::new();
    }
    let columns = match report.subject.action {
        Action::Deploy | Action::Check => states(report),
        Action::Plan | Action::Nothing => planned(report),
    };
    let columns: Vec<Column> = columns.into_iter().filter(Column::tells_something).collect();
    let mut lines = vec![
        row(columns.iter().map(|column| column.name)),
        row(columns.iter().map(|column| column.align)).replace(' ', ""),
    ];
    lines.extend((0..report.targets.len().min(ROWS_MAX)).map(|at| row(columns.iter().map(|c| c.cells[at].as_str()))));
    if report.targets.len() > ROWS_MAX {
        lines.push(format!("\nand {}", words::count(report.targets.len() - ROWS_MAX, "more target")));
    }
    lines.join("\n")
}

struct Column {
    name: &'static str,
    align: &'static str,
    cells: Vec<String>,
    always: bool,
}

impl Column {
    fn tells_something(&self) -> bool {
        self.always || self.cells.iter().any(|cell| !cell.is_empty() && cell != "0")
    }
}

fn planned(report: &Report) -> Vec<Column> {
    let mut images = cells(report, |target| images(&target.images));
    let mut holds = cells(report, |target| holds(&target.state));
    for at in (1..report.targets.len()).rev() {
        if report.targets[at].target.environment == report.targets[at - 1].target.environment {
            say_same(&mut images, at);
            say_same(&mut holds, at);
        }
    }
    vec![
        places(report),
        number(report, "new", true, |counts| counts.create),
        number(report, "changed", true, |counts| counts.change),
        number(report, "replaced", false, |counts| counts.replace),
        number(report, "deleted", true, |counts| counts.delete),
        number(report, "released", false, |counts| counts.release),
        number(report, "unverified", false, |counts| counts.unverified),
        number(report, "refused", false, |counts| counts.blocked),
        number(report, "kept", false, |counts| counts.keep),
        number(report, "same", true, |counts| counts.same),
        Column { name: "images", align: ":--", cells: images, always: false },
        Column { name: "held by", align: ":--", cells: holds, always: false },
    ]
}

fn states(report: &Report) -> Vec<Column> {
    vec![
        places(report),
        Column {
            name: "state",
            align: ":--",
            cells: cells(report, |target| state(report.subject.action, target)),
            always: true,
        },
        Column { name: "from → to", align: ":--", cells: cells(report, commits), always: false },
        Column { name: "images", align: ":--", cells: cells(report, |target| images(&target.images)), always: false },
        Column { name: "took", align: "--:", cells: cells(report, took), always: false },
    ]
}

fn places(report: &Report) -> Column {
    let place = |target: &TargetReport| {
        let (environment, cluster) = (target.target.environment.as_str(), target.target.cluster.as_str());
        Phrase::default().strong(environment).words(" on ").name(cluster).markdown()
    };
    Column { name: "environment", align: ":--", cells: cells(report, place), always: true }
}

fn number(report: &Report, name: &'static str, always: bool, number: fn(Counts) -> usize) -> Column {
    let loud = ["deleted", "refused", "unverified"].contains(&name);
    let cell = |target: &TargetReport| match target.plan.as_ref().map(|plan| number(plan.counts())) {
        None => "–".to_owned(),
        Some(number) if loud && number > 0 => format!("**{number}**"),
        Some(number) => number.to_string(),
    };
    let cells: Vec<String> = report.targets.iter().map(cell).collect();
    let told = cells.iter().any(|cell| cell != "0" && cell != "–");
    Column { name, align: "--:", cells: if told || always { cells } else { Vec::new() }, always }
}

fn cells(report: &Report, cell: impl Fn(&TargetReport) -> String) -> Vec<String> {
    report.targets.iter().map(cell).collect()
}

fn say_same(cells: &mut [String], at: usize) {
    if !cells[at].is_empty() && cells[at] == cells[at - 1] {
        "same".clone_into(&mut cells[at]);
    }
}

fn images(moves: &[ImageMove]) -> String {
    let one = |image: &ImageMove| {
        let name = escape::code(&image.name);
        let to = escape::words(&image.to);
        match &image.from {
            Some(from) => format!("{name} {} → **{to}**", escape::words(from)),
            None => format!("{name} **{to}**"),
        }
    };
    let mut cells: Vec<String> = moves.iter().take(IMAGES_MAX).map(one).collect();
    if moves.len() > IMAGES_MAX {
        cells.push(format!("{} more", moves.len() - IMAGES_MAX));
    }
    cells.join("<br>")
}

fn holds(state: &State) -> String {
    let reasons: Vec<String> = title::holds(state).iter().map(|hold| Phrase::read(&hold.why).markdown()).collect();
    reasons.join("<br>")
}

fn commits(target: &TargetReport) -> String {
    let Some(plan) = &target.plan else { return String::new() };
    match &plan.deployed {
        Some(from) if *from == plan.commit => format!("`{}`", from.short()),
        Some(from) => format!("`{}` → `{}`", from.short(), plan.commit.short()),
        None => format!("first: `{}`", plan.commit.short()),
    }
}

fn took(target: &TargetReport) -> String {
    target.seconds.map(words::seconds).unwrap_or_default()
}

fn state(action: Action, target: &TargetReport) -> String {
    let (mark, phrase) = states::told(action, &target.state);
    let mut cell = format!("{} {}", mark.symbol(), phrase.markdown());
    if let (State::Deployed { .. }, Some(url)) = (&target.state, &target.url) {
        let name = url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        cell = format!("{cell} · {}", links::link(&escape::words(name), url));
    }
    cell
}

fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}
