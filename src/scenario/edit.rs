//! Changes in the text of a scenario or runbook file: comments and order stay as they are.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

/// Why a text cannot be changed in place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no TOML.
    #[error("the file is not TOML")]
    Syntax,
    /// What the path leads through is no table.
    #[error("`{0}` leads through what is no table")]
    Path(String),
    /// The file has no such steps.
    #[error("the runbook has no step {0}")]
    Step(usize),
}

/// Writes values at paths of keys into the text of a scenario, as `--set` puts them over it: the
/// value is TOML if it can be read as such, and a string otherwise. What the text already has keeps
/// its comment.
///
/// # Errors
///
/// When the text is no TOML, or a path leads through what is no table.
pub fn with_values(text: &str, values: &[(String, String)]) -> Result<String, EditError> {
    let mut document: DocumentMut = text.parse().map_err(|_| EditError::Syntax)?;
    for (path, value) in values {
        let keys: Vec<&str> = path.split('.').map(str::trim).collect();
        let put = put(document.as_table_mut(), &keys, value);
        put.ok_or_else(|| EditError::Path(path.clone()))?;
    }
    Ok(document.to_string())
}

fn put(table: &mut dyn TableLike, keys: &[&str], value: &str) -> Option<()> {
    let (name, rest) = keys.split_first()?;
    if rest.is_empty() {
        let mut new = read(value);
        match table.get_mut(name) {
            Some(Item::Value(old)) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            // A list of tables, or a table of its own, gives way as a whole.
            _ => {
                table.remove(name);
                table.insert(name, Item::Value(new));
            }
        }
        return Some(());
    }
    if table.get(name).is_none() {
        let mut inner = Table::new();
        // Its own heading is written only if it has keys.
        inner.set_implicit(true);
        table.insert(name, Item::Table(inner));
    }
    put(table.get_mut(name)?.as_table_like_mut()?, rest, value)
}

/// A value as `--set` reads it: TOML in one line, or a string.
fn read(value: &str) -> Value {
    let line = !value.contains(['\n', '\r']);
    let read = value.parse::<Value>().ok().filter(|_| line);
    let mut read = read.unwrap_or_else(|| Value::from(value));
    read.decor_mut().clear();
    read
}

/// Keeps these steps of a runbook, by their numbers from 0, in this order. Each has its comments
/// with it.
///
/// # Errors
///
/// When the text is no TOML, or does not have one of the steps.
pub fn with_steps(text: &str, steps: &[usize]) -> Result<String, EditError> {
    let mut document: DocumentMut = text.parse().map_err(|_| EditError::Syntax)?;
    let Some(Item::ArrayOfTables(all)) = document.get("step") else {
        return Err(EditError::Step(0));
    };
    let first = all.get(0).and_then(Table::position).unwrap_or(0);
    let mut kept = ArrayOfTables::new();
    for (place, step) in (first..).zip(steps) {
        let mut table = all.get(*step).ok_or(EditError::Step(*step))?.clone();
        // Tables are written in the order of their positions.
        table.set_position(Some(place));
        kept.push(table);
    }
    document.insert("step", Item::ArrayOfTables(kept));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, path: &str, value: &str) -> String {
        with_values(text, &[(path.to_owned(), value.to_owned())]).expect("it can be written")
    }

    #[test]
    fn a_value_keeps_its_comment_and_its_place() {
        let text = "# head\n[a]\nx = 1   # why\ny = 2\n\n# end\n";
        let changed = set(text, "a.x", "15min");
        assert_eq!(
            changed,
            "# head\n[a]\nx = \"15min\"   # why\ny = 2\n\n# end\n"
        );
        let inline = set("a = { x = 1, y = 2 } # both\n", "a.y", "3");
        assert_eq!(inline, "a = { x = 1, y = 3 } # both\n");
    }

    #[test]
    fn a_key_that_is_not_there_is_added() {
        assert_eq!(set("[a]\nx = 1\n", "a.y", "true"), "[a]\nx = 1\ny = true\n");
        let added = set("[a]\nx = 1\n", "b.c.y", "[]");
        assert_eq!(added, "[a]\nx = 1\n\n[b.c]\ny = []\n");
        let lists = set("[[a.b]]\nx = 1\n\n[c]\ny = 1\n", "a.b", "[{ x = 2 }]");
        assert_eq!(lists, "[a]\nb = [{ x = 2 }]\n\n[c]\ny = 1\n");
    }

    #[test]
    fn what_is_no_line_of_toml_is_a_string() {
        let hostile = set("[a]\nx = 1\n", "a.x", "1\n[b]\ny = 2");
        assert_eq!(hostile.matches("[b]").count(), 1, "{hostile}");
        let read: toml::Table = hostile.parse().expect("it is TOML");
        assert_eq!(read.len(), 1, "{hostile}");
        let through = with_values("a = 1\n", &[("a.b".to_owned(), "1".to_owned())]);
        assert_eq!(through, Err(EditError::Path("a.b".to_owned())));
    }

    #[test]
    fn steps_move_with_their_comments() {
        let text = "role = \"r\"\n\n# one\n[[step]]\nn = 1\n\n# two\n[[step]]\nn = 2\n";
        let turned = with_steps(text, &[1, 0]).expect("both are there");
        assert_eq!(
            turned,
            "role = \"r\"\n\n# two\n[[step]]\nn = 2\n\n# one\n[[step]]\nn = 1\n"
        );
        let fewer = with_steps(text, &[1]).expect("it is there");
        assert!(!fewer.contains("n = 1") && fewer.contains("# two"));
        assert_eq!(with_steps(text, &[2]), Err(EditError::Step(2)));
    }
}
