//! Links to a file of the commit and to the run. Does not know the host: the subject brings the addresses.

use crate::manifest::Origin;
use crate::report::{Report, escape};

/// Returns a link in Markdown, or only its text where the address is not a web address.
pub(crate) fn link(text: &str, url: &str) -> String {
    escape::address(url).map_or_else(|| text.to_owned(), |url| format!("[{text}]({url})"))
}

/// Returns the place in Git as Markdown.
pub(crate) fn origin(report: &Report, origin: &Origin) -> String {
    let text = escape::code(&origin.to_string());
    address(report, origin).map_or_else(|| text.clone(), |url| format!("[{text}]({url})"))
}

/// Returns the place in Git as HTML.
pub(crate) fn html_origin(report: &Report, origin: &Origin) -> String {
    let text = escape::html_code(&origin.to_string());
    match address(report, origin) {
        Some(url) => format!("<a href=\"{}\">{text}</a>", escape::attribute(&url)),
        None => text,
    }
}

fn address(report: &Report, origin: &Origin) -> Option<String> {
    let base = escape::address(report.subject.blob_url.as_deref()?)?;
    let line = origin.line.map(|line| format!("#L{line}")).unwrap_or_default();
    Some(format!("{base}/{}{line}", escape::address_path(&origin.path)?))
}
