//! What a `ConfigMap` holds of an inventory: its JSON as text or, where that is long, compressed. Does not read the JSON.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The key of the text.
pub(super) const KEY: &str = "inventory.json";

/// The key of the compressed text.
const PACKED_KEY: &str = "inventory.json.gz";

/// Most bytes of a text that is written as it is, so that a person can read it: some 2,500 objects.
const TEXT_BYTES_MAX: usize = 512 * 1024;

/// Most bytes that are unpacked: several times what the largest set needs.
const UNPACKED_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Most bytes that a `ConfigMap` holds (kubernetes/core validation, `MaxSecretSize`); the keys and the version are small.
pub(super) const BYTES_MAX: usize = 1024 * 1024 - 1024;

/// The parts of a `ConfigMap` that an inventory is in (core/v1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Content {
    /// Texts by key.
    pub data: BTreeMap<String, String>,
    /// Bytes by key, in base64.
    pub binary_data: BTreeMap<String, String>,
}

impl Content {
    /// Returns what a live `ConfigMap` holds.
    pub fn of(config_map: &Value) -> Self {
        let texts = |key: &str| serde_json::from_value(config_map[key].clone()).unwrap_or_default();
        Self { data: texts("data"), binary_data: texts("binaryData") }
    }

    /// Holds a text. One that is packed stands beside `packed`, for those who cannot unpack it.
    pub(super) fn new(text: String, packed: &str) -> Result<Self, usize> {
        if text.len() <= TEXT_BYTES_MAX {
            return Ok(Self { data: BTreeMap::from([(KEY.to_owned(), text)]), ..Self::default() });
        }
        let bytes = pack(&text);
        if bytes.len() > BYTES_MAX {
            return Err(bytes.len());
        }
        let data = BTreeMap::from([(KEY.to_owned(), packed.to_owned())]);
        Ok(Self { data, binary_data: BTreeMap::from([(PACKED_KEY.to_owned(), STANDARD.encode(bytes))]) })
    }

    /// Returns the compressed text; none where it is not compressed.
    pub(super) fn unpacked(&self) -> Option<io::Result<String>> {
        self.binary_data.get(PACKED_KEY).map(|bytes| unpack(bytes))
    }
}

fn pack(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.expect("memory takes every byte")
}

fn unpack(bytes: &str) -> io::Result<String> {
    let bytes = STANDARD.decode(bytes).map_err(io::Error::other)?;
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).take(UNPACKED_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}
