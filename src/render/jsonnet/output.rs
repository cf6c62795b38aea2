//! Objects in what Jsonnet wrote: one, a list, or a map of names that ends in objects. Does not check an object.

use landfall_core::manifest::{Compat, SourceFile, push_step, values};
use serde_json::Value;

use crate::render::Error;

/// Returns every object, one document each, in the order of names and places.
pub(super) fn objects(file: &str, stdout: Vec<u8>) -> Result<Vec<u8>, Error> {
    let written = values(&SourceFile::new(file, stdout), Compat::Kubectl).map_err(Box::new)?;
    let mut found = Vec::new();
    for value in &written {
        collect(value, "", &mut found).map_err(|why| Error::Tool {
            tool: "jsonnet".to_owned(),
            source_folder: file.to_owned(),
            why,
            help: "return objects, lists of objects, or maps whose values are either".to_owned(),
        })?;
    }
    Ok(found.into_iter().flat_map(|object| object.to_string().into_bytes()).collect())
}

fn collect<'a>(value: &'a Value, pointer: &str, found: &mut Vec<&'a Value>) -> Result<(), String> {
    let place = || if pointer.is_empty() { "what it returns".to_owned() } else { format!("its {pointer}") };
    let below = |step: &str| {
        let mut pointer = pointer.to_owned();
        push_step(&mut pointer, step);
        pointer
    };
    match value {
        Value::Object(map) if map.contains_key("apiVersion") && map.contains_key("kind") => found.push(value),
        Value::Object(map) if map.contains_key("apiVersion") || map.contains_key("kind") => {
            let missing = if map.contains_key("kind") { "apiVersion" } else { "kind" };
            return Err(format!("{} has no {missing}", place()));
        }
        Value::Object(map) => map.iter().try_for_each(|(key, value)| collect(value, &below(key), found))?,
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(at, item)| collect(item, &below(&at.to_string()), found))?;
        }
        // What a condition leaves out.
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(format!("{} is neither an object nor a list or map of objects", place()));
        }
    }
    Ok(())
}
