//! `[[measured]]`: which values of a file were fitted from records, and from which.
//!
//! `poolproof fit` writes it. It stands beside the values and changes none of them: a value that
//! another file writes over is no longer measured.

use super::assumption::Grade;
use super::document::Node;
use super::format::SomeText;
use super::keys::Kind;
use super::reader::Section;
use super::row::{Row, Rows, keys, required};
use super::value;
use super::writer::TableWriter;

keys! {
    /// Where a value was measured.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MeasuredValue {
        pub key: String = "the key of the value, as `poolproof show` lists it",
            required(SomeText, "\"log_shipping.backup_duration\"").unlisted();
        pub source: String = "the records that it was fitted from, how many, and the interval",
            required(SomeText, "\"fitted from backup-history.csv, n = 2688\"").unlisted();
    }
}

/// The list. It is read when all values have been read.
pub(super) struct MeasuredValues;

impl Row for MeasuredValues {
    type Value = Vec<MeasuredValue>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Tables, meaning);
        let Some(items) = section.items::<MeasuredValue>(key) else {
            return Some(Vec::new());
        };
        let mut found = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(mut inner) = section.item(key, index, item) else {
                continue;
            };
            let one = MeasuredValue::read_rows(&mut inner, ())?;
            inner.finish();
            one.note(section, item);
            found.push(one);
        }
        Some(found)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        for one in value {
            one.write_rows(&mut out.item(key), ());
        }
    }
}

impl MeasuredValue {
    /// Gives the value its source, if it still is the one that stands in the same file.
    fn note(&self, section: &mut Section<'_, '_>, item: &Node) {
        let file = &item.place.source.name;
        let noted = &mut section.reader.assumptions;
        match noted.iter_mut().find(|one| one.key == self.key) {
            Some(one) if !one.is_default && one.source == *file => {
                one.source.clone_from(&self.source);
                one.grade = Some(Grade::M);
            }
            Some(_) => {}
            None => {
                let message = format!("there is no value `{}`", self.key);
                let mistake = value::mistake(item, "E0026", message);
                let help = "`poolproof show` lists the keys of all values";
                section.refuse("measured", vec![mistake.helped(help)]);
            }
        }
    }
}
