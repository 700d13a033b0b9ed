//! A document of XML as a tree whose elements know their lines. Names are local names: the two
//! forms of a topology have different namespaces.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Deeper documents are refused: no topology is, and the tree is walked by recursion.
const DEPTH_MOST: usize = 64;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct XmlElement {
    /// Its local name.
    pub name: String,
    /// Its line, from 1.
    pub line: u64,
    /// Local names and values.
    pub attributes: Vec<(String, String)>,
    /// The text directly within it, without white space around it.
    pub text: String,
    /// The elements directly within it.
    pub within: Vec<Self>,
}

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadXml {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
    /// What is wrong there.
    pub why: String,
}

impl XmlElement {
    /// The value of an attribute, where it is there and not empty.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known == name)?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }

    /// The first element of a name directly within.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&Self> {
        self.within.iter().find(|element| element.name == name)
    }
}

/// Counts lines on the way through a text, so that a place costs no second walk.
struct Lines<'t> {
    text: &'t str,
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of an offset that is not before the last one asked for.
    fn at(&mut self, offset: usize) -> u64 {
        let to = offset.min(self.text.len());
        if to > self.offset {
            let passed = &self.text.as_bytes()[self.offset..to];
            let ends = passed.iter().filter(|byte| **byte == b'\n').count();
            self.line += ends as u64;
            self.offset = to;
        }
        self.line
    }
}

/// Reads a document.
///
/// # Errors
/// The first place where it is no XML, or too deep.
pub fn parse(text: &str) -> Result<XmlElement, BadXml> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines {
        text,
        offset: 0,
        line: 1,
    };
    let mut open: Vec<XmlElement> = Vec::new();
    let mut root = None;
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event();
        let refuse = |why: String| bad(text, offset, why);
        let event = event.map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(offset);
            bad(text, at, error.to_string())
        })?;
        match event {
            Event::Start(start) => {
                if open.len() >= DEPTH_MOST {
                    return Err(refuse(format!(
                        "elements are nested more than {DEPTH_MOST} deep"
                    )));
                }
                if root.is_some() {
                    return Err(refuse("a second element after the end".to_owned()));
                }
                open.push(element(&start, lines.at(offset)).map_err(refuse)?);
            }
            Event::Empty(start) => {
                let element = element(&start, lines.at(offset)).map_err(refuse)?;
                close(element, &mut open, &mut root).map_err(refuse)?;
            }
            Event::End(_) => {
                let element = open.pop();
                let element = element.ok_or_else(|| refuse("an end without a start".to_owned()))?;
                close(element, &mut open, &mut root).map_err(refuse)?;
            }
            Event::Text(part) => {
                let part = part.decode().map_err(|error| refuse(error.to_string()))?;
                add(&part, &mut open).map_err(refuse)?;
            }
            Event::CData(part) => {
                let part = part.decode().map_err(|error| refuse(error.to_string()))?;
                add(&part, &mut open).map_err(refuse)?;
            }
            Event::GeneralRef(part) => {
                let character = part.resolve_char_ref();
                let character = character.map_err(|error| refuse(error.to_string()))?;
                let name = part.decode().map_err(|error| refuse(error.to_string()))?;
                let part = match character {
                    Some(character) => character.to_string(),
                    None => resolve_predefined_entity(&name)
                        .ok_or_else(|| refuse(format!("`&{name};` is not known")))?
                        .to_owned(),
                };
                add(&part, &mut open).map_err(refuse)?;
            }
            Event::DocType(_) => return Err(refuse("a document type, which none has".to_owned())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match (open.pop(), root) {
        (None, Some(root)) => Ok(root),
        (Some(element), _) => {
            let why = format!("`<{}>` of line {} has no end", element.name, element.line);
            Err(bad(text, text.len(), why))
        }
        (None, None) => Err(bad(text, 0, "there is no element".to_owned())),
    }
}

fn element(start: &BytesStart<'_>, line: u64) -> Result<XmlElement, String> {
    let utf_8 = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| error.to_string())?;
        let name = utf_8(attribute.key.local_name().as_ref());
        attributes.push((name, value.into_owned()));
    }
    Ok(XmlElement {
        name: utf_8(start.local_name().as_ref()),
        line,
        attributes,
        text: String::new(),
        within: Vec::new(),
    })
}

/// Puts an element that has ended where it belongs.
fn close(
    mut element: XmlElement,
    open: &mut [XmlElement],
    root: &mut Option<XmlElement>,
) -> Result<(), String> {
    element.text = element.text.trim().to_owned();
    match open.last_mut() {
        Some(around) => around.within.push(element),
        None if root.is_some() => return Err("a second element after the end".to_owned()),
        None => *root = Some(element),
    }
    Ok(())
}

/// Adds text to the element that is open.
fn add(part: &str, open: &mut [XmlElement]) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(part),
        None if part.trim().is_empty() => {}
        None => return Err("text outside of the elements".to_owned()),
    }
    Ok(())
}

fn bad(text: &str, offset: usize, why: String) -> BadXml {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    BadXml {
        line: before.matches('\n').count() as u64 + 1,
        column: before[start..].chars().count() as u64 + 1,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_their_lines_and_entities_are_read() {
        let text = "<?xml version=\"1.0\"?>\n<t:A x=\"1 &amp; 2\">\n <B/>\n <C>a &lt; &#98;</C>\n\
                    </t:A>\n";
        let root = parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.line), ("A", 2));
        assert_eq!(root.attribute("x"), Some("1 & 2"));
        let lines: Vec<u64> = root.within.iter().map(|one| one.line).collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(root.first("C").unwrap().text, "a < b");
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        for (text, line) in [
            ("", 1),
            ("text", 1),
            ("<A>\n<B>\n</A>", 3),
            ("<A>\n<B>", 2),
            ("<A>\n&what;</A>", 2),
            ("<A/>\n<B/>", 2),
            ("<!DOCTYPE a>\n<A/>", 1),
            ("<A>\n<B x=1/></A>", 2),
        ] {
            let refused = parse(text).unwrap_err();
            assert_eq!(refused.line, line, "{text}: {refused:?}");
        }
        assert!(parse(&"<A>".repeat(100_000)).is_err());
    }
}
