//! The promise of the layers: arrows between the parts of the program point one way,
//! cli -> serve -> app -> {reports, scenario, explain, engines} -> models.
//!
//! Between crates the compiler holds an arrow once the manifest has it; this test holds the
//! manifests, too, and the layers inside of a crate.

use std::collections::BTreeSet;
use std::path::Path;

use crate::debts::assert_only_known;
use crate::source::{CRATES, module_of, parse, paths, rust_files};

/// A layer: the paths that belong to it, and the layers that it may name.
struct Layer {
    name: &'static str,
    /// Prefixes of paths, the crate's own name first.
    paths: &'static [&'static str],
    may_name: &'static [&'static str],
}

/// From the bottom to the top. What a layer does not list it may not name, however far below.
const LAYERS: [Layer; 15] = [
    Layer {
        name: "models",
        paths: &["poolproof_models"],
        may_name: &[],
    },
    Layer {
        name: "stateright",
        paths: &["poolproof_stateright"],
        may_name: &["models"],
    },
    // What the engines share: delays, draws, typed results.
    Layer {
        name: "engines",
        paths: &["poolproof_engines"],
        may_name: &["models"],
    },
    Layer {
        name: "check",
        paths: &["poolproof_engines::check"],
        may_name: &["engines", "models"],
    },
    Layer {
        name: "simulate",
        paths: &["poolproof_engines::simulate"],
        may_name: &["engines", "models"],
    },
    Layer {
        name: "solve",
        paths: &["poolproof_engines::solve"],
        may_name: &["engines", "models"],
    },
    // What the crates above call: each engine for the model of a pool, compiled once.
    Layer {
        name: "pools",
        paths: &["poolproof_engines::pools"],
        may_name: &["check", "simulate", "solve", "engines", "models"],
    },
    Layer {
        name: "reports",
        paths: &["poolproof_reports"],
        may_name: &["models"],
    },
    // Delays of a scenario are the engines' distributions.
    Layer {
        name: "scenario",
        paths: &["poolproof::scenario"],
        may_name: &["engines", "models"],
    },
    // Records of real servers, in the diagnostics of scenario files.
    Layer {
        name: "records",
        paths: &["poolproof::records"],
        may_name: &["scenario", "engines", "models"],
    },
    // Words about what the engines find.
    Layer {
        name: "explain",
        paths: &["poolproof::explain"],
        may_name: &[
            "engines",
            "check",
            "simulate",
            "solve",
            "stateright",
            "models",
        ],
    },
    Layer {
        name: "app",
        paths: &["poolproof::app"],
        may_name: &[
            "explain",
            "records",
            "scenario",
            "reports",
            "engines",
            "check",
            "simulate",
            "solve",
            "pools",
            "stateright",
            "models",
        ],
    },
    // A page on this machine: requests and responses, without a word of the domain.
    Layer {
        name: "serve",
        paths: &["poolproof::serve"],
        may_name: &["app"],
    },
    Layer {
        name: "cli",
        paths: &["poolproof::cli"],
        may_name: &[
            "serve",
            "app",
            "explain",
            "records",
            "scenario",
            "reports",
            "engines",
            "check",
            "simulate",
            "solve",
            "pools",
            "stateright",
            "models",
        ],
    },
    // The root of the library only lists its modules.
    Layer {
        name: "the library",
        paths: &["poolproof"],
        may_name: &["cli", "serve", "app", "explain", "records", "scenario"],
    },
];

/// The layer with the longest prefix of a path.
fn layer_of(path: &[String]) -> Option<&'static Layer> {
    let prefix = |layer: &&'static Layer| {
        layer
            .paths
            .iter()
            .filter(|prefix| {
                let parts: Vec<_> = prefix.split("::").collect();
                path.len() >= parts.len() && path.iter().zip(&parts).all(|(a, b)| a == b)
            })
            .map(|prefix| prefix.len())
            .max()
    };
    LAYERS
        .iter()
        .filter(|layer| prefix(layer).is_some())
        .max_by_key(prefix)
}

/// Every arrow of a file to another layer that its layer may not name.
fn forbidden_arrows(file: &Path, root: &str, crate_name: &str) -> BTreeSet<String> {
    let module = module_of(file, root);
    let own_path = [&[crate_name.to_owned()], &module[..]].concat();
    let own = layer_of(&own_path).expect("every crate is a layer");
    let mut found = BTreeSet::new();
    if crate_name == "poolproof" && own.name == "the library" && !module.is_empty() {
        found.insert(format!("{}: belongs to no layer", file.display()));
    }
    for mut path in paths(&parse(file), &module) {
        if path[0] == "crate" {
            crate_name.clone_into(&mut path[0]);
        }
        let Some(other) = layer_of(&path) else {
            continue;
        };
        // A module's own children are named by its root.
        let is_below = path.starts_with(&own_path);
        if other.name != own.name && !is_below && !own.may_name.contains(&other.name) {
            found.insert(format!(
                "{}: {} names {}",
                file.display(),
                own.name,
                other.name
            ));
        }
    }
    found
}

#[test]
fn arrows_between_layers_point_one_way() {
    let mut found = BTreeSet::new();
    for (root, crate_name) in CRATES {
        for file in rust_files(root) {
            found.extend(forbidden_arrows(&file, root, crate_name));
        }
    }
    assert_only_known("arrows", "a layer names one that it may not name", &found);
}

/// Otherwise a typing error in the table would allow everything, or nothing.
#[test]
fn the_layers_have_no_circle_and_name_each_other_rightly() {
    for (at, layer) in LAYERS.iter().enumerate() {
        for name in layer.may_name {
            let other = LAYERS.iter().position(|layer| layer.name == *name);
            assert!(
                other.is_some_and(|other| other < at),
                "{} may name {name}, which does not stand before it",
                layer.name
            );
        }
    }
}

#[test]
fn an_upward_path_is_seen() {
    let layer = |path: &str| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        layer_of(&path).map(|layer| layer.name)
    };
    assert_eq!(layer("poolproof_engines::check::search"), Some("check"));
    assert_eq!(layer("poolproof_engines::distribution"), Some("engines"));
    assert_eq!(layer("poolproof::scenario::load"), Some("scenario"));
    assert_eq!(layer("poolproof_models::state"), Some("models"));
    assert_eq!(layer("std::path::Path"), None);
}
