//! The promise of one style that neither compiler nor formatter holds: a type name has one meaning
//! in its crate, and imports are written in one way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::UseTree;

use crate::debts::assert_only_known;
use crate::source::{CRATES, parse, rust_files, types};

/// Where imports are held to one style, next to the crates.
const MORE_SOURCES: [&str; 8] = [
    "benches",
    "engines/benches",
    "engines/tests",
    "examples",
    "models/stateright/examples",
    "models/tests",
    "reports/tests",
    "tests",
];

#[test]
fn no_type_name_is_defined_twice_in_a_crate() {
    let mut found = BTreeSet::new();
    for (root, crate_name) in CRATES {
        let mut defined: BTreeMap<String, usize> = BTreeMap::new();
        for file in rust_files(root) {
            for name in types(&parse(&file)) {
                *defined.entry(name).or_default() += 1;
            }
        }
        for (name, _) in defined.iter().filter(|(_, times)| **times > 1) {
            found.insert(format!("{crate_name}: {name}"));
        }
    }
    assert_only_known("type_names", "a type name has two meanings", &found);
}

/// The module of an import, and whether it is written as one module with names in braces.
fn module_of(tree: &UseTree) -> (Vec<String>, bool) {
    match tree {
        UseTree::Path(path) => {
            let (mut module, plain) = module_of(&path.tree);
            module.insert(0, path.ident.to_string());
            (module, plain)
        }
        UseTree::Group(group) => {
            let plain = |item: &UseTree| !matches!(item, UseTree::Path(_) | UseTree::Group(_));
            (Vec::new(), group.items.iter().all(plain))
        }
        UseTree::Name(_) | UseTree::Rename(_) | UseTree::Glob(_) => (Vec::new(), true),
    }
}

/// Imports of one list of items that do not follow the style: one `use` for each module, with the
/// names of that module in braces.
fn bad_imports(items: &[syn::Item], found: &mut BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    for item in items {
        match item {
            syn::Item::Use(import) => {
                let (module, plain) = module_of(&import.tree);
                let module = module.join("::");
                if !plain {
                    found.insert(format!("several modules in one `use` of {module}"));
                }
                let public = matches!(import.vis, syn::Visibility::Public(_));
                // A renamed import and a condition stand alone.
                if import.attrs.is_empty() && !seen.insert((module.clone(), public)) {
                    found.insert(format!("several `use` of {module}"));
                }
            }
            syn::Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    bad_imports(items, found);
                }
            }
            _ => {}
        }
    }
}

/// The group of an import: std, external, own.
fn group_of(line: &str) -> Option<u8> {
    let path = line.strip_prefix("use ")?;
    let first = path.split([':', ';', ' ']).next()?;
    Some(match first {
        "std" | "core" | "alloc" => 0,
        "crate" | "super" | "self" => 2,
        _ => 1,
    })
}

/// Whether the imports at the head of a file stand in three groups, an empty line between them.
fn is_grouped(text: &str) -> bool {
    let mut last: Option<u8> = None;
    let mut gap = false;
    for line in text.lines() {
        if line.is_empty() {
            gap = true;
        } else if let Some(group) = group_of(line) {
            if let Some(last) = last
                && (group < last || (group != last) != gap)
            {
                return false;
            }
            last = Some(group);
            gap = false;
        } else if last.is_some() && !line.starts_with([' ', '}']) {
            break;
        }
    }
    true
}

fn problems(file: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    bad_imports(&parse(file).items, &mut found);
    if !is_grouped(&fs::read_to_string(file).expect("it was read before")) {
        found.insert("imports are not grouped as std, external, own".to_owned());
    }
    found
}

#[test]
fn imports_have_one_style() {
    let mut found = BTreeSet::new();
    let roots = CRATES.map(|(root, _)| root);
    for root in roots.into_iter().chain(MORE_SOURCES) {
        for file in rust_files(root) {
            for problem in problems(&file) {
                found.insert(format!("{}: {problem}", file.display()));
            }
        }
    }
    assert_only_known("imports", "imports do not follow the style", &found);
}

#[test]
fn each_kind_of_bad_import_is_seen() {
    let problems = |file: syn::File| {
        let mut found = BTreeSet::new();
        bad_imports(&file.items, &mut found);
        found.len()
    };
    assert_eq!(
        problems(syn::parse_quote! { use a::{b, c}; use a::d::E; }),
        0
    );
    assert_eq!(problems(syn::parse_quote! { use a::b; use a::c; }), 1);
    assert_eq!(problems(syn::parse_quote! { use a::{b, c::d}; }), 1);
    assert_eq!(
        problems(syn::parse_quote! { mod tests { use a::{b, c::d}; use a::e; } }),
        2
    );
    assert!(is_grouped("use std::a;\n\nuse b::c;\n\nuse crate::d;\n"));
    assert!(!is_grouped("use b::c;\n\nuse std::a;\n"));
    assert!(!is_grouped("use std::a;\nuse b::c;\n"));
    assert!(!is_grouped("use b::c;\n\nuse b::d;\n"));
}
