//! Shows a comment as a code host would, as one page without a network. Does not fetch, and does not sanitise.

mod colors;

use pulldown_cmark::{Options, Parser, html};

/// The style sheet of the page.
const STYLE: &str = include_str!("page.css");

/// Returns a whole page that shows the comment, self-contained.
pub fn page(title: &str, markdown: &str) -> String {
    let dialect = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH;
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(markdown, dialect));
    let body = colors::marks(&colors::alerts(&colors::diffs(&body)));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>\n{STYLE}</style></head>\n\
         <body><main><header><b>landfall</b> <span>bot</span> commented</header>\n\
         <article>\n{body}</article></main></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_colours_differences_and_titles_alerts() {
        let page = page("x", "> [!WARNING]\n> - careful\n\n```diff\n- a\n+ b\n```\n");
        assert!(page.contains("<p class=\"alert-title\">Warning</p>"), "{page}");
        assert!(page.contains("<span class=\"removed\">- a</span>"), "{page}");
        assert!(page.contains("<span class=\"added\">+ b</span>"), "{page}");
    }
}
