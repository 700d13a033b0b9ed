//! A key as its element knows it: default, grade, source and meaning.

use super::assumption::Grade;

/// A key with its default, in the syntax of the file, and where the default comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    /// TOML; for a required key only what stands in for it after its absence was reported.
    pub(super) default: &'static str,
    pub(super) grade: Grade,
    /// Page title, publication or handbook section; what the key means, if required.
    pub(super) source: &'static str,
    pub(super) required: bool,
    /// What the key says, in a sentence for the page of keys and for editors.
    pub(super) meaning: &'static str,
    /// Whether the model or an engine uses the value; otherwise only the rules look at it.
    pub(super) modelled: bool,
}

impl Setting {
    /// A key with a default.
    pub(super) const fn new(
        key: &'static str,
        default: &'static str,
        grade: Grade,
        source: &'static str,
    ) -> Self {
        Self {
            key,
            default,
            grade,
            source,
            required: false,
            meaning: "",
            modelled: true,
        }
    }

    /// A fact of the design that only the handbook's rules look at.
    pub(super) const fn fact(
        key: &'static str,
        default: &'static str,
        grade: Grade,
        source: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self {
            meaning,
            modelled: false,
            ..Self::new(key, default, grade, source)
        }
    }

    /// Says what the key means.
    pub(super) const fn means(self, meaning: &'static str) -> Self {
        Self { meaning, ..self }
    }

    /// A key that must be given; `meaning` is shown when it is not.
    pub(super) const fn required(
        key: &'static str,
        stand_in: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self {
            key,
            default: stand_in,
            grade: Grade::J,
            source: meaning,
            required: true,
            meaning,
            modelled: true,
        }
    }
}
