//! The files of a packed chart (`charts/redis-17.3.2.tgz`), to look into it. Helm unpacks it for itself.

use std::io::Read as _;

use flate2::read::GzDecoder;

/// What is looked into of one archive; Helm itself refuses charts that unpack to a hundred.
const UNPACKED_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Returns the files by their path in the chart; those that can be read where the archive is damaged.
pub(super) fn files(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive).take(UNPACKED_BYTES_MAX));
    let Ok(entries) = archive.entries() else { return Vec::new() };
    let mut files = Vec::new();
    for mut entry in entries.map_while(Result::ok) {
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        // Everything is in a folder of the chart's name.
        let Some((_, path)) = name.split_once('/') else { continue };
        let mut bytes = Vec::new();
        if entry.header().entry_type().is_file() && entry.read_to_end(&mut bytes).is_ok() {
            files.push((path.to_owned(), bytes));
        }
    }
    files
}
