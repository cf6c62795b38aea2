//! What a scalar means: go-yaml v2's rules, which are neither YAML 1.1 nor 1.2.
//!
//! `yes` is true, `0644` is 420, `12:30` is text (go-yaml v2.4 `resolve.go`).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::number::{is_yaml_float, parse_float, parse_int, parse_uint};
use super::problem::ReadProblem;
use super::timestamp::is_timestamp;
use super::tree::Scalar;

/// Base64 as Go decodes it: the bits behind the last byte may be anything.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The prefix of the tags that YAML itself defines.
const YAML_TAGS: &[u8] = b"tag:yaml.org,2002:";

/// The tag written in front of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ScalarTag {
    /// None, and the scalar is plain.
    Plain,
    /// `!!null`, `!!bool`, `!!int`, `!!float` or `!!timestamp`, by its short name.
    Core(String),
    /// `!!binary`.
    Binary,
    /// Quoted, a block, `!!str`, or any tag go-yaml does not know.
    Text,
    /// `!!merge`.
    Merge,
}

impl ScalarTag {
    /// Returns which rule reads a scalar with this tag; like go-yaml, tags it does not know make text.
    pub(crate) fn new(tag: Option<&[u8]>, implicit: bool) -> Self {
        let Some(tag) = tag else {
            return if implicit { Self::Plain } else { Self::Text };
        };
        match tag.strip_prefix(YAML_TAGS).map(str::from_utf8) {
            Some(Ok(name @ ("null" | "bool" | "int" | "float" | "timestamp"))) => Self::Core(name.to_owned()),
            Some(Ok("binary")) => Self::Binary,
            Some(Ok("merge")) => Self::Merge,
            _ => Self::Text,
        }
    }
}

/// Returns what the scalar `text` means.
pub(crate) fn resolve(tag: &ScalarTag, text: &str) -> Result<Scalar, ReadProblem> {
    match tag {
        ScalarTag::Plain => Ok(plain(text)),
        ScalarTag::Text | ScalarTag::Merge => Ok(Scalar::Text(text.to_owned())),
        ScalarTag::Binary => binary(text),
        ScalarTag::Core(name) => tagged(name, text),
    }
}

fn plain(text: &str) -> Scalar {
    known_word(text).or_else(|| numeric(text)).unwrap_or_else(|| Scalar::Text(text.to_owned()))
}

fn known_word(text: &str) -> Option<Scalar> {
    let scalar = match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => return None,
    };
    Some(scalar)
}

fn numeric(text: &str) -> Option<Scalar> {
    match text.as_bytes().first()? {
        b'.' => without_underscores(text).and_then(|digits| parse_float(&digits)).map(Scalar::Float),
        b'0'..=b'9' | b'+' | b'-' => number(&text.replace('_', "")),
        _ => None,
    }
}

fn number(text: &str) -> Option<Scalar> {
    if let Some(int) = parse_int(text) {
        return Some(Scalar::Int(int));
    }
    if let Some(uint) = parse_uint(text) {
        return Some(Scalar::Uint(uint));
    }
    if is_yaml_float(text) {
        return parse_float(text).map(Scalar::Float);
    }
    signed_binary(text)
}

/// Reads `0b-1` and `0b+1`, which go-yaml's second try at binary lets through.
fn signed_binary(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix("0b")?;
    i64::from_str_radix(digits, 2).ok().map(Scalar::Int)
}

/// Removes underscores where Go's `strconv.ParseFloat` lets them stand: between two digits.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    let fits = underscores.all(|(at, _)| at > 0 && is_digit(at - 1) && is_digit(at + 1));
    fits.then(|| text.replace('_', ""))
}

fn binary(text: &str) -> Result<Scalar, ReadProblem> {
    let unbroken = text.replace(['\r', '\n'], "");
    let bytes = BASE64.decode(unbroken).map_err(|_| ReadProblem::BinaryTag)?;
    Ok(Scalar::Text(with_replacements(&bytes)))
}

/// Reads UTF-8 with one U+FFFD for each byte that is none, as Go does.
fn with_replacements(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn tagged(tag: &str, text: &str) -> Result<Scalar, ReadProblem> {
    if tag == "timestamp" && is_timestamp(text) {
        return Ok(Scalar::Text(text.to_owned()));
    }
    match (tag, plain(text)) {
        #[expect(clippy::cast_precision_loss, reason = "go-yaml converts the same way")]
        ("float", Scalar::Int(int)) => Ok(Scalar::Float(int as f64)),
        ("null", Scalar::Null) => Ok(Scalar::Null),
        ("bool", bool @ Scalar::Bool(_)) => Ok(bool),
        ("int", int @ (Scalar::Int(_) | Scalar::Uint(_))) => Ok(int),
        ("float", float @ Scalar::Float(_)) => Ok(float),
        _ => Err(ReadProblem::Tag { tag: tag.to_owned() }),
    }
}
