//! A template's text: where a mistake in it is, and what of its output stands in it word for word.
//!
//! Renders nothing: a process of its own does, and hands over what came out or what is wrong.

use std::ops::Range;
use std::sync::Arc;

use super::reader::{self, mentions_secret};
use super::template_problem::TemplateProblem;
use super::{Compat, Located, Manifest, Origin, ReadErrors, SourceFile, Text};

/// What starts everything in a template that is not text.
const TAGS: [&str; 3] = ["{{", "{%", "{#"];

/// A template, decoded as every file is.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<Text>,
}

impl Template {
    /// Decodes a template.
    pub fn open(source: &SourceFile) -> Result<Self, ReadErrors> {
        reader::text(source).map(|text| Self { text })
    }

    /// Returns its path in the commit.
    pub fn path(&self) -> &str {
        &self.text.path
    }

    /// Returns its text.
    pub fn content(&self) -> &str {
        &self.text.content
    }

    /// Returns a mistake at a place of the template, whose text is shown unless a Secret is in it.
    pub fn wrong(&self, problem: TemplateProblem, span: Range<usize>) -> ReadErrors {
        let label = problem.label();
        let error = Located::new(&self.text, problem.into(), self.text.first_line(span), label);
        ReadErrors::one(if mentions_secret(&self.text.content) { error.without_text() } else { error })
    }

    /// Returns a mistake that has no place in the template.
    pub fn wrong_as_a_whole(&self, problem: TemplateProblem) -> ReadErrors {
        ReadErrors::one(Located::of_file(&self.text, problem.into()))
    }

    /// Returns the bytes between two places, each a line from one and a column in characters from one.
    pub fn span(&self, (line, column): (usize, usize), chars: usize) -> Range<usize> {
        let content = self.content();
        let lines_before: usize = content.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let offset = |chars| content[lines_before..].chars().take(chars).map(char::len_utf8).sum::<usize>();
        let start = column.saturating_sub(1);
        lines_before + offset(start)..lines_before + offset(start + chars)
    }

    /// Reads what the template rendered to. A mistake is shown in the rendered text: no line of the template has it.
    pub fn read(&self, rendered: &str, mode: Compat) -> Result<Vec<Manifest>, ReadErrors> {
        let is_exact = |span: &Range<usize>| span.end <= self.verbatim(rendered);
        let source = SourceFile::new(format!("{} (rendered)", self.path()), rendered);
        let mut manifests = super::read(&source, mode)?;
        for manifest in &mut manifests {
            let first_key = manifest.spans.first().filter(is_exact).map(|span| self.text.line(span.start));
            manifest.origin = Origin { path: self.path().to_owned(), line: first_key };
            manifest.spans.retain(is_exact);
            manifest.text = Arc::clone(&self.text);
        }
        Ok(manifests)
    }

    /// Returns up to where template and output are the same text: up to the first tag, which may take blanks away.
    fn verbatim(&self, rendered: &str) -> usize {
        let first_tag = TAGS.iter().filter_map(|tag| self.content().find(tag)).min();
        let before = self.content()[..first_tag.unwrap_or(self.content().len())].trim_end();
        if rendered.starts_with(before) { before.len() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::open(&SourceFile::new("a.yaml.tera", text.as_bytes())).expect("this is text")
    }

    #[test]
    fn only_lines_that_are_the_same_in_both_texts_are_lines_of_the_template() {
        let text = "# é\r\nkind: A\napiVersion: v1\nmetadata:\n  name: {{ x }}\n  labels: {a: b}\n";
        let read = template(text).read(&text.replace("{{ x }}", "web"), Compat::Strict).expect("this is an object");
        let lines = ["", "/kind", "/apiVersion", "/metadata/name", "/metadata/labels/a"];
        assert_eq!(lines.map(|at| read[0].line_of(at)), [2, 2, 3, 2, 2].map(Some));
        assert_eq!(read[0].origin.to_string(), "a.yaml.tera:2");
    }

    #[test]
    fn an_object_that_a_tag_made_has_no_line() {
        let object = "kind: A\napiVersion: v1\nmetadata: {name: web}\n";
        for text in ["{# x #}\n".to_owned() + object, "# other\n{% if a %}\n".to_owned() + object] {
            let read = template(&text).read(object, Compat::Strict).expect("this is an object");
            assert_eq!(read[0].origin.to_string(), "a.yaml.tera");
            assert_eq!(read[0].line_of("/metadata/name"), None);
        }
    }

    #[test]
    fn a_line_and_a_column_are_bytes() {
        let template = template("é: 1\nëb: {{ ü | x }}\n");
        let span = template.span((2, 12), 1);
        assert_eq!(&template.content()[span], "x");
        assert_eq!(template.span((9, 9), 9), 24..24);
    }
}
