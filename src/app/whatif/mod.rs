//! What if: a scenario, changes to it, and what each change makes of the answer.
//!
//! A page asks, and what serves it needs no words of the domain: what comes out of here is JSON
//! and files. Changes are those of `--set`, so that every answer has a command that makes it again.

mod changes;
mod finding;
mod problem;
mod question;
mod run;
mod texts;
mod view;

use self::texts::WithOwn;
use super::error::AppError;
use super::limits::SearchLimits;
use super::reproduction::{Reproduction, Settings};
use crate::scenario::keys::Key;
use crate::scenario::{self, Loaded, Scenario, edit};

pub use changes::{ChangeSet, OwnRunbook};
pub use finding::LiveFinding;
pub use problem::Problem;
pub use question::{ReadyQuestion, StudyQuestion, SweptRange, Variant};
pub use run::Inquiry;
pub use texts::{KnownTexts, WhatIfSubject};
pub use view::ScenarioView;

/// A scenario that questions are asked about.
pub struct WhatIf {
    texts: KnownTexts,
    changeable: Vec<Key>,
    limits: SearchLimits,
    /// The options of the limits, for commands.
    limited: Vec<(String, String)>,
}

/// The scenario with some changes.
#[derive(Debug, Clone)]
pub struct Changed {
    loaded: Loaded,
    settings: Settings,
    /// Runbooks of the user's own: file names and texts.
    own: Vec<(String, String)>,
}

impl WhatIf {
    /// Opens a scenario. `limited` are the options that stand for the limits in a command.
    ///
    /// # Errors
    ///
    /// All mistakes of the scenario.
    pub fn open(
        subject: WhatIfSubject,
        limits: SearchLimits,
        limited: Vec<(String, String)>,
    ) -> Result<Self, AppError> {
        Ok(Self {
            texts: KnownTexts::open(subject)?,
            changeable: changes::changeable(),
            limits,
            limited,
        })
    }

    /// The name of the scenario file.
    #[must_use]
    pub fn file(&self) -> &str {
        self.texts.file()
    }

    /// Applies changes.
    ///
    /// # Errors
    ///
    /// When a key cannot be changed here, or the changed scenario has mistakes.
    pub fn changed(&self, changes: &ChangeSet) -> Result<Changed, AppError> {
        changes.verify(&self.changeable)?;
        let own = self.own_runbooks(changes)?;
        let settings = Settings {
            seed: changes.seed,
            overrides: changes.set.clone(),
        };
        let resolver = WithOwn {
            texts: &self.texts,
            own: &own,
        };
        let mut loaded = scenario::load_from(&resolver, self.file(), &settings.overrides)?;
        // As on the command line: results name the seed beside the scenario's digest.
        if let Some(seed) = settings.seed {
            loaded.scenario.simulate.seed = seed;
        }
        Ok(Changed {
            loaded,
            settings,
            own,
        })
    }

    /// The texts of the user's own runbooks, under their names.
    fn own_runbooks(&self, changes: &ChangeSet) -> Result<Vec<(String, String)>, AppError> {
        let texts = changes.own.iter().map(|own| {
            let name = self.texts.beside(&own.from);
            let text = self.texts.runbook(&name)?;
            let text = edit::with_steps(&text, &own.steps)
                .map_err(|error| AppError::request(error.to_string()))?;
            Ok((self.texts.beside(&own.file()), text))
        });
        texts.collect()
    }

    /// What the page shows of the scenario.
    #[must_use]
    pub fn view(&self, changed: &Changed) -> ScenarioView {
        ScenarioView::of(self, changed)
    }

    /// The command that makes the complete result of the changed scenario.
    #[must_use]
    pub fn command(&self, changed: &Changed) -> Reproduction {
        let command = Reproduction::new("evaluate")
            .argument(self.file())
            .settings(&changed.settings);
        let limited = self.limited.iter();
        limited.fold(command, |command, (name, value)| {
            command.option(name, value)
        })
    }

    /// Commands to be typed before the command of a result: those that write the files.
    #[must_use]
    pub fn before(&self) -> Option<String> {
        self.texts.written_by()
    }

    /// The changed scenario as a file, with the comments of the original. It names the same
    /// runbooks, relative to itself.
    ///
    /// # Errors
    ///
    /// When the original cannot be read any more, or has a form that cannot be changed in place.
    pub fn scenario_file(&self, changed: &Changed) -> Result<String, AppError> {
        let text = self.texts.scenario()?;
        let mut values = changed.settings.overrides.clone();
        if let Some(seed) = changed.settings.seed {
            values.push(("simulate.seed".to_owned(), seed.to_string()));
        }
        let text = edit::with_values(&text, &values)
            .map_err(|error| AppError::request(error.to_string()))?;
        let resolver = WithOwn {
            texts: &self.texts,
            own: &changed.own,
        };
        let again = scenario::load_text(self.file(), &text, &[], &resolver)?;
        if !again.scenario.has_values_of(&changed.loaded.scenario) {
            return Err(AppError::defect("the written scenario differs"));
        }
        Ok(text)
    }
}

impl Changed {
    /// The name of the scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.loaded.scenario.name
    }

    /// The scenario.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.loaded.scenario
    }

    /// Whether it is the same scenario, made of the same texts.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.loaded.scenario == other.loaded.scenario
    }

    /// The user's own runbooks: names of files and texts.
    #[must_use]
    pub fn own(&self) -> &[(String, String)] {
        &self.own
    }
}
