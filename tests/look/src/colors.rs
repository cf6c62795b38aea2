//! What a host adds to rendered Markdown: coloured differences and titled alerts. Does not parse Markdown.

const DIFF_START: &str = "<pre><code class=\"language-diff\">";
const DIFF_END: &str = "</code></pre>";

/// Colours the lines of every `diff` fence.
pub(crate) fn diffs(html: &str) -> String {
    let mut colored = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(DIFF_START) {
        let (diff, after) = after.split_once(DIFF_END).unwrap_or((after, ""));
        colored += before;
        colored += DIFF_START;
        diff.lines().for_each(|line| colored += &diff_line(line));
        colored += DIFF_END;
        rest = after;
    }
    colored + rest
}

/// Gives every alert its title.
pub(crate) fn alerts(html: &str) -> String {
    ["Note", "Tip", "Important", "Warning", "Caution"].iter().fold(html.to_owned(), |html, title| {
        let class = format!("<blockquote class=\"markdown-alert-{}\">", title.to_lowercase());
        html.replace(&class, &format!("{class}<p class=\"alert-title\">{title}</p>"))
    })
}

/// Draws the status marks, so that a machine without an emoji font shows them too.
pub(crate) fn marks(html: &str) -> String {
    [("🔴", "red"), ("🟡", "yellow"), ("🟢", "green"), ("⚪", "white")].iter().fold(
        html.to_owned(),
        |html, (mark, name)| {
            html.replace(mark, &format!("<span class=\"mark {name}\" role=\"img\" aria-label=\"{name}\"></span>"))
        },
    )
}

fn diff_line(line: &str) -> String {
    let class = match line.as_bytes().first() {
        Some(b'+') => "added",
        Some(b'-') => "removed",
        Some(b'!') => "masked",
        Some(b'@') => "place",
        _ => return format!("{line}\n"),
    };
    format!("<span class=\"{class}\">{line}</span>")
}
