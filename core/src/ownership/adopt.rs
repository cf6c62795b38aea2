//! What Git says about an object that was in the cluster before: whether, and how far, it becomes ours.

use serde_json::Value;

use super::{Maker, Predecessor};

/// Declares in Git that a live object, which no deployment of ours made, is ours from now on.
const ANNOTATION: &str = "landfall.dev/adopt";

/// How far an object is adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// Not at all.
    Unasked,
    /// What tools wrote from files. What nobody is known to have written stays, and so do Helm's marks.
    Fields,
    /// That, what nobody is known to have written, and the marks of a release.
    Whole,
    /// What another inventory of ours wrote, by its app and environment: "shop/production".
    From(String),
}

impl Adoption {
    /// Reads what an object of the set says and, where it says nothing, whether a predecessor made the live one.
    pub fn of(object: &Value, live: &Value, predecessors: &[Predecessor]) -> Self {
        match object["metadata"]["annotations"][ANNOTATION].as_str() {
            Some("true") => Self::Fields,
            Some("whole") => Self::Whole,
            Some(name) if name.contains('/') => Self::From(name.to_owned()),
            Some(_) | None if predecessors.iter().any(|it| it.made(live)) => Self::Fields,
            Some(_) | None => Self::Unasked,
        }
    }

    /// Whether it takes an object from whoever made it.
    pub fn covers(&self, maker: Option<&Maker>) -> bool {
        match (self, maker) {
            (Self::From(wanted), Some(Maker::Inventory { name: Some(name), .. })) => name == wanted,
            (Self::Unasked | Self::From(_), _) | (_, Some(Maker::Inventory { .. })) => false,
            (Self::Fields | Self::Whole, _) => true,
        }
    }
}

/// Returns why an object that Git does not adopt is left alone, and the next step.
pub fn not_adopted(maker: Option<&Maker>) -> (String, String) {
    let annotation =
        |value: &str| format!("to take it over, add the annotation {ANNOTATION}: \"{value}\" to it in Git");
    match maker {
        None => {
            let why = "it is in the cluster already, and no deployment of Landfall made it".to_owned();
            (why, annotation("true"))
        }
        Some(Maker::Inventory { name: Some(name), .. }) => {
            let why = format!("it belongs to the app and environment `{name}`, which would delete or change it too");
            (why, format!("remove it from one of the two; {}", annotation(name)))
        }
        Some(maker @ Maker::Inventory { .. }) => {
            (format!("it belongs to {maker}"), "remove it from one of the two".to_owned())
        }
        Some(maker) => {
            let help = format!("{}; or adopt all of it by the rule `adopt: [{}]`", annotation("true"), maker.written());
            (format!("it is in the cluster already, and belongs to {maker}"), help)
        }
    }
}
