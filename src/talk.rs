//! What goes to standard error: no line of it is a command to the runner, though it may quote what others wrote.

use std::io::{Result, Write};

use landfall_core::report::disarmed;

/// A writer of whole lines, each made harmless.
pub struct Talk<W>(pub W);

impl<W: Write> Write for Talk<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let lines: String = text.split_inclusive(['\n', '\r']).map(disarmed).collect();
        self.0.write_all(lines.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_quotes_is_no_command() -> Result<()> {
        let mut told = Vec::new();
        Talk(&mut told).write_all(b"WARN refused: a\n::error::b\r ::c ##[d]\n")?;
        assert_eq!(String::from_utf8_lossy(&told), "WARN refused: a\n: :error::b\r : :c # #[d]\n");
        Ok(())
    }
}
