//! The command line that makes a result again, built from what was asked for and never from a text.

use std::fmt;

/// What every run of scenarios can be given beside its files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The seed in place of the scenario's.
    pub seed: Option<u64>,
    /// Values in place of the scenario's: path of the key, and value.
    pub overrides: Vec<(String, String)>,
}

/// A command line of this program, word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduction {
    words: Vec<String>,
}

impl Reproduction {
    /// The command of this name.
    #[must_use]
    pub fn new(command: &str) -> Self {
        Self {
            words: vec!["poolproof".to_owned(), command.to_owned()],
        }
    }

    /// With a file or another argument.
    #[must_use]
    pub fn argument(mut self, word: impl fmt::Display) -> Self {
        self.words.push(word.to_string());
        self
    }

    /// With an option and its value.
    #[must_use]
    pub fn option(self, name: &str, value: impl fmt::Display) -> Self {
        self.argument(name).argument(value)
    }

    /// With an option that was given, or without it.
    #[must_use]
    pub fn given(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.option(name, value),
            None => self,
        }
    }

    /// With a flag, if it was given.
    #[must_use]
    pub fn flag(self, name: &str, given: bool) -> Self {
        if given { self.argument(name) } else { self }
    }

    /// With the seed and the overrides.
    #[must_use]
    pub fn settings(self, settings: &Settings) -> Self {
        let overrides = settings.overrides.iter();
        overrides.fold(
            self.given("--seed", settings.seed),
            |command, (path, value)| command.option("--set", format!("{path}={value}")),
        )
    }
}

/// The command that simulates a scenario.
#[must_use]
pub fn simulate(
    path: &str,
    settings: &Settings,
    trials: Option<u64>,
    drill: Option<&str>,
) -> Reproduction {
    Reproduction::new("simulate")
        .argument(path)
        .settings(settings)
        .given("--trials", trials)
        .given("--drill", drill)
}

impl fmt::Display for Reproduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.words.iter().map(|word| quoted(word)).collect();
        f.write_str(&words.join(" "))
    }
}

/// A word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_quoted_for_a_shell() {
        let settings = Settings {
            seed: Some(7),
            overrides: vec![("expect.SB".to_owned(), "it's held".to_owned())],
        };
        let command = Reproduction::new("check")
            .argument("my files/a.toml")
            .settings(&settings)
            .given("--drill", None::<&str>)
            .given("--trials", Some(100))
            .flag("--no-check", true)
            .flag("--check", false)
            .option("--out", "")
            .argument("$HOME");
        assert_eq!(
            command.to_string(),
            "poolproof check 'my files/a.toml' --seed 7 --set 'expect.SB=it'\\''s held' \
             --trials 100 --no-check --out '' '$HOME'"
        );
    }
}
