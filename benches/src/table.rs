//! The table of one size on one network, as Markdown.

use std::collections::BTreeMap;

use crate::duel::{Score, Scores};
use crate::figures::Figures;
use crate::link::Link;
use crate::stage::Stage;

const HEAD: &str = "\
| what | Landfall, s | kubectl, s | ratio | requests | of kubectl |
|:--|--:|--:|--:|--:|--:|";

/// Returns the table: min / median / max of the rounds; the ratio is that of the medians.
pub(crate) fn of(objects: usize, link: &Link, scores: &BTreeMap<Stage, Scores>) -> String {
    let mut lines = vec![
        format!("### {objects} objects, round trip {} ms, {} rounds", link.round_trip.as_millis(), rounds(scores)),
        HEAD.to_owned(),
    ];
    for (stage, scores) in scores {
        if stage.is_plan() {
            lines.push(row(stage.name(), scores, whole));
            continue;
        }
        lines.push(row(&format!("{}: until applied", stage.name()), scores, work));
        lines.push(row(&format!("{}: until it runs", stage.name()), scores, whole));
    }
    lines.join("\n") + "\n"
}

fn work(score: &Score) -> (&Figures, Option<usize>) {
    (&score.work, score.work_requests)
}

fn whole(score: &Score) -> (&Figures, Option<usize>) {
    (&score.whole, Some(score.whole_requests))
}

fn rounds(scores: &BTreeMap<Stage, Scores>) -> usize {
    scores.values().next().map_or(0, |scores| scores.landfall.whole.rounds())
}

fn row(name: &str, scores: &Scores, of: impl Fn(&Score) -> (&Figures, Option<usize>)) -> String {
    let [(ours, requests), (theirs, their_requests)] = [of(&scores.landfall), of(&scores.kubectl)];
    let ratio = ours.median().as_secs_f64() / theirs.median().as_secs_f64();
    let [requests, their_requests] = [requests, their_requests].map(|it| it.map_or(String::new(), |it| it.to_string()));
    format!("| {name} | {} | {} | {ratio:.2} | {requests} | {their_requests} |", ours.seconds(), theirs.seconds())
}
