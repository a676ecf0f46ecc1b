//! Packages in folders beside each other.

use super::*;

#[test]
fn kinds_enums_structs_units_functions_constants_and_templates_are_used() {
    let w = pair();
    w.ivs(&["fetch", "shop"])
        .is(0, "  new: shared 1.0.0 from path+../shared\n1 package pinned in shop/ivs.lock\n");
    w.check("shop").is(0, "");
}

#[test]
fn the_set_of_a_kind_is_the_packages_own_even_in_a_dependency() {
    let w = pair();
    // Two own widgets; `proto` of the dependency is none of them, neither here nor for the default over there.
    let asserted = format!(
        "{SHOP}\nkind seen {{ n: int where it == 2 }}\nseen here {{ n = length(widget) }}\nseen there {{ n = one.all }}\n"
    );
    w.write("shop/main.ivs", &asserted).ivs(&["fetch", "shop"]);
    w.check("shop").is(0, "");
}

#[test]
fn only_the_packages_own_declarations_give_outputs() {
    let w = World::new();
    let service = |name: &str| {
        format!(
            "service {name} {{ image = \"registry.example/{name}:1.0.0\", resources {{ cpu = 1..1, memory = 1Gi..1Gi }} }}\n"
        )
    };
    w.package("shared", "shared", "", &format!("{}template {}", service("theirs"), service("base")));
    let own = format!("use shared.{{base}}\n{}service derived from base {{ }}\n", service("ours"));
    w.package("shop", "shop", "shared = { path = \"../shared\" }", &own);
    w.ivs(&["fetch", "shop", "-q"]).is(0, "");
    w.ivs(&["build", "shop", "-q"]).is(0, "");
    let mut made: Vec<String> = fs::read_dir(w.path("shop/out/kubernetes/default"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    made.sort();
    assert_eq!(made, ["derived.yaml", "kustomization.yaml", "ours.yaml"]);
}

#[test]
fn private_names_stay_private() {
    let w = pair();
    w.write("shop/main.ivs", "use shared.{two}\n").ivs(&["fetch", "shop"]);
    w.check("shop").says(1, "shop/main.ivs:1:13: error[IVS1007]: `two` is private to `shared`");
}

#[test]
fn a_package_is_used_under_its_own_name_only() {
    let w = pair();
    w.package("shop", "shop", "common = { path = \"../shared\" }", SHOP);
    w.ivs(&["fetch", "shop", "--format", "short"]).is(
        1,
        "shop/ivs.toml:7:1: error[IVS5023]: the package at `../shared` calls itself `shared`\n1 error\n",
    );
}

#[test]
fn dependencies_of_dependencies_are_there_but_not_for_others() {
    let w = World::new();
    w.package("c", "c", "", "let deep = 7\n");
    w.package("b", "b", "c = { path = \"../c\" }", "use c.{deep}\nlet middle = deep + 1\n");
    w.package("a", "a", "b = { path = \"../b\" }", "use b.{middle}\nlet top = middle + 1\n");
    w.ivs(&["fetch", "a", "-q"]).is(0, "");
    w.check("a").is(0, "");
    assert_eq!(w.read("a/ivs.lock").matches("[[package]]").count(), 2);
    w.write("a/main.ivs", "use c.{deep}\n");
    w.check("a").is(1, "a/main.ivs:1:5: error[IVS1070]: `c` is not a dependency of `a`\n");
}

#[test]
fn a_dependency_is_not_shadowed_by_a_folder_of_its_name() {
    let w = pair();
    w.write("shop/shared/main.ivs", "let ten = 11\n").ivs(&["fetch", "shop"]);
    w.check("shop").is(0, "");
}

#[test]
fn mistakes_in_a_dependency_are_shown_where_they_are_and_not_offered_for_editing() {
    let w = pair();
    w.write("shared/main.ivs", &SHARED.replace("size = small, n", "size = smal, n"));
    w.ivs(&["fetch", "shop"]);
    w.ivs(&["check", "shop", "--format", "json"]).says(1, "\"fixes\": []");
    w.check("shop").is(1, "shared/main.ivs:12:23: error[IVS2008]: `size` has no member `smal`\n");
}

#[test]
fn the_checks_of_a_dependency_judge_the_packages_own_declarations() {
    let w = pair();
    let check = "check few for x in widget { require x.n < 10 { message = \"`${x.name}` has ${x.n}\" } }\n";
    w.write("shared/main.ivs", &format!("{SHARED}{check}")).ivs(&["fetch", "shop"]);
    w.check("shop").is(1, "shop/main.ivs:5:32: error[shared.few]: `two` has 18\n");
}

#[test]
fn a_dependency_loads_its_own_files() {
    let w = World::new();
    let source = "struct row { id: int }\nlet rows: [row] = load(\"rows.csv\")\n";
    w.package("b", "b", "", source).write("b/rows.csv", "id\n1\n2\n");
    let own = "use b.{rows}\nstruct line { id: int }\nlet mine: [line] = load(\"rows.csv\")\nkind k { seen: int where it == 23 }\nk one { seen = 10 * length(rows) + length(mine) }\n";
    w.package("a", "a", "b = { path = \"../b\" }", own).write("a/rows.csv", "id\n1\n2\n3\n");
    w.ivs(&["fetch", "a", "-q"]).is(0, "");
    w.check("a").is(0, "");
    w.write("b/rows.csv", "id\n1\nx\n").ivs(&["fetch", "a", "-q"]);
    w.check("a").says(1, "b/rows.csv:3:1: error[");
    fs::remove_file(w.path("b/rows.csv")).unwrap();
    w.ivs(&["fetch", "a", "-q"]);
    w.check("a").says(1, "b/main.ivs:2:");
}

#[test]
fn a_value_that_fails_in_a_dependency_is_an_error_and_its_readers_are_silent() {
    let w = pair();
    w.write("shared/main.ivs", &SHARED.replace("let ten = 10", "let ten = floor(10 / (5 - 5))"));
    w.ivs(&["fetch", "shop"]);
    let ran = w.check("shop");
    assert_eq!(
        (ran.code, ran.text.matches("IVS4002").count(), ran.text.lines().count()),
        (1, 1, 1),
        "{}",
        ran.text
    );
}

#[test]
fn overlays_of_a_dependency_apply_where_its_environment_is_derived_from() {
    let w = World::new();
    w.package(
        "b",
        "b",
        "",
        "kind k { n: int = 1 }\nenvironment staging { }\nk base { }\noverlay staging { k base { n = 5 } }\n",
    );
    let source = |staging: &str, n: u8| {
        format!(
            "use b.{{k, base}}\nkind want {{ n: int where it in [1, {n}] }}\n{staging}\nk mine from base {{ }}\nwant w {{ n = mine.n }}\n"
        )
    };
    let depends = "b = { path = \"../b\" }";
    w.package("a", "a", depends, &source("environment staging { }", 1));
    w.ivs(&["fetch", "a", "-q"]).is(0, "");
    w.check("a").is(0, "");
    w.package("a", "a", depends, &source("environment staging from b.staging { }", 1));
    w.check("a").says(1, "error[IVS2102]");
    w.package("a", "a", depends, &source("environment staging from b.staging { }", 5));
    w.check("a").is(0, "");
}
