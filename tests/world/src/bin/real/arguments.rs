//! The command line.

use std::path::PathBuf;

use crate::Result;

const USAGE: &str = "usage: real LANDFALL FOLDER SOURCE [--remove FILE] [--installed FILE]...";

pub(crate) struct Arguments {
    pub(crate) landfall: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) source: String,
    /// The file that a proposal removes, from the repository's root; chosen when none is named.
    pub(crate) remove: Option<String>,
    /// Manifests that the clusters have before the application comes.
    pub(crate) installed: Vec<PathBuf>,
}

impl Arguments {
    pub(crate) fn read() -> Result<Self> {
        let mut words = std::env::args().skip(1);
        let mut next = || words.next().ok_or(USAGE);
        let (landfall, folder, source) = (next()?.into(), next()?.into(), next()?);
        let mut arguments = Self { landfall, folder, source, remove: None, installed: Vec::new() };
        while let Some(option) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match option.as_str() {
                "--remove" => arguments.remove = Some(value),
                "--installed" => arguments.installed.push(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(arguments)
    }
}
