//! What one renderer made, as one more resource of a kustomization: `render.then`.

use landfall_core::manifest::{Change, Manifest, Note, ObjectId, Remark};
use landfall_core::rules::Kustomize;
use serde_json::{Value, json};

use super::contents::Contents;
use super::kustomize::{self, Kustomization};
use super::unfit::Unfit;
use super::{Error, Rendered};
use crate::git::{BlobKind, CommitTree, TreeFile};

/// The file that what was rendered becomes, beside the kustomization.
const FILE_NAME: &str = "landfall-rendered.json";
/// Which of the rendered objects one is, while Kustomize has it: names and kinds may change there.
const NUMBER: &str = "landfall.dev/rendered";

/// Builds a Kustomize folder with what was rendered among its resources.
pub(super) async fn render(tree: &CommitTree, folder: &str, rendered: Rendered) -> Result<Rendered, Error> {
    let mut contents = Contents::of(tree).await?;
    add(&mut contents, folder, &rendered.manifests)?;
    let built = kustomize::build(contents, folder, &Kustomize::default()).await.map_err(of_both)?;
    let mut manifests = built.manifests;
    for manifest in &mut manifests {
        if let Some(from) = take_number(&mut manifest.object).and_then(|number| rendered.manifests.get(number)) {
            manifest.origin = from.origin.clone();
            manifest.made_from.clone_from(&from.made_from);
        }
    }
    let repeated = rendered.manifests.iter().filter_map(repeated).map(Remark::Noted);
    let remarks = rendered.remarks.into_iter().chain(built.remarks).chain(repeated).collect();
    Ok(Rendered { manifests, notes: rendered.notes, remarks })
}

/// No command of the user's builds what was rendered.
fn of_both(error: Error) -> Error {
    let Error::Tool { tool, source_folder, why, .. } = error else { return error };
    let help = "change the kustomization that `render.then` names, or what is rendered for it".to_owned();
    Error::Tool { tool, source_folder, why, help }
}

/// Puts the file of objects into the folder, and its name into the kustomization.
fn add(contents: &mut Contents, folder: &str, manifests: &[Manifest]) -> Result<(), Error> {
    let Kustomization { path, value: mut text, .. } = match kustomize::find(contents, folder)? {
        Some(found) => found,
        None if contents.file(folder).is_some() => {
            return Err(Unfit::file("render.then", folder).into());
        }
        None => {
            let path = super::join(folder, kustomize::FILE_NAMES[0]);
            return Err(Unfit::absent("render.then", &path).into());
        }
    };
    let name = text.as_object().and_then(|map| map.keys().find(|key| key.eq_ignore_ascii_case("resources")).cloned());
    let name = name.unwrap_or_else(|| "resources".to_owned());
    match text.get_mut(&name).and_then(Value::as_array_mut) {
        Some(resources) => resources.push(FILE_NAME.into()),
        None => text[&name] = json!([FILE_NAME]),
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": numbered(manifests)});
    let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    contents.put(file(&super::join(beside, FILE_NAME), &list));
    contents.put(file(&path, &text));
    Ok(())
}

fn file(path: &str, content: &Value) -> TreeFile {
    TreeFile { path: path.to_owned(), kind: BlobKind::File, bytes: content.to_string().into_bytes() }
}

fn numbered(manifests: &[Manifest]) -> Vec<Value> {
    let mut objects: Vec<Value> = manifests.iter().map(|manifest| manifest.object.clone()).collect();
    for (number, object) in objects.iter_mut().enumerate() {
        let metadata = &mut object["metadata"];
        if metadata["annotations"].is_null() {
            metadata["annotations"] = json!({});
        }
        metadata["annotations"][NUMBER] = number.to_string().into();
    }
    objects
}

fn take_number(object: &mut Value) -> Option<usize> {
    kustomize::take_annotation(object, NUMBER)?.parse().ok()
}

/// Keys that the first renderer wrote twice are gone after the second.
fn repeated(manifest: &Manifest) -> Option<Note> {
    let fields: Vec<String> = manifest.spans.repeated().cloned().collect();
    let object = ObjectId::of(&manifest.object)?;
    let change = Change::RepeatedKeysDropped { fields };
    (manifest.spans.repeated().next().is_some()).then(|| Note { object, origin: manifest.origin.clone(), change })
}
