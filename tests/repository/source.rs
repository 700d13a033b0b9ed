//! Rust sources as their syntax: paths, types, texts and modules of a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::tree::tree;

/// Attributes whose texts only developers read. An error of a library is one of them: it is no
/// result, and who calls the library words it for a user.
const FOR_DEVELOPERS: [&str; 8] = [
    "doc",
    "error",
    "allow",
    "expect",
    "deprecated",
    "must_use",
    "cfg",
    "cfg_attr",
];

/// Macros and methods whose texts are seen only when the program has a defect.
const FOR_DEFECTS: [&str; 11] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "expect",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
];

/// The directories of the workspace's crates that have sources, with the name of each in paths.
pub const CRATES: [(&str, &str); 5] = [
    ("src", "poolproof"),
    ("engines/src", "poolproof_engines"),
    ("models/src", "poolproof_models"),
    ("models/stateright/src", "poolproof_stateright"),
    ("reports/src", "poolproof_reports"),
];

/// The Rust files below a directory, as paths from the root of the repository; none if the
/// directory does not exist.
pub fn rust_files(directory: &str) -> BTreeSet<PathBuf> {
    let root = Path::new(directory);
    if !root.is_dir() {
        return BTreeSet::new();
    }
    tree(root)
        .into_keys()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| root.join(path))
        .collect()
}

/// Reads the syntax of a file.
pub fn parse(file: &Path) -> syn::File {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The module that a file is, from the root of its crate: `src/check/cuts.rs` in `src` is
/// `["check", "cuts"]`.
pub fn module_of(file: &Path, crate_root: &str) -> Vec<String> {
    let relative = file
        .strip_prefix(crate_root)
        .expect("the file is in the crate");
    let mut module: Vec<String> = relative
        .with_extension("")
        .iter()
        .map(|part| part.to_str().expect("the path is text").to_owned())
        .collect();
    if ["mod", "lib", "main"].contains(&module.last().expect("it has a name").as_str()) {
        module.pop();
    }
    module
}

/// Whether an item is compiled only for tests.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// Every path of at least two segments that a file writes, in code, in `use` and in the arguments
/// of macros. `super` and `self` are resolved to paths that begin with `crate`.
pub fn paths(file: &syn::File, module: &[String]) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let tokens = quote::ToTokens::to_token_stream(file);
    paths_in(tokens, module, &mut found);
    found
}

fn paths_in(tokens: TokenStream, module: &[String], found: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((name, length)) = inline_module(&tokens[at..]) {
            if let TokenTree::Group(body) = &tokens[at + length - 1] {
                let inner: Vec<_> = module.iter().cloned().chain([name]).collect();
                paths_in(body.stream(), &inner, found);
            }
            at += length;
            continue;
        }
        match &tokens[at] {
            TokenTree::Ident(first) => {
                at = path_from(&tokens, at + 1, vec![first.to_string()], module, found);
            }
            TokenTree::Group(group) => {
                paths_in(group.stream(), module, found);
                at += 1;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
        }
    }
}

/// `mod name { .. }`, as its name and number of tokens.
fn inline_module(tokens: &[TokenTree]) -> Option<(String, usize)> {
    let [
        TokenTree::Ident(word),
        TokenTree::Ident(name),
        TokenTree::Group(body),
        ..,
    ] = tokens
    else {
        return None;
    };
    (*word == "mod" && body.delimiter() == Delimiter::Brace).then(|| (name.to_string(), 3))
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |at: usize| match tokens.get(at) {
        Some(TokenTree::Punct(punctuation)) => punctuation.as_char() == ':',
        _ => false,
    };
    is_colon(at) && is_colon(at + 1)
}

/// Follows a path whose first segments are known; returns where it ends.
fn path_from(
    tokens: &[TokenTree],
    mut at: usize,
    mut path: Vec<String>,
    module: &[String],
    found: &mut BTreeSet<Vec<String>>,
) -> usize {
    while is_separator(tokens, at) {
        match tokens.get(at + 2) {
            Some(TokenTree::Ident(next)) => {
                path.push(next.to_string());
                at += 3;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                for branch in branches(group.stream()) {
                    match branch.first() {
                        Some(TokenTree::Ident(name)) => {
                            let mut longer = path.clone();
                            longer.push(name.to_string());
                            path_from(&branch, 1, longer, module, found);
                        }
                        _ => insert(&path, module, found),
                    }
                }
                return at + 3;
            }
            _ => {
                // `*`, or arguments of a type.
                at += 2;
                break;
            }
        }
    }
    insert(&path, module, found);
    at
}

fn branches(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut all = vec![Vec::new()];
    for token in tokens {
        if matches!(&token, TokenTree::Punct(p) if p.as_char() == ',') {
            all.push(Vec::new());
        } else {
            all.last_mut().expect("one is there").push(token);
        }
    }
    all
}

fn insert(path: &[String], module: &[String], found: &mut BTreeSet<Vec<String>>) {
    if path.len() < 2 {
        return;
    }
    let supers = path.iter().take_while(|part| *part == "super").count();
    let resolved = if supers > 0 {
        let base = module.len().saturating_sub(supers);
        [&["crate".to_owned()], &module[..base], &path[supers..]].concat()
    } else if path[0] == "self" {
        [&["crate".to_owned()], module, &path[1..]].concat()
    } else {
        path.to_vec()
    };
    found.insert(resolved);
}

/// The names of the types that a file defines outside of tests, each as often as it is defined.
pub fn types(file: &syn::File) -> Vec<String> {
    struct Types(Vec<String>);
    impl<'ast> Visit<'ast> for Types {
        fn visit_item(&mut self, item: &'ast syn::Item) {
            let (name, attributes) = match item {
                syn::Item::Struct(item) => (Some(&item.ident), &item.attrs),
                syn::Item::Enum(item) => (Some(&item.ident), &item.attrs),
                syn::Item::Union(item) => (Some(&item.ident), &item.attrs),
                syn::Item::Trait(item) => (Some(&item.ident), &item.attrs),
                syn::Item::Type(item) => (Some(&item.ident), &item.attrs),
                syn::Item::Mod(item) => (None, &item.attrs),
                syn::Item::Fn(item) => (None, &item.attrs),
                syn::Item::Impl(item) => (None, &item.attrs),
                _ => return,
            };
            if is_for_tests(attributes) {
                return;
            }
            self.0.extend(name.map(ToString::to_string));
            visit::visit_item(self, item);
        }
    }
    let mut types = Types(Vec::new());
    types.visit_file(file);
    types.0
}

/// Whether a text has two words in a row. What stands in braces is filled in, and no word.
fn is_sentence(text: &str) -> bool {
    let mut inside = 0_usize;
    let plain: String = text
        .chars()
        .filter(|c| {
            match c {
                '{' => inside += 1,
                '}' => inside = inside.saturating_sub(1),
                _ => {}
            }
            inside == 0 && *c != '}'
        })
        .collect();
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    plain.split_whitespace().filter(is_word).count() > 1
}

/// The texts of a file with two words in a row, outside of tests, comments, attributes for
/// developers and messages about defects.
pub fn sentences(file: &syn::File) -> Vec<String> {
    struct Sentences(Vec<String>);
    impl<'ast> Visit<'ast> for Sentences {
        fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
            if !is_for_tests(&item.attrs) {
                visit::visit_item_mod(self, item);
            }
        }
        fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
            if !is_for_tests(&item.attrs) {
                visit::visit_item_fn(self, item);
            }
        }
        fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
            let known = |name: &&str| attribute.path().is_ident(name);
            if let syn::Meta::List(list) = &attribute.meta
                && !FOR_DEVELOPERS.iter().any(known)
            {
                self.texts(list.tokens.clone());
            }
        }
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            if FOR_DEFECTS.iter().any(|name| call.method == *name) {
                self.visit_expr(&call.receiver);
            } else {
                visit::visit_expr_method_call(self, call);
            }
        }
        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            if !FOR_DEFECTS.iter().any(|name| call.path.is_ident(name)) {
                self.texts(call.tokens.clone());
            }
        }
        fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
            if is_sentence(&text.value()) {
                self.0.push(text.value());
            }
        }
    }
    impl Sentences {
        /// The texts among the arguments of a macro, where nothing is parsed: comments of items and
        /// messages about defects are left out as elsewhere.
        fn texts(&mut self, tokens: TokenStream) {
            let mut defect = false;
            for token in tokens {
                match token {
                    TokenTree::Group(group) => {
                        if !defect && !is_comment(&group) {
                            self.texts(group.stream());
                        }
                    }
                    TokenTree::Literal(literal) => {
                        if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                            self.visit_lit_str(&text);
                        }
                    }
                    TokenTree::Ident(name) => {
                        defect = FOR_DEFECTS.iter().any(|known| name == *known);
                        continue;
                    }
                    TokenTree::Punct(punctuation) if punctuation.as_char() == '!' => continue,
                    TokenTree::Punct(_) => {}
                }
                defect = false;
            }
        }
    }
    fn is_comment(group: &proc_macro2::Group) -> bool {
        let first = group.stream().into_iter().next();
        group.delimiter() == Delimiter::Bracket
            && matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
    }
    let mut sentences = Sentences(Vec::new());
    sentences.visit_file(file);
    sentences.0
}

/// The files that a root file of a crate reaches by `mod`, itself among them.
pub fn reached_from(root: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let directory = root.parent().expect("a file has a directory");
    reach(root, directory, &mut found);
    found
}

fn reach(file: &Path, directory: &Path, found: &mut BTreeSet<PathBuf>) {
    found.insert(file.to_owned());
    modules(&parse(file).items, file, directory, found);
}

fn modules(items: &[syn::Item], file: &Path, directory: &Path, found: &mut BTreeSet<PathBuf>) {
    for item in items {
        let syn::Item::Mod(module) = item else {
            continue;
        };
        let name = module.ident.to_string();
        if let Some((_, items)) = &module.content {
            modules(items, file, &directory.join(&name), found);
            continue;
        }
        if let Some(path) = explicit_path(module) {
            let target = normal(&file.parent().expect("it has a directory").join(path));
            let below = target.parent().expect("it has a directory").to_owned();
            reach(&target, &below, found);
            continue;
        }
        let below = directory.join(&name);
        let flat = directory.join(format!("{name}.rs"));
        if flat.is_file() {
            reach(&flat, &below, found);
        } else {
            reach(&below.join("mod.rs"), &below, found);
        }
    }
}

fn explicit_path(module: &syn::ItemMod) -> Option<String> {
    module.attrs.iter().find_map(|attribute| {
        let syn::Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(path),
            ..
        }) = &pair.value
        else {
            return None;
        };
        pair.path.is_ident("path").then(|| path.value())
    })
}

/// Without `..`, so that each file has one name.
fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<_> = Vec::new();
    for part in path.iter() {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.into_iter().collect()
}

#[test]
fn paths_are_read_in_use_code_and_macros() {
    let file: syn::File = syn::parse_quote! {
        use crate::a::b;
        use crate::a::c::{self, d};
        use super::e::*;
        fn f() -> other::T { println!("{}", self::g::h(1)); }
        mod inner { use super::super::x::y; }
    };
    let found: Vec<_> = paths(&file, &["m".to_owned(), "n".to_owned()])
        .into_iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(
        found,
        [
            "crate::a::b",
            "crate::a::c::d",
            "crate::a::c::self",
            "crate::m::e",
            "crate::m::n::g::h",
            "crate::m::x::y",
            "other::T",
        ]
    );
}

#[test]
fn texts_for_developers_are_no_sentences() {
    let file: syn::File = syn::parse_quote! {
        /// A comment of words.
        #[error("an error of words")]
        #[shown("a text of words")]
        struct A;
        const B: &str = "some name";
        fn f() {
            let c = format!("word and {} word, {}", 1, 2);
            let e = format!("{some} of {things}", 1, 2);
            assert!(true, "a defect of words");
            None::<u8>.expect("a defect of words");
            let d = "one-word";
            table! { /** A comment of words. */ fn g() { assert!(true, "a defect of words") } }
        }
        #[cfg(test)]
        mod tests { const D: &str = "a test of words"; }
    };
    let expected = ["a text of words", "some name", "word and {} word, {}"];
    assert_eq!(sentences(&file), expected);
}

#[test]
fn types_are_read_in_modules_and_functions_but_not_in_tests() {
    let file: syn::File = syn::parse_quote! {
        struct A;
        mod inner { pub enum B {} pub trait C { type D; } }
        fn f() { type E = u8; }
        #[cfg(test)]
        mod tests { struct F; }
    };
    assert_eq!(types(&file), ["A", "B", "C", "E"]);
}
