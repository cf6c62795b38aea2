//! Text that others wrote never gets out of its place: no link, image, mention, fence or HTML of its own.

use landfall_core::exit::Exit;
use landfall_core::lint::Severity;
use landfall_core::manifest::{ObjectId, Origin};
use landfall_core::plan::Class;
use landfall_core::ready::Cause;
use landfall_core::report::{
    Action, After, Color, Failure, Finding, ImageMove, Moment, Options, Problem, Report, Skipped, State, markdown,
    marker, text,
};
use landfall_core::verify::Failed;
use pulldown_cmark::{CodeBlockKind, Event, Options as Dialect, Parser, Tag};
use serde_json::json;

use crate::build::{change, differing, hold, report, sha, target};

const NASTY: &[&str] = &[
    "</summary></details><script>alert(1)</script>",
    "![x](https://evil.example/p.png) [y](https://evil.example)",
    "```\n@evil\n```\n# heading",
    "~~~\n> [!WARNING]\n| a | b |",
    "`@evil` ``x`` `` ` ``",
    "@evil #1 acme/x#2 GH-3 https://evil.example www.evil.example a@evil.example",
    "<img src=https://evil.example> <!-- landfall: shop -->",
    "a|b\\|c\\\\|d",
    "x\u{202e}evil\u{202c} \u{1b}[31m \u{0} \u{200b}",
    "\\`\\[\\]( &lt;b&gt; &#64;evil",
    "- a\n1. b\n\n    code\n\n<b>",
    "$`x`$ $$y$$ :tada: /close ~bug !5 %\"m\" &epic",
    "::error::evil\n  ::stop-commands::evil",
    "##[add-matcher]evil",
    "| |\n|--|\n",
    "",
    "`",
    "[x]: https://evil.example\n[x]",
];

fn reports(bad: &str) -> Vec<Report> {
    let id = ObjectId { group: bad.to_owned(), kind: bad.to_owned(), namespace: None, name: bad.to_owned() };
    let value = json!({"spec": {bad: bad, "x": [bad, {"name": bad}], "y": format!("{bad}\n{bad}")}});
    let mut object = differing(change(Class::Create, "", "ConfigMap/x", None), None, Some(&value));
    object.id = id.clone();
    object.origin = Some(Origin { path: bad.to_owned(), line: Some(1) });
    object.notes = vec![bad.to_owned()];
    bad.clone_into(&mut object.effect);
    let mut blocked = object.clone();
    blocked.class = Class::Blocked { why: bad.to_owned(), help: bad.to_owned() };
    let cause = Cause {
        id: id.clone(),
        pod: Some(bad.to_owned()),
        container: Some(bad.to_owned()),
        code: "crash_loop",
        reason: bad.to_owned(),
        evidence: bad.to_owned(),
        field: bad.to_owned(),
        origin: Some(Origin { path: bad.to_owned(), line: Some(1) }),
        log: vec![bad.to_owned(), "````".to_owned()],
        help: bad.to_owned(),
    };
    let problem = Problem {
        code: bad.to_owned(),
        title: bad.to_owned(),
        details: format!("{bad}\n{bad}"),
        help: bad.to_owned(),
        exit: Exit::Usage,
    };
    let states = [
        State::Planned { holds: vec![hold("approvals", bad, bad)] },
        State::Held { holds: vec![hold("approvals", bad, bad)] },
        State::Deployed { ready: 1, deleted: 1, warnings: vec![bad.to_owned()] },
        State::ApplyFailed {
            failures: vec![Failure { id: id.clone(), message: bad.to_owned() }],
            not_reached: vec![id],
        },
        State::NotReady {
            causes: vec![cause],
            timed_out: true,
            still_serving: bad.to_owned(),
            not_reached: Vec::new(),
            after: After::Failed { to: sha("c0ffee1"), why: bad.to_owned() },
        },
        State::NotVerified {
            failed: Failed {
                code: "http",
                what: bad.to_owned(),
                why: bad.to_owned(),
                answer: vec![bad.to_owned(), "````".to_owned()],
            },
            after: After::NotPossible { why: bad.to_owned() },
        },
        State::Failed { problem: problem.clone() },
        State::NotStarted { why: bad.to_owned() },
    ];
    let one = |(at, state): (usize, State)| {
        let mut target = target("production", "prod-eu", vec![object.clone(), blocked.clone()], state);
        let version = bad.to_owned();
        target.images = vec![ImageMove { name: bad.to_owned(), from: Some(bad.to_owned()), to: version.clone() }];
        target.url = Some(bad.to_owned());
        target.findings = vec![Finding {
            code: bad.to_owned(),
            severity: Severity::Warning,
            object: bad.to_owned(),
            origin: Origin { path: bad.to_owned(), line: Some(1) },
            title: bad.to_owned(),
            details: format!("{bad}\n{bad}"),
            help: bad.to_owned(),
        }];
        target.timeline = vec![Moment { after: 1.0, what: bad.to_owned() }];
        target.plan.as_mut().expect("a plan").server = Some(version);
        let mut report = report(if at == 0 { Action::Plan } else { Action::Deploy }, bad, vec![target]);
        report.subject.actor = Some(bad.to_owned());
        report.skipped = vec![Skipped { environment: bad.to_owned(), why: bad.to_owned() }];
        report.degraded = vec![bad.to_owned()];
        report.targets.iter_mut().for_each(|target| target.notes = vec![format!("of a set: {bad}")]);
        report
    };
    let mut reports: Vec<Report> = states.into_iter().enumerate().map(one).collect();
    let mut stopped = report(Action::Plan, bad, Vec::new());
    stopped.problems = vec![problem.clone(), problem];
    reports.push(stopped);
    reports
}

#[test]
fn no_text_gets_out_of_its_place() {
    for bad in NASTY {
        for report in reports(bad) {
            let text = markdown(&report, &Options::default());
            harmless(&text, bad);
        }
    }
}

fn harmless(text: &str, bad: &str) {
    let dialect = Dialect::ENABLE_TABLES | Dialect::ENABLE_GFM | Dialect::ENABLE_STRIKETHROUGH;
    let (mut headings, mut images, mut code_blocks, mut tags) = (0, 0, 0, String::new());
    for event in Parser::new_ext(text, dialect) {
        match event {
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://github.com/acme/shop/"), "{dest_url} from {bad:?}");
            }
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => code_blocks += 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                only_ours(&html, bad);
                tags += &html;
            }
            Event::Text(words) => assert!(!words.contains("@evil") || is_fenced(text, &words), "{bad:?} in\n{text}"),
            _ => {}
        }
    }
    assert_eq!((headings, images, code_blocks), (1, 0, 0), "{bad:?} in\n{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c)), "{bad:?}");
    assert!(!tags.contains("<!--"), "{bad:?} in\n{text}");
    assert_eq!(tags.matches("<details").count(), tags.matches("</details>").count(), "{bad:?} in\n{text}");
}

fn is_fenced(text: &str, words: &str) -> bool {
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if line == open => fence = None,
            Some(_) if words.contains(line) || line.contains(words.trim_end()) => return true,
            _ => {}
        }
    }
    false
}

fn only_ours(html: &str, bad: &str) {
    const OURS: &[&str] = &[
        "<details>",
        "<details open>",
        "</details>",
        "<summary>",
        "</summary>",
        "<b>",
        "</b>",
        "<code>",
        "</code>",
        "<br>",
        "<sub>",
        "</sub>",
        "<p>",
        "</p>",
        "</a>",
    ];
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        let tag = &rest[start..end];
        let link = tag.starts_with("<a href=\"https://github.com/acme/shop/blob/");
        assert!(OURS.contains(&tag) || link, "{tag} from {bad:?} in {html}");
        rest = &rest[end..];
    }
    assert!(!html.contains("@evil"), "{bad:?} in {html}");
}

#[test]
fn no_text_steers_the_terminal() {
    for bad in NASTY {
        for report in reports(bad) {
            let text = text(&report, Color::Never);
            assert!(!text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{bad:?} in\n{text}");
        }
    }
}

#[test]
fn no_text_commands_the_runner() {
    for bad in NASTY {
        for report in reports(bad) {
            let text = text(&report, Color::Never);
            let commands = |line: &str| line.trim().starts_with("::") || line.contains("##[");
            assert!(!text.lines().any(commands), "{bad:?} in\n{text}");
        }
    }
}

#[test]
fn a_marker_cannot_be_left() {
    assert_eq!(marker("shop#41"), "<!-- landfall: shop#41 -->");
    assert_eq!(marker("a --> b"), "<!-- landfall: a%20--%3E%20b -->");
}
