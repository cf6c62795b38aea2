//! The command line.

use std::path::PathBuf;

use crate::Result;

const USAGE: &str = "usage: real LANDFALL FOLDER SOURCE [--render YAML --reference COMMAND] [--remove FILE] [--installed FILE]... [--until rendered]";

pub(crate) struct Arguments {
    pub(crate) landfall: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) source: String,
    /// What the rules say under `render`; nothing when none.
    pub(crate) render: Option<String>,
    /// What prints the same objects without Landfall, in the repository's root; kubectl when none.
    pub(crate) reference: Option<String>,
    /// The file that a proposal removes, from the repository's root; chosen when none is named.
    pub(crate) remove: Option<String>,
    /// Whether it ends when what is rendered was compared.
    pub(crate) until_rendered: bool,
    /// Manifests that the clusters have before the application comes.
    pub(crate) installed: Vec<PathBuf>,
}

impl Arguments {
    pub(crate) fn read() -> Result<Self> {
        let mut words = std::env::args().skip(1);
        let mut next = || words.next().ok_or(USAGE);
        let (landfall, folder, source) = (next()?.into(), next()?.into(), next()?);
        let (render, reference, remove) = (None, None, None);
        let (until_rendered, installed) = (false, Vec::new());
        let mut arguments = Self { landfall, folder, source, render, reference, remove, until_rendered, installed };
        while let Some(option) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match option.as_str() {
                "--render" => arguments.render = Some(value),
                "--reference" => arguments.reference = Some(value),
                "--until" if value == "rendered" => arguments.until_rendered = true,
                "--remove" => arguments.remove = Some(value),
                "--installed" => arguments.installed.push(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(arguments)
    }
}
