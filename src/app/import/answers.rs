//! Answers to what no record holds: where servers are, by pattern, and everything else by its key.

use std::collections::BTreeMap;

use crate::records::manifest::StatedSite;
use crate::records::server_name::ServerName;

/// A pattern of names of servers: `*` and `?` as in shells, `[abc]` for one of some letters, and
/// `[1-12]` for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    /// A pattern; its letters have no case.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// Whether the pattern is for this server: by its short name, or with its domain.
    #[must_use]
    pub fn is_for(&self, server: &str) -> bool {
        let Some(name) = ServerName::parse(server) else {
            return false;
        };
        let pattern: Vec<char> = self.0.chars().collect();
        let texts = [name.host().to_owned(), name.full(), server.to_lowercase()];
        let mut texts = texts.iter();
        texts.any(|text| {
            let text: Vec<char> = text.chars().collect();
            matches(&pattern, &text)
        })
    }
}

/// Whether a pattern is for the whole text. What a star stands for is tried from the shortest on,
/// and only for the last star: others need no second try.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None if t == text.len() => return true,
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') if t < text.len() => Some((p + 1, t + 1)),
            Some('[') => bracket(&pattern[p..], &text[t..]).map(|(pt, tt)| (p + pt, t + tt)),
            Some(letter) if text.get(t) == Some(letter) => Some((p + 1, t + 1)),
            _ => None,
        };
        match (step, star) {
            (Some(next), _) => (p, t) = next,
            (None, Some((after, from))) if from < text.len() => {
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
            (None, _) => return false,
        }
    }
}

/// How much of pattern and text a bracket takes; `None` where it does not fit.
fn bracket(pattern: &[char], text: &[char]) -> Option<(usize, usize)> {
    let end = pattern.iter().position(|letter| *letter == ']')?;
    let inner: String = pattern[1..end].iter().collect();
    if let Some((low, high)) = inner.split_once('-')
        && let Some((low, high)) = low.parse::<u64>().ok().zip(high.parse::<u64>().ok())
    {
        let digits: String = text.iter().take_while(|c| c.is_ascii_digit()).collect();
        let number: u64 = digits.parse().ok()?;
        return (low..=high)
            .contains(&number)
            .then_some((end + 1, digits.len()));
    }
    let letter = text.first()?;
    inner.contains(*letter).then_some((end + 1, 1))
}

/// A data centre of the servers of a pattern, with how it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAnswer {
    pattern: HostPattern,
    site: StatedSite,
    text: String,
}

/// Everything that was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportAnswers {
    sites: Vec<SiteAnswer>,
    values: BTreeMap<String, String>,
}

/// An answer that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadAnswer {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

impl BadAnswer {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }
}

impl ImportAnswers {
    /// Adds `PATTERN=DC1`.
    ///
    /// # Errors
    /// When it has another form.
    pub fn add_site(&mut self, text: &str) -> Result<(), BadAnswer> {
        let help = "as in --site 'pc[1-4]=DC1'; the sites are DC1, DC2 and third";
        let refuse = || BadAnswer::new(format!("`{text}` says no site"), help);
        let (pattern, site) = text.rsplit_once('=').ok_or_else(refuse)?;
        let site = StatedSite::from_name(site).ok_or_else(refuse)?;
        if pattern.trim().is_empty() {
            return Err(refuse());
        }
        self.sites.push(SiteAnswer {
            pattern: HostPattern::new(pattern),
            site,
            text: text.to_owned(),
        });
        Ok(())
    }

    /// Adds `KEY=VALUE`.
    ///
    /// # Errors
    /// When it has another form.
    pub fn add_value(&mut self, text: &str) -> Result<(), BadAnswer> {
        let help = "as in --answer pool.variant=LBW";
        let refuse = || BadAnswer::new(format!("`{text}` answers nothing"), help);
        let (key, value) = text.split_once('=').ok_or_else(refuse)?;
        if key.trim().is_empty() || value.trim().is_empty() {
            return Err(refuse());
        }
        let value = value.trim().to_owned();
        self.values.insert(key.trim().to_owned(), value);
        Ok(())
    }

    /// The site of a server: the last answer that is for it, and how it was given.
    pub(super) fn site(&self, server: &str) -> Option<(StatedSite, &str)> {
        let mut answers = self.sites.iter().rev();
        let found = answers.find(|answer| answer.pattern.is_for(server))?;
        Some((found.site, &found.text))
    }

    /// The answer to a key.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Refuses answers to what was not asked: a slip would go unnoticed otherwise.
    pub(super) fn verify(&self, keys: &[String], servers: &[String]) -> Result<(), BadAnswer> {
        if let Some(key) = self.values.keys().find(|key| !keys.contains(key)) {
            let message = format!("nothing asks for `{key}`");
            return Err(BadAnswer::new(
                message,
                format!("the keys are {}", keys.join(", ")),
            ));
        }
        let is_idle =
            |answer: &&SiteAnswer| servers.iter().all(|server| !answer.pattern.is_for(server));
        if let Some(answer) = self.sites.iter().find(is_idle) {
            let message = format!("--site {}: no server has such a name", answer.text);
            let help = format!("the servers are {}", servers.join(", "));
            return Err(BadAnswer::new(message, help));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_shells_with_numbers() {
        for (pattern, server, wanted) in [
            ("pc[1-4]", "PC3.corp.example", true),
            ("pc[1-4]", "pc5", false),
            ("pc[1-12]", "pc11", true),
            ("pc[1-12]", "pc13", false),
            ("pc*", "pc13.corp.example", true),
            ("*.corp.example", "pc13.corp.example", true),
            ("*-b", "sql-a", false),
            ("*a*b", "xaxab", true),
            ("sql-?", "SQL-A\\LYNC", true),
            ("sql-[ab]", "sql-b", true),
            ("sql-[ab]", "sql-c", false),
            ("sql-[a", "sql-a", false),
            ("", "x", false),
        ] {
            let found = HostPattern::new(pattern).is_for(server);
            assert_eq!(found, wanted, "{pattern} {server}");
        }
    }

    #[test]
    fn answers_that_answer_nothing_are_refused() {
        let mut answers = ImportAnswers::default();
        for text in ["pc1", "=DC1", "pc1=DC3", ""] {
            assert!(answers.add_site(text).is_err(), "{text}");
        }
        for text in ["pool.variant", "=x", "x="] {
            assert!(answers.add_value(text).is_err(), "{text}");
        }
        answers.add_site("pc*=DC2").unwrap();
        answers.add_site("pc1=dc1").unwrap();
        assert_eq!(answers.site("PC1").unwrap().0, StatedSite::Dc1);
        assert_eq!(answers.site("pc2").unwrap().0, StatedSite::Dc2);
        assert!(answers.verify(&[], &["pc1".to_owned()]).is_ok());
        assert!(answers.verify(&[], &["sql".to_owned()]).is_err());
    }
}
