//! Problems as a case keeps them: in words, with their lines.

use std::fmt::Write as _;

use miette::{Diagnostic, NarratableReportHandler};

pub(crate) fn problems<D: Diagnostic>(problems: &[D]) -> String {
    let mut text = String::new();
    for problem in problems {
        NarratableReportHandler::new().with_context_lines(0).render_report(&mut text, problem).unwrap();
        writeln!(text).unwrap();
    }
    text
}
