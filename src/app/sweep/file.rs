//! A sweep as a file: `[sweep]` with the method, and one `[[sweep.parameter]]` for each parameter.

use serde::Deserialize;

use super::design::{Design, Method};
use super::parameter::Parameter;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SweepFile {
    sweep: SweepTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SweepTable {
    method: MethodName,
    /// Number of points of a Latin hypercube, or of each sample for sensitivity.
    points: Option<u64>,
    parameter: Vec<ParameterEntry>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MethodName {
    Grid,
    LatinHypercube,
    Sensitivity,
    OneAtATime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterEntry {
    path: String,
    /// For a grid: every value. Otherwise: low, perhaps base, and high.
    values: Vec<toml::Value>,
}

/// Reads the text of a sweep file.
///
/// # Errors
///
/// Says what is wrong, with line and column where the text is no TOML or has other keys.
pub fn parse(text: &str) -> Result<Design, String> {
    let SweepFile { sweep } = toml::from_str(text).map_err(|error| error.to_string())?;
    let method = match (sweep.method, sweep.points) {
        (MethodName::Grid, None) => Method::Grid,
        (MethodName::OneAtATime, None) => Method::OneAtATime,
        (MethodName::LatinHypercube, Some(points)) => Method::LatinHypercube(points),
        (MethodName::Sensitivity, Some(rows)) => Method::Sensitivity(rows),
        (MethodName::LatinHypercube | MethodName::Sensitivity, None) => {
            return Err("this method needs points = NUMBER".to_owned());
        }
        (_, Some(_)) => {
            return Err("points belongs to latin-hypercube and sensitivity only".to_owned());
        }
    };
    let parameter = |entry: ParameterEntry| {
        let count = entry.values.len();
        let fits = match method {
            Method::Grid => count >= 1,
            Method::LatinHypercube(_) | Method::Sensitivity(_) => count == 2,
            Method::OneAtATime => count == 2 || count == 3,
        };
        if !fits {
            let wanted = match method {
                Method::Grid => "values = [V1, V2, ...]",
                Method::LatinHypercube(_) | Method::Sensitivity(_) => "values = [LOW, HIGH]",
                Method::OneAtATime => "values = [LOW, HIGH] or [LOW, BASE, HIGH]",
            };
            return Err(format!("{}: expected {wanted}, found {count}", entry.path));
        }
        let value = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(Parameter {
            path: entry.path,
            values: entry.values.into_iter().map(value).collect(),
        })
    };
    let parameters = sweep.parameter.into_iter().map(parameter);
    Ok(Design {
        method,
        parameters: parameters.collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_the_same_as_the_command_line() {
        let text = "[sweep]\nmethod = \"grid\"\n[[sweep.parameter]]\npath = \"a.b\"\n\
                    values = [\"5min\", 3, true]\n";
        let design = parse(text).unwrap();
        assert_eq!(design.method, Method::Grid);
        let same = Parameter::list("a.b=5min,3,true").unwrap();
        assert_eq!(design.parameters, [same]);
        let text = text.replace("grid", "latin-hypercube");
        assert!(parse(&text).unwrap_err().contains("points"));
        let text = text.replace("\n[[", "\npoints = 4\n[[");
        assert!(parse(&text).unwrap_err().contains("[LOW, HIGH]"));
        assert!(parse("[sweep]\nmetod = 1").unwrap_err().contains("line 2"));
    }
}
