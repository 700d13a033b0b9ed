//! The texts that a page may be about: the scenario, what it names, and the runbooks on offer.
//! Nothing else is ever read, whatever a change names.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use poolproof_models::names::runbook::Role;

use crate::app::error::AppError;
use crate::app::reproduction::Reproduction;
use crate::scenario::library::{Resolver, Unreadable, relative};
use crate::scenario::operators::key_of;
use crate::scenario::templates::{self, Template};
use crate::scenario::{self, Scenario};

/// What a page is about.
pub enum WhatIfSubject {
    /// A scenario file.
    File {
        /// Its name.
        name: String,
        /// Where texts are found.
        resolver: Box<dyn Resolver + Send + Sync>,
        /// Files beside it that may be runbooks, under the names that it would give them.
        runbooks: Vec<String>,
    },
    /// A scenario to start from.
    Template(Template),
}

/// A runbook that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunbookChoice {
    /// Its role.
    pub role: Role,
    /// Its file, relative to the scenario.
    pub file: String,
    /// Its title.
    pub title: String,
}

/// The texts of a subject.
pub struct KnownTexts {
    file: String,
    resolver: Box<dyn Resolver + Send + Sync>,
    template: Option<Template>,
    /// Everything that may be read.
    known: BTreeSet<String>,
    choices: Vec<RunbookChoice>,
}

/// Notes what is read.
struct Noting<'a> {
    resolver: &'a dyn Resolver,
    noted: RefCell<BTreeSet<String>>,
}

impl Resolver for Noting<'_> {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let text = self.resolver.read(name)?;
        self.noted.borrow_mut().insert(name.to_owned());
        Ok(text)
    }
}

/// The files of a template.
struct OfTemplate(BTreeMap<&'static str, &'static str>);

impl Resolver for OfTemplate {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let text = self.0.get(name).ok_or(Unreadable::Missing)?;
        Ok((*text).to_owned())
    }
}

/// What the file of a template is called, as `poolproof init` calls it.
const TEMPLATE_FILE: &str = "pool.toml";

impl KnownTexts {
    /// Reads the scenario, and finds out which runbooks fit it.
    pub(super) fn open(subject: WhatIfSubject) -> Result<Self, AppError> {
        let (file, resolver, offered, template) = match subject {
            WhatIfSubject::File {
                name,
                resolver,
                runbooks,
            } => (name, resolver, runbooks, None),
            WhatIfSubject::Template(template) => {
                let mut files: BTreeMap<_, _> = templates::runbooks().into_iter().collect();
                let offered = files.keys().map(|name| (*name).to_owned()).collect();
                files.insert(TEMPLATE_FILE, template.text());
                let resolver: Box<dyn Resolver + Send + Sync> = Box::new(OfTemplate(files));
                (TEMPLATE_FILE.to_owned(), resolver, offered, Some(template))
            }
        };
        let noting = Noting {
            resolver: &*resolver,
            noted: RefCell::default(),
        };
        let scenario = scenario::load_from(&noting, &file, &[])?.scenario;
        let choices = choices(&noting, &file, &scenario, &offered);
        let known = noting.noted.into_inner();
        Ok(Self {
            file,
            resolver,
            template,
            known,
            choices,
        })
    }

    /// The name of the scenario file.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The text of the scenario file.
    pub(super) fn scenario(&self) -> Result<String, AppError> {
        self.text(&self.file)
    }

    /// The text of a runbook that can be chosen, by the name of its file.
    pub(super) fn runbook(&self, name: &str) -> Result<String, AppError> {
        let is_chosen = |choice: &RunbookChoice| self.beside(&choice.file) == name;
        if !self.choices.iter().any(is_chosen) {
            return Err(AppError::request(format!(
                "`{name}` is no runbook of this page"
            )));
        }
        self.text(name)
    }

    fn text(&self, name: &str) -> Result<String, AppError> {
        let unreadable = |_| AppError::input(format!("`{name}` cannot be read any more"));
        self.read(name).map_err(unreadable)
    }

    /// A path relative to the scenario, as files are named.
    pub(super) fn beside(&self, path: &str) -> String {
        relative(&self.file, path)
    }

    /// The runbooks that can be chosen.
    pub(super) fn choices(&self) -> &[RunbookChoice] {
        &self.choices
    }

    /// The command that writes the files of a template.
    pub(super) fn written_by(&self) -> Option<String> {
        let template = self.template?;
        let command = Reproduction::new("init")
            .option("--template", template.name())
            .argument(&self.file);
        Some(command.to_string())
    }
}

impl Resolver for KnownTexts {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        if self.known.contains(name) {
            return self.resolver.read(name);
        }
        Err(Unreadable::Other(
            "this page reads only what the scenario names, and the runbooks beside it".to_owned(),
        ))
    }
}

/// The texts, and runbooks of the user's own.
pub(super) struct WithOwn<'a> {
    pub(super) texts: &'a KnownTexts,
    pub(super) own: &'a [(String, String)],
}

impl Resolver for WithOwn<'_> {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let own = self.own.iter().find(|(own, _)| own == name);
        match own {
            Some((_, text)) => Ok(text.clone()),
            None => self.texts.read(name),
        }
    }
}

/// The runbooks with which the scenario can be loaded: those in use, and those on offer.
fn choices(
    noting: &Noting<'_>,
    file: &str,
    scenario: &Scenario,
    offered: &[String],
) -> Vec<RunbookChoice> {
    let mut found = Vec::new();
    for role in Role::ALL {
        let key = format!("operators.{}", key_of(role));
        let assumptions = scenario.assumptions().iter();
        let in_use = assumptions
            .filter(|one| one.key == key)
            .map(|one| one.value.clone());
        // What only lies beside the scenario is looked at, and known if it is a runbook.
        let is_runbook = |path: &&String| is_of_role(noting.resolver, &relative(file, path), role);
        let offered = offered.iter().filter(is_runbook);
        let paths: BTreeSet<String> = in_use.chain(offered.cloned()).collect();
        for path in paths {
            let set = [(key.clone(), path.clone())];
            let loaded = scenario::load_from(noting, file, &set);
            let Ok(loaded) = loaded else { continue };
            let runbook = loaded.scenario.operators.runbook(role);
            found.extend(runbook.map(|runbook| RunbookChoice {
                role,
                file: path,
                title: runbook.title.clone(),
            }));
        }
    }
    found
}

/// Whether a file says that it is a runbook of a role.
fn is_of_role(resolver: &dyn Resolver, name: &str, role: Role) -> bool {
    let text = resolver.read(name).unwrap_or_default();
    let read: Option<toml::Table> = text.parse().ok();
    let said = read.as_ref().and_then(|table| table.get("role"));
    said.and_then(toml::Value::as_str) == Some(role.name())
}
