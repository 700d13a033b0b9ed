//! The header that every document begins with: its schema is read first and alone, because a
//! document of another version would otherwise be refused for its first unknown field, which says
//! nothing about the cause.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a document says about itself, in whatever version it follows.
#[derive(Deserialize)]
struct Header {
    schema: String,
    /// Where a document has an identity, in every version so far.
    #[serde(default)]
    identity: Origin,
}

/// The build of documents that do not say it.
pub(crate) fn unknown_build() -> String {
    "unknown".to_owned()
}

/// Which program wrote a document, and by which command.
#[derive(Default, Deserialize)]
struct Origin {
    #[serde(default)]
    poolproof_version: String,
    #[serde(default)]
    command: String,
}

/// Why a text is no document of the schema that is asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is not JSON, or a field is missing, unknown or of the wrong type.
    #[error("not a {0} of poolproof: {1}")]
    Malformed(&'static str, #[source] serde_json::Error),
    /// The document follows another schema.
    #[error("{0}")]
    Schema(OtherSchema),
    /// Two of its fields cannot both be true: the text was edited.
    #[error("it contradicts itself: {0}")]
    Contradiction(String),
}

/// A document of another schema: another kind of document, or another version of the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherSchema {
    /// The schema that the document names.
    pub found: String,
    /// The schema that is read.
    pub expected: &'static str,
    /// The version of poolproof that wrote it; empty where it does not say.
    pub written_by: String,
    /// The command that made it; empty where it does not say.
    pub command: String,
}

impl fmt::Display for OtherSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, expected) = (&self.found, self.expected);
        let same_kind = found.rsplit_once('/').map(|(kind, _)| kind)
            == expected.rsplit_once('/').map(|(kind, _)| kind);
        if !same_kind {
            return write!(
                f,
                "the file has schema \"{found}\", but \"{expected}\" is expected here"
            );
        }
        write!(
            f,
            "the file has schema \"{found}\", but this version of poolproof ({}) reads \
             \"{expected}\"",
            env!("CARGO_PKG_VERSION")
        )?;
        if !self.written_by.is_empty() {
            write!(f, "; poolproof {} wrote it and reads it", self.written_by)?;
        }
        if !self.command.is_empty() {
            write!(f, "; make it again with this version: {}", self.command)?;
        }
        Ok(())
    }
}

/// Reads a document of the schema `expected`; `kind` names it in messages.
///
/// # Errors
/// When the text is not JSON, names another schema, or does not fit the schema it names.
pub(crate) fn parse<T: DeserializeOwned>(
    text: &str,
    kind: &'static str,
    expected: &'static str,
) -> Result<T, DocumentError> {
    let malformed = |error| DocumentError::Malformed(kind, error);
    let header: Header = serde_json::from_str(text).map_err(malformed)?;
    if header.schema != expected {
        return Err(DocumentError::Schema(OtherSchema {
            found: header.schema,
            expected,
            written_by: header.identity.poolproof_version,
            command: header.identity.command,
        }));
    }
    serde_json::from_str(text).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use crate::document::ResultDocument;

    fn refused(text: &str) -> String {
        ResultDocument::parse(text)
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn a_result_of_version_1_is_refused_with_what_reads_it_and_how_to_make_it_again() {
        let text = r#"{"schema": "poolproof/result/v1", "identity": {"poolproof_version": "0.0.9",
            "scenario_name": "a", "scenario_digest": "b", "seed": 1,
            "command": "poolproof evaluate a.toml --seed 1"}, "scenario": {}}"#;
        assert_eq!(
            refused(text),
            format!(
                "the file has schema \"poolproof/result/v1\", but this version of poolproof ({}) \
                 reads \"poolproof/result/v2\"; poolproof 0.0.9 wrote it and reads it; make it \
                 again with this version: poolproof evaluate a.toml --seed 1",
                env!("CARGO_PKG_VERSION")
            )
        );
        let bare = refused(r#"{"schema": "poolproof/result/v1"}"#);
        assert!(bare.ends_with("reads \"poolproof/result/v2\""), "{bare}");
    }

    #[test]
    fn another_kind_of_document_is_named() {
        let other = refused(r#"{"schema": "poolproof/trace/v2"}"#);
        assert_eq!(
            other,
            "the file has schema \"poolproof/trace/v2\", but \"poolproof/result/v2\" is expected \
             here"
        );
        assert!(refused("{").starts_with("not a result of poolproof: EOF"));
    }
}
