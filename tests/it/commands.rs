//! A program of the rules renders: only where merged rules or a person allow it, and without what the job has.

use landfall_fakehost::Change::Write;
use landfall_world::{MAIN, REPOSITORY};

use crate::checkout::Checkout;
use crate::{config_map, rules, world};

const ALLOWED: [&str; 5] = ["render", "--format", "json", "--allow-command", "sh"];

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";

fn script(text: &str) -> String {
    format!("render: {{command: {{program: sh, args: [make.sh, \"{{{{ commit }}}}\"]}}}}, {text}")
}

fn checkout(program: &str) -> Checkout {
    Checkout::ruled(&script(""), &[("deploy/make.sh", program), ("other/a.yaml", MAP)])
}

#[test]
fn a_person_allows_a_program_by_its_name_and_it_sees_the_commit() {
    let checkout = checkout("cat ../other/a.yaml; echo \"  commit: $1\"\n");
    checkout.refused(&["would run the program `sh`, which is not allowed here", "--allow-command sh"]);
    let output = checkout.run(&ALLOWED);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let commit = checkout.git(&["rev-parse", "HEAD"]);
    assert!(said.contains(&format!("\"commit\": \"{commit}\"")), "{said}");
}

#[test]
fn a_program_gets_no_variable_of_the_job_and_no_home() {
    let checkout =
        checkout("{ cat ../other/a.yaml; echo \"  names: \\\"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\\\"\"; }\n");
    let said = String::from_utf8(checkout.run(&ALLOWED).stdout).unwrap();
    let names = said.lines().find(|line| line.contains("\"names\"")).unwrap_or_else(|| panic!("{said}")).to_owned();
    for name in names.split('"').nth(3).unwrap().split_whitespace() {
        let known = ["GOGC", "GOMEMLIMIT", "HOME", "PATH", "PWD", "OLDPWD", "SHLVL", "_"];
        assert!(known.contains(&name) || name.to_lowercase().ends_with("_proxy"), "{name}: {names}");
    }
}

#[test]
fn a_program_that_fails_is_told_with_its_last_lines_and_the_command() {
    let checkout = checkout("echo nonsense >&2; pwd >&2; exit 3\n");
    let output = checkout.run(&ALLOWED);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("sh cannot build deploy: nonsense") && said.contains("sh make.sh "), "{said}");
}

#[tokio::test]
async fn a_program_is_run_for_merged_rules_and_for_no_others() {
    let map = config_map("a", "1");
    let (mut world, namespace) = world(&[("deploy/a.yaml", &map)]).await;
    world.set("PATH", "/usr/bin:/bin");
    let rules = rules(&namespace).replace("source:", &format!("{}source:", script("")));
    let files = [("landfall.yaml", Write(rules.as_str())), ("deploy/make.sh", Write("cat a.yaml\n"))];
    world.set_token("");

    // A proposal's own rules count for nothing while the branch has none.
    let bare = world.host.push_files(REPOSITORY, MAIN, &[("landfall.yaml", landfall_fakehost::Change::Delete)], "none");
    bare.await.unwrap();
    let proposal = world.propose("program", "program", &files).await.unwrap();
    let plan = world.plan(proposal).await.unwrap();
    assert!(plan.stdout.contains("would run the program `sh`, which is not allowed here"), "{}", plan.everything());

    let merged = world.merge(proposal).await.unwrap();
    assert_eq!(merged.code, 0, "{}", merged.everything());
    let changed = config_map("a", "2");
    let next = world.propose("next", "next", &[("deploy/a.yaml", Write(&changed))]).await.unwrap();
    let plan = world.plan(next).await.unwrap();
    assert_eq!(plan.code, 0, "{}", plan.everything());
    assert!(plan.stdout.contains("ConfigMap/a"), "{}", plan.everything());
}
