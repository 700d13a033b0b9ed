//! One row for each key: a table of the file is a struct whose fields are declared with the key,
//! type, default, grade, source and meaning. The declaration makes the field with its
//! documentation, the reader, the writer and the entry in the catalogue of keys, so that a key
//! cannot be missing in one of them.

use std::marker::PhantomData;

use super::assumption::Grade;
use super::format::Format;
use super::reader::{Origin, Section};
use super::writer::TableWriter;

/// A table of the file that is read and written row by row.
///
/// `Given` is what its rows depend on beside the table itself.
pub(super) trait Rows<Given = ()>: Sized {
    /// Reads every row; `None` after a defect, which the reader has noted.
    fn read_rows(section: &mut Section<'_, '_>, given: Given) -> Option<Self>;

    /// Writes every row.
    fn write_rows(&self, out: &mut TableWriter<'_>, given: Given);

    /// Reads a whole table: every key without a row is unknown.
    fn read(mut section: Section<'_, '_>, given: Given) -> Option<Self> {
        let rows = Self::read_rows(&mut section, given);
        section.finish();
        rows
    }
}

/// How the value of one field is read and written.
pub(super) trait Row {
    type Value;

    /// Reads the value; `None` after a defect, which the reader has noted.
    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value>;

    /// Writes the value.
    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str);
}

/// Declares a table of the file: each field with its type, its meaning and its [`Row`]. The key is
/// the name of the field unless it is given in parentheses. A row may refer to the fields above
/// it. `then` names a function for what concerns several keys.
macro_rules! keys {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident
        $(given $given:ident: $given_type:ty)? $(, then $then:path)?
        { $(
            $(#[$note:meta])*
            $field_visibility:vis $field:ident $(($key:literal))?:
                $type:ty = $meaning:literal, $row:expr;
        )* }
    ) => {
        $(#[$attribute])*
        $visibility struct $name { $(
            #[doc = concat!(
                "`", $crate::scenario::row::key!($field $(, $key)?), "`: ", $meaning, "."
            )]
            $(#[$note])*
            $field_visibility $field: $type,
        )* }

        $crate::scenario::row::rows! {
            $name $(given $given: $given_type)? $(, then $then)?
            { $( $field $(($key))?: $type = $meaning, $row; )* }
        }
    };
}

/// Declares the rows of a table whose struct stands elsewhere; see [`keys`].
macro_rules! rows {
    ($name:ident $(, then $then:path)? { $($rows:tt)* }) => {
        $crate::scenario::row::rows! { $name given _given: () $(, then $then)? { $($rows)* } }
    };
    (
        $name:ident given $given:ident: $given_type:ty $(, then $then:path)?
        { $( $field:ident $(($key:literal))?: $type:ty = $meaning:literal, $row:expr; )* }
    ) => {
        impl $crate::scenario::row::Rows<$given_type> for $name {
            fn read_rows(
                section: &mut $crate::scenario::reader::Section<'_, '_>,
                $given: $given_type,
            ) -> Option<Self> {
                $(
                    let key = $crate::scenario::row::key!($field $(, $key)?);
                    let $field: $type =
                        $crate::scenario::row::Row::read(&$row, section, key, $meaning)?;
                )*
                let table = Self { $($field),* };
                $( let table = $then(table, section); )?
                Some(table)
            }

            #[allow(
                clippy::needless_borrow,
                reason = "a form names a field by value where it is read and by reference here"
            )]
            fn write_rows(
                &self,
                out: &mut $crate::scenario::writer::TableWriter<'_>,
                $given: $given_type,
            ) {
                let Self { $($field),* } = self;
                $(
                    let key = $crate::scenario::row::key!($field $(, $key)?);
                    $crate::scenario::row::Row::write(&$row, $field, out, key);
                )*
            }
        }
    };
}

/// The key of a field.
macro_rules! key {
    ($field:ident, $key:literal) => {
        $key
    };
    ($field:ident) => {
        stringify!($field)
    };
}

pub(super) use {key, keys, rows};

/// A value that is built in for a key, in the syntax of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Built {
    pub(super) toml: &'static str,
    pub(super) grade: Grade,
    pub(super) source: &'static str,
    /// Whether only the handbook's rules look at the value, and neither the model nor an engine.
    pub(super) rules_only: bool,
}

/// What holds where the file is silent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Silence {
    /// A default.
    Default(Built),
    /// The key must be given; the value stands in for it after its absence was reported.
    Required { stand_in: &'static str },
}

impl Silence {
    /// A default with its grade and source.
    pub(super) const fn default(toml: &'static str, grade: Grade, source: &'static str) -> Self {
        Self::Default(Built {
            toml,
            grade,
            source,
            rules_only: false,
        })
    }

    pub(super) const fn toml(&self) -> &'static str {
        match self {
            Self::Default(Built { toml, .. }) => toml,
            Self::Required { stand_in } => stand_in,
        }
    }
}

/// A value with a default, or a value that is required.
pub(super) struct ValueRow<F> {
    format: F,
    silence: Silence,
    is_assumption: bool,
}

impl<F> ValueRow<F> {
    /// A key of a format, and what holds where it is absent.
    pub(super) const fn new(format: F, silence: Silence) -> Self {
        Self {
            format,
            silence,
            is_assumption: true,
        }
    }
}

/// A key with a default, in the syntax of the file.
pub(super) const fn default<F>(
    format: F,
    toml: &'static str,
    grade: Grade,
    source: &'static str,
) -> ValueRow<F> {
    ValueRow::new(format, Silence::default(toml, grade, source))
}

/// A key that only the handbook's rules look at.
pub(super) const fn rules_only<F>(
    format: F,
    toml: &'static str,
    grade: Grade,
    source: &'static str,
) -> ValueRow<F> {
    let built = Built {
        toml,
        grade,
        source,
        rules_only: true,
    };
    ValueRow::new(format, Silence::Default(built))
}

/// A key that must be given, with an example.
pub(super) const fn required<F>(format: F, stand_in: &'static str) -> ValueRow<F> {
    ValueRow::new(format, Silence::Required { stand_in })
}

impl<F> ValueRow<F> {
    /// The same for a value that is no assumption about the system.
    pub(super) fn unlisted(self) -> Self {
        Self {
            is_assumption: false,
            ..self
        }
    }
}

impl<F: Format> Row for ValueRow<F> {
    type Value = F::Value;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<F::Value> {
        section.describe(key, self.format.kind(), meaning);
        section.describe_silence(&self.silence);
        section.value(
            key,
            meaning,
            &self.format,
            &self.silence,
            self.is_assumption,
        )
    }

    fn write(&self, value: &F::Value, out: &mut TableWriter<'_>, key: &str) {
        let is_default = matches!(self.silence, Silence::Default(_))
            && super::reader::default_value(&self.format, key, self.silence.toml()).as_ref()
                == Some(value);
        out.value(key, &self.format, value, is_default);
    }
}

/// A key that may be absent.
pub(super) struct OptionalRow<F> {
    format: F,
    is_assumption: bool,
    is_modelled: bool,
}

/// A key that may be absent, which then has a meaning of its own.
pub(super) const fn optional<F>(format: F) -> OptionalRow<F> {
    OptionalRow {
        format,
        is_assumption: true,
        is_modelled: true,
    }
}

/// A key that may be absent and that only rules of the handbook look at.
pub(super) const fn optional_for_rules<F>(format: F) -> OptionalRow<F> {
    OptionalRow {
        format,
        is_assumption: true,
        is_modelled: false,
    }
}

impl<F> OptionalRow<F> {
    /// The same for a value that is no assumption about the system.
    pub(super) fn unlisted(self) -> Self {
        Self {
            is_assumption: false,
            ..self
        }
    }

    /// The same where absence means a value.
    pub(super) fn or<T>(self, absent: T) -> OrRow<F, T> {
        OrRow { row: self, absent }
    }
}

impl<F: Format> Row for OptionalRow<F> {
    type Value = Option<F::Value>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, self.format.kind(), meaning);
        section.describe_use(self.is_modelled);
        Some(section.optional(key, &self.format, self.is_assumption))
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        if let Some(value) = value {
            out.value(key, &self.format, value, false);
        }
    }
}

/// A key whose absence means a value that is no default: it depends on others, or is empty.
pub(super) struct OrRow<F, T> {
    row: OptionalRow<F>,
    absent: T,
}

impl<F: Format<Value: Clone>> Row for OrRow<F, F::Value> {
    type Value = F::Value;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<F::Value> {
        let found = self.row.read(section, key, meaning)?;
        Some(found.unwrap_or_else(|| self.absent.clone()))
    }

    fn write(&self, value: &F::Value, out: &mut TableWriter<'_>, key: &str) {
        out.value(key, &self.row.format, value, *value == self.absent);
    }
}

/// A key whose default is computed from others.
pub(super) struct ComputedRow<F, T> {
    pub(super) format: F,
    pub(super) computed: T,
    pub(super) grade: Grade,
    pub(super) source: &'static str,
}

impl<F: Format<Value: Clone>> Row for ComputedRow<F, F::Value> {
    type Value = F::Value;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<F::Value> {
        section.describe(key, self.format.kind(), meaning);
        let found = section.optional(key, &self.format, true);
        if !section.has(key) {
            let text = self.format.write(&self.computed, &mut Default::default());
            let built = Built {
                toml: "",
                grade: self.grade,
                source: self.source,
                rules_only: false,
            };
            section.assume(key, text, &Origin::Default(built));
        }
        Some(found.unwrap_or_else(|| self.computed.clone()))
    }

    fn write(&self, value: &F::Value, out: &mut TableWriter<'_>, key: &str) {
        out.value(key, &self.format, value, *value == self.computed);
    }
}

/// A key for which another can stand.
pub(super) struct StatedIfRow<R> {
    is_stated: bool,
    row: R,
}

/// A key that states something only on a condition: otherwise another key does, so that it is
/// neither an assumption nor written.
pub(super) const fn stated_if<R>(is_stated: bool, row: R) -> StatedIfRow<R> {
    StatedIfRow { is_stated, row }
}

impl<R: Row> Row for StatedIfRow<R> {
    type Value = R::Value;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<R::Value> {
        let value = self.row.read(section, key, meaning);
        if !self.is_stated {
            let path = section.path_of(key);
            section.reader.assumptions.retain(|noted| noted.key != path);
        }
        value
    }

    fn write(&self, value: &R::Value, out: &mut TableWriter<'_>, key: &str) {
        if self.is_stated {
            self.row.write(value, out, key);
        }
    }
}

/// A field that no key of the file sets.
pub(super) struct Unwritten<T>(pub(super) T);

impl<T: Clone> Row for Unwritten<T> {
    type Value = T;

    fn read(&self, _: &mut Section<'_, '_>, _: &str, _: &str) -> Option<T> {
        Some(self.0.clone())
    }

    fn write(&self, _: &T, _: &mut TableWriter<'_>, _: &str) {}
}

/// A table within a table.
pub(super) struct TableRow<T, Given> {
    given: Given,
    table: PhantomData<T>,
}

/// A table with rows of its own.
pub(super) const fn table<T>() -> TableRow<T, ()> {
    table_given(())
}

/// The same for rows that depend on others.
pub(super) const fn table_given<T, Given>(given: Given) -> TableRow<T, Given> {
    TableRow {
        given,
        table: PhantomData,
    }
}

impl<T: Rows<Given>, Given: Copy> Row for TableRow<T, Given> {
    type Value = T;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<T> {
        T::read(section.inner(key, meaning), self.given)
    }

    fn write(&self, value: &T, out: &mut TableWriter<'_>, key: &str) {
        value.write_rows(&mut out.inner(key), self.given);
    }
}

/// A table that may be absent as a whole.
pub(super) struct OptionalTableRow<T>(PhantomData<T>);

/// A table with rows of its own that may be absent.
pub(super) const fn optional_table<T>() -> OptionalTableRow<T> {
    OptionalTableRow(PhantomData)
}

impl<T: Rows> Row for OptionalTableRow<T> {
    type Value = Option<T>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Option<T>> {
        if !section.wants(key) {
            let _ = section.node(key);
            return Some(None);
        }
        T::read(section.inner(key, meaning), ()).map(Some)
    }

    fn write(&self, value: &Option<T>, out: &mut TableWriter<'_>, key: &str) {
        if let Some(value) = value {
            value.write_rows(&mut out.inner(key).kept(), ());
        }
    }
}

/// Rows of the same table that have a struct of their own.
pub(super) struct SameTableRow<T>(PhantomData<T>);

/// A struct whose rows stand in the same table.
pub(super) const fn same_table<T>() -> SameTableRow<T> {
    SameTableRow(PhantomData)
}

impl<T: Rows> Row for SameTableRow<T> {
    type Value = T;

    fn read(&self, section: &mut Section<'_, '_>, _: &str, _: &str) -> Option<T> {
        T::read_rows(section, ())
    }

    fn write(&self, value: &T, out: &mut TableWriter<'_>, _: &str) {
        value.write_rows(out, ());
    }
}

/// A table with a key for each name of a list, every one of which may be absent.
pub(super) struct EachRow<T, F> {
    names: Vec<(&'static str, T)>,
    format: F,
    meaning: fn(&str) -> String,
}

/// A table whose keys are the names of a list.
pub(super) fn each<T, F>(
    names: impl IntoIterator<Item = (&'static str, T)>,
    format: F,
    meaning: fn(&str) -> String,
) -> EachRow<T, F> {
    EachRow {
        names: names.into_iter().collect(),
        format,
        meaning,
    }
}

impl<T: Copy + PartialEq, F: Format> EachRow<T, F> {
    /// Reads the keys from a table.
    pub(super) fn read_from(
        &self,
        section: &mut Section<'_, '_>,
        are_assumptions: bool,
    ) -> Vec<(T, F::Value)> {
        let mut found = Vec::new();
        for (name, named) in &self.names {
            section.describe(name, self.format.kind(), &(self.meaning)(name));
            let value = section.optional(name, &self.format, are_assumptions);
            found.extend(value.map(|value| (*named, value)));
        }
        found
    }

    /// Writes the keys into a table.
    pub(super) fn write_into<'v>(
        &self,
        values: impl IntoIterator<Item = (T, &'v F::Value)>,
        out: &mut TableWriter<'_>,
    ) where
        F::Value: 'v,
    {
        for (named, value) in values {
            let mut names = self.names.iter();
            if let Some((name, _)) = names.find(|(_, known)| *known == named) {
                out.value(name, &self.format, value, false);
            }
        }
    }
}

impl<T: Copy + PartialEq, F: Format> Row for EachRow<T, F> {
    type Value = Vec<(T, F::Value)>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        let mut inner = section.inner(key, meaning);
        let found = self.read_from(&mut inner, true);
        inner.finish();
        Some(found)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        let values = value.iter().map(|(named, value)| (*named, value));
        self.write_into(values, &mut out.inner(key));
    }
}
