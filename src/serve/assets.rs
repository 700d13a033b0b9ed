//! The files of the page, as parts of the program.

/// A file: its name below the token, its type and its text.
pub(super) type Asset = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Every file; the page itself has no name.
pub(super) const ASSETS: [Asset; 11] = [
    (
        "",
        "text/html; charset=utf-8",
        include_str!("assets/index.html"),
    ),
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("assets/style.css"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    ("app.js", SCRIPT, include_str!("assets/app.js")),
    ("dom.js", SCRIPT, include_str!("assets/dom.js")),
    ("answer.js", SCRIPT, include_str!("assets/answer.js")),
    ("charts.js", SCRIPT, include_str!("assets/charts.js")),
    ("picture.js", SCRIPT, include_str!("assets/picture.js")),
    ("study.js", SCRIPT, include_str!("assets/study.js")),
    ("table.js", SCRIPT, include_str!("assets/table.js")),
    ("values.js", SCRIPT, include_str!("assets/values.js")),
];

/// The file of a name.
pub(super) fn of(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|(known, ..)| *known == name)
}
