//! The imports of a Jsonnet text, found as its own lexer would: comments and texts hide none and make none.

/// One import.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// The path as it is written between the quotes.
    pub(super) path: &'a str,
    pub(super) reads: Reads,
    pub(super) line: usize,
}

/// What becomes of an imported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// It is evaluated, and may import.
    Code,
    /// Its content is a value.
    Content,
}

/// The line of a mistake, and what it is.
type Mistake = (usize, &'static str);

/// Returns the imports of a text, or why it has no tokens.
pub(super) fn imports(text: &str) -> Result<Vec<Import<'_>>, Mistake> {
    let mut lexer = Lexer { text, at: 0 };
    let mut imports = Vec::new();
    let mut keyword = None;
    while let Some(token) = lexer.token()? {
        match (token, keyword.take()) {
            (Token::Word("import"), _) => keyword = Some(Reads::Code),
            (Token::Word("importstr" | "importbin"), _) => keyword = Some(Reads::Content),
            (Token::Text(path), Some(reads)) => imports.push(Import { path, reads, line: lexer.line() }),
            // Whatever else follows is a mistake, which Jsonnet explains.
            _ => {}
        }
    }
    Ok(imports)
}

/// Returns every text that is the value of a name, with that name, up to where the text has no tokens.
pub(super) fn named_texts(text: &str) -> Vec<(&str, &str)> {
    let mut lexer = Lexer { text, at: 0 };
    let mut named = Vec::new();
    let mut name = None;
    while let Ok(Some(token)) = lexer.token() {
        match (token, name) {
            (Token::Word(word), _) => name = Some(word),
            (Token::Text(value), Some(word)) => {
                named.push((word, value));
                name = Some(value);
            }
            (Token::Text(key), None) => name = Some(key),
            // Each line: a message may quote one alone.
            (Token::Block(lines), Some(word)) => {
                named.extend(lines.lines().map(|line| (word, line.trim())).filter(|(_, line)| !line.is_empty()));
                name = None;
            }
            (Token::Sign(':' | '=' | ']' | '+'), _) => {}
            (Token::Sign(_) | Token::Block(_), _) => name = None,
        }
    }
    named
}

enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Block(&'a str),
    Sign(char),
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn line(&self) -> usize {
        self.text[..self.at].matches('\n').count() + 1
    }

    fn token(&mut self) -> Result<Option<Token<'a>>, Mistake> {
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { return Ok(None) };
            if first.is_ascii_whitespace() {
                self.at += 1;
            } else if first == '#' || rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.past(2, "*/", "a comment has no end")?;
            } else {
                return self.solid(first).map(Some);
            }
        }
    }

    /// Reads a token that begins here.
    fn solid(&mut self, first: char) -> Result<Token<'a>, Mistake> {
        let rest = self.rest();
        if rest.starts_with("|||") {
            let start = self.at;
            self.block()?;
            return Ok(Token::Block(self.text[start..self.at].trim_matches('|')));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            self.at += end;
            return Ok(Token::Word(&rest[..end]));
        }
        match (first, rest[first.len_utf8()..].chars().next()) {
            ('"' | '\'', _) => self.quoted(first).map(Token::Text),
            ('@', Some(quote @ ('"' | '\''))) => self.verbatim(quote).map(Token::Text),
            _ => {
                self.at += first.len_utf8();
                Ok(Token::Sign(first))
            }
        }
    }

    /// Moves to behind the next `end`, which is not looked for in the first bytes.
    fn past(&mut self, first: usize, end: &str, mistake: &'static str) -> Result<(), Mistake> {
        let found = self.rest()[first..].find(end).ok_or((self.line(), mistake))?;
        self.at += first + found + end.len();
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Result<&'a str, Mistake> {
        let inside = &self.rest()[1..];
        let mut escaped = false;
        for (at, letter) in inside.char_indices() {
            if letter == quote && !escaped {
                self.at += at + 2;
                return Ok(&inside[..at]);
            }
            escaped = letter == '\\' && !escaped;
        }
        Err((self.line(), "a text has no end"))
    }

    /// Reads a text in which only its quote, written twice, means something else. Such a path is in no repository.
    fn verbatim(&mut self, quote: char) -> Result<&'a str, Mistake> {
        let inside = &self.rest()[2..];
        let mut from = 0;
        while let Some(found) = inside[from..].find(quote) {
            let end = from + found;
            if !inside[end + 1..].starts_with(quote) {
                self.at += end + 3;
                return Ok(&inside[..end]);
            }
            from = end + 2;
        }
        Err((self.line(), "a text has no end"))
    }

    /// Reads a text of whole lines, which ends with the first line that is indented less than its first one.
    fn block(&mut self) -> Result<(), Mistake> {
        let start = self.line();
        self.at += 3;
        self.skip("-");
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r']).len();
        if !self.skip("\n") {
            return Err((start, "a text block begins below its `|||`"));
        }
        while self.skip("\n") {}
        let rest = self.rest();
        let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
        if indent.is_empty() {
            return Err((start, "a text block is not indented"));
        }
        while self.skip(indent) {
            self.past(0, "\n", "a text block has no end").map_err(|(_, why)| (start, why))?;
            while self.skip("\n") {}
        }
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        if self.skip("|||") { Ok(()) } else { Err((start, "a text block has no end")) }
    }

    fn skip(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        imports(text).unwrap().into_iter().map(|import| import.path).collect()
    }

    #[test]
    fn every_way_to_write_an_import_is_found() {
        for text in [
            "import 'x'",
            "import\n\t\"x\"",
            "import /* y */ // z\n # a\n 'x'",
            "(importstr @'x').foo",
            "1+importbin@\"x\"",
            "/**/import'x'",
            "/*/ */import 'x'",
            "|||\n \n|||+import 'x'",
            "|||-\n\n\t a\n\n\t |||\n\t|||+import 'x'",
            "'\\\\'+import 'x'",
            "@'\\'+import 'x'",
            "@'''' + import 'x'",
            "{ a: \"\\\"\" }+import 'x'",
            "1import 'x'",
            "a<//\nimport 'x'",
            "'a\nb'+import 'x'",
        ] {
            assert_eq!(found(text), ["x"], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_import_is_none() {
        for text in [
            "// import 'x'",
            "/* import 'x' */",
            "\"import 'x'\"",
            "'\\'import \"x\"'",
            "|||\n  import 'x'\n|||",
            "@\"\"\"import 'x'\"",
            "reimport 'x'",
            "import_ 'x'",
            "# import 'x'",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_text_is_named_by_what_stands_before_it() {
        let text = "{ a: 'b', 'c':: \"d\", local e = 'f', g: h('i') + 'j' }";
        let named = named_texts(text);
        for pair in [("a", "b"), ("c", "d"), ("e", "f")] {
            assert!(named.contains(&pair), "{named:?}");
        }
        assert!(!named.iter().any(|(_, text)| ["i", "j"].contains(text)), "{named:?}");
    }

    #[test]
    fn a_text_is_named_however_its_name_and_itself_are_written() {
        for text in ["{['key']: 'x'}", "{key: |||\n  x\n|||}", "{'key'+: 'x'}", "local key = |||\n\tx\n|||; key"] {
            assert!(named_texts(text).contains(&("key", "x")), "{text}");
        }
    }

    #[test]
    fn a_text_without_an_end_is_a_mistake_with_its_line() {
        for (text, line) in [("\n'a", 2), ("/*", 1), ("\n|||\n a", 2), ("|||a\n", 1), ("@'a''", 1), ("|||\na\n|||", 1)]
        {
            assert_eq!(imports(text).unwrap_err().0, line, "{text}");
        }
    }
}
