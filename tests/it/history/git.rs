//! What Git has in a random history, how somebody edits it, and what of it a cluster shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::others;
use crate::chance::Chance;
use crate::pitfalls::map;

pub(super) const NAMES: [&str; 4] = ["a", "b", "c", "d"];
pub(super) const KEYS: [&str; 3] = ["k", "l", "m"];
const VARIABLES: [&str; 3] = ["ONE", "TWO", "THREE"];
const PORTS: [u16; 3] = [80, 443, 8080];
/// The rule that gives Git what others own too.
const OURS: &str = "conflicts: [{kind: ConfigMap, path: data, resolve: ours}],";

type Values = BTreeMap<&'static str, usize>;

/// What the branch has.
#[derive(Default)]
pub(super) struct Git {
    /// `ConfigMap`s, and the value of each key.
    maps: BTreeMap<&'static str, Values>,
    /// The Deployment `web`: its image, and its environment.
    web: Option<(usize, Values)>,
    /// The ports of the Service `web`.
    ports: Option<BTreeSet<u16>>,
    /// The content of a Job that runs before everything else.
    migration: Option<usize>,
    /// Whether the rules give Git what others own too.
    pub(super) ours: bool,
}

impl Git {
    /// Changes, adds or removes one object, and says which.
    pub(super) fn edit(&mut self, chance: &mut Chance) -> String {
        match chance.below(8) {
            0..=3 => {
                let name = NAMES[chance.below(NAMES.len())];
                self.edit_map(name, chance);
                format!("edit ConfigMap/{name}")
            }
            4 | 5 => {
                let web = (chance.below(3), values(&VARIABLES, chance));
                self.web = (self.web.is_none() || chance.below(4) > 0).then_some(web);
                "edit Deployment/web".to_owned()
            }
            6 => {
                let mut ports: BTreeSet<u16> = PORTS.into_iter().filter(|_| chance.below(2) == 0).collect();
                ports.insert(PORTS[chance.below(PORTS.len())]);
                self.ports = (self.ports.is_none() || chance.below(4) > 0).then_some(ports);
                "edit Service/web".to_owned()
            }
            _ => {
                self.migration = (self.migration.is_none() || chance.below(4) > 0).then_some(chance.below(3));
                "edit Job/migrate".to_owned()
            }
        }
    }

    /// Gives a `ConfigMap` other values, or removes it.
    pub(super) fn edit_map(&mut self, name: &'static str, chance: &mut Chance) {
        let values = values(&KEYS, chance);
        match self.maps.remove(name) {
            Some(_) if chance.below(3) == 0 => {}
            _ => drop(self.maps.insert(name, values)),
        }
    }

    /// Returns every file that there may be, with its text where there is one.
    pub(super) fn files(&self, namespace: &str) -> Vec<(String, Option<String>)> {
        let rules = crate::rules(namespace);
        let rules =
            if self.ours { rules.replace("source: deploy,", &format!("source: deploy, {OURS}")) } else { rules };
        let mut files = vec![
            ("landfall.yaml".to_owned(), Some(rules)),
            ("deploy/web.yaml".to_owned(), self.web.as_ref().map(|(image, variables)| web(*image, variables))),
            ("deploy/service.yaml".to_owned(), self.ports.as_ref().map(service)),
            ("deploy/migrate.yaml".to_owned(), self.migration.map(migrate)),
        ];
        files.extend(
            NAMES.map(|name| (format!("deploy/{name}.yaml"), self.maps.get(name).map(|data| config_map(name, data)))),
        );
        files
    }

    /// Whether Git has this object.
    pub(super) fn has(&self, object: &Value) -> bool {
        let name = object["metadata"]["name"].as_str().unwrap();
        match object["kind"].as_str().unwrap() {
            "ConfigMap" => self.maps.contains_key(name),
            "Deployment" => self.web.is_some(),
            "Service" => self.ports.is_some(),
            _ => self.migration.is_some(),
        }
    }

    /// Whether a field that somebody else owns has another value than Git's: the deploy has to be held then.
    pub(super) fn is_contested(&self, live: &[Value]) -> bool {
        let mut maps = live.iter().filter(|object| object["kind"] == "ConfigMap");
        !self.ours
            && maps.any(|object| {
                let wanted = self.maps.get(object["metadata"]["name"].as_str().unwrap());
                wanted.into_iter().flatten().any(|(key, value)| {
                    let live = &object["data"][key];
                    live.as_str().is_some_and(|live| live != value.to_string()) && others::owns(object, key)
                })
            })
    }

    /// Says what the cluster has otherwise than Git: values, objects, and what Git no longer has and nobody else owns.
    pub(super) fn differences(&self, live: &[Value]) -> String {
        let mut differences = String::new();
        for object in live.iter().filter(|object| !self.has(object)) {
            let _ = write!(differences, "{} {} is there; ", object["kind"], object["metadata"]["name"]);
        }
        for (name, values) in &self.maps {
            let Some(object) = find(live, "ConfigMap", name) else {
                let _ = write!(differences, "ConfigMap/{name} is not there; ");
                continue;
            };
            let data: BTreeMap<String, Value> = serde_json::from_value(object["data"].clone()).unwrap_or_default();
            let ours =
                data.into_iter().filter(|(key, _)| values.contains_key(key.as_str()) || !others::owns(object, key));
            compare(&mut differences, name, &texts(values), &ours.collect());
        }
        if let Some((image, variables)) = &self.web {
            let container =
                find(live, "Deployment", "web").map(|web| &web["spec"]["template"]["spec"]["containers"][0]);
            let container = container.unwrap_or(&Value::Null);
            let mut wanted = texts(variables);
            wanted.insert("image".to_owned(), image_of(*image).into());
            let mut found = others::without(named(&container["env"], "name", "value"));
            found.insert("image".to_owned(), container["image"].clone());
            compare(&mut differences, "Deployment/web", &wanted, &found);
        }
        if let Some(ports) = &self.ports {
            let found = find(live, "Service", "web").map(|service| named(&service["spec"]["ports"], "name", "port"));
            let wanted = ports.iter().map(|port| (format!("p{port}"), Value::from(*port)));
            compare(&mut differences, "Service/web", &wanted.collect(), &others::without(found.unwrap_or_default()));
        }
        if let Some(content) = self.migration {
            let pod =
                find(live, "Job", "migrate").map(|job| &job["spec"]["template"]["spec"]["containers"][0]["image"]);
            if pod.is_none_or(|image| *image != image_of(content)) {
                let _ = write!(differences, "Job/migrate is {pod:?}; ");
            }
        }
        differences
    }
}

/// Returns the items of a list by one of their fields.
pub(super) fn named(list: &Value, key: &str, value: &str) -> BTreeMap<String, Value> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| Some((item[key].as_str()?.to_owned(), item[value].clone()))).collect()
}

pub(super) fn find<'a>(live: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    live.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name)
}

fn compare(differences: &mut String, what: &str, wanted: &BTreeMap<String, Value>, found: &BTreeMap<String, Value>) {
    if wanted != found {
        let _ = write!(differences, "{what} should have {wanted:?} and has {found:?}; ");
    }
}

fn values(keys: &[&'static str], chance: &mut Chance) -> Values {
    let mut values = Values::new();
    for key in keys {
        if chance.below(3) > 0 {
            values.insert(key, chance.below(5));
        }
    }
    values
}

fn texts(values: &Values) -> BTreeMap<String, Value> {
    values.iter().map(|(key, value)| ((*key).to_owned(), value.to_string().into())).collect()
}

fn config_map(name: &str, values: &Values) -> String {
    let data: Vec<String> = values.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
    map(name, &data.join(", "))
}

fn image_of(version: usize) -> String {
    format!("example.com/shop:{version}")
}

fn web(image: usize, variables: &Values) -> String {
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("{{name: {name}, value: '{value}'}}")).collect();
    let env = if variables.is_empty() { String::new() } else { format!(", env: [{}]", variables.join(", ")) };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  \
         template:\n    metadata: {{labels: {{app: web}}}}\n    \
         spec: {{containers: [{{name: main, image: \"{}\"{env}}}]}}\n",
        image_of(image)
    )
}

fn service(ports: &BTreeSet<u16>) -> String {
    let ports: Vec<String> = ports.iter().map(|port| format!("{{name: p{port}, port: {port}}}")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{selector: {{app: web}}, ports: [{}]}}\n",
        ports.join(", ")
    )
}

fn migrate(content: usize) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, annotations: {{argocd.argoproj.io/hook: PreSync}}}}\n\
         spec: {{backoffLimit: 0, template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: \"{}\"}}]}}}}}}\n",
        image_of(content)
    )
}
