//! What each address of the page answers. No request changes a file: what is taken home is
//! downloaded.

use std::net::TcpStream;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::http::{Request, Response, Status, Verb};
use super::work::{Question, Run, SpareBytes, StudyRequest, Work, problem};
use super::{Routes, assets, events, exploring, gate, send};
use crate::app::AppError;
use crate::app::whatif::{ChangeSet, Changed, LiveFinding, ScenarioView, WhatIf};

const JSON: &str = "application/json";
const TOML: &str = "application/toml; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What a report may do: show itself. It has no scripts.
const STILL: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// The page of `poolproof serve`.
pub struct WhatIfRoutes {
    work: Work,
}

/// What a picture may do: show itself.
const DRAWN: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/// The files of a study by how they end: media type, and whether they are shown in place.
const OF_STUDY: [(&str, &str, bool); 5] = [
    (".html", HTML, true),
    (".svg", "image/svg+xml", true),
    (".png", "image/png", true),
    (".json", JSON, false),
    (".csv", "text/csv; charset=utf-8", false),
];

/// The answer to a question about several states that was accepted.
#[derive(Serialize)]
struct StudyAccepted {
    run: u64,
    /// The files of the states that differ from the scenario, by their places.
    variants: Vec<Option<String>>,
}

/// The answer to a question that was accepted.
#[derive(Serialize)]
struct Accepted {
    run: u64,
    scenario: ScenarioView,
}

impl Routes for WhatIfRoutes {
    fn answer(&self, request: &Request, path: &str, stream: TcpStream) {
        let parts: Vec<&str> = path.split('/').collect();
        if let (Verb::Get, ["api", "runs", number, "events"]) = (request.verb, &parts[..]) {
            match self.run(number) {
                Some(run) => {
                    let last = request
                        .header("last-event-id")
                        .and_then(|id| id.parse().ok());
                    let from = last.map_or(0, |last: usize| last.saturating_add(1));
                    events::stream(&run, from, stream);
                }
                None => send(stream, &Response::plain(Status::NotFound)),
            }
            return;
        }
        let response = self.respond(request, path, &parts);
        send(stream, &response.unwrap_or_else(Response::plain));
    }
}

impl WhatIfRoutes {
    /// The page of a scenario. `spare` says what memory a search may take.
    #[must_use]
    pub fn new(about: WhatIf, spare: SpareBytes) -> Self {
        let work = Work::new(about, spare);
        Self { work }
    }

    fn run(&self, number: &str) -> Option<Arc<Run>> {
        self.work.run(number.parse().ok()?)
    }

    fn respond(&self, request: &Request, path: &str, parts: &[&str]) -> Result<Response, Status> {
        match (request.verb, parts) {
            (Verb::Post, ["api", "view"]) => Ok(self.view(&posted(request)?)),
            (Verb::Post, ["api", "runs"]) => Ok(self.ask(posted(request)?)),
            (Verb::Post, ["api", "studies"]) => Ok(self.study(&posted(request)?)),
            (_, ["api", "view" | "runs" | "studies"]) => Err(Status::WrongVerb),
            (verb, ["api", "runs", number, rest @ ..]) => {
                let run = self.run(number).ok_or(Status::NotFound)?;
                match (verb, rest) {
                    (Verb::Delete, []) => {
                        run.cancel();
                        Ok(Response::plain(Status::NoContent))
                    }
                    (Verb::Get, ["leave", check, verdict]) => left(request, &run, check, verdict),
                    (Verb::Get, rest) => self.taken(&run, rest),
                    _ => Err(Status::WrongVerb),
                }
            }
            (Verb::Get, _) => {
                let (_, media, text) = assets::of(path).ok_or(Status::NotFound)?;
                Ok(Response::new(Status::Fine, media, *text))
            }
            _ => Err(Status::WrongVerb),
        }
    }

    fn view(&self, changes: &ChangeSet) -> Response {
        let about = &self.work.about;
        match about.changed(changes) {
            Ok(changed) => json(Status::Fine, &about.view(&changed)),
            Err(error) => Response::new(Status::Refused, JSON, problem(&error)),
        }
    }

    fn ask(&self, question: Question) -> Response {
        match self.work.start(question) {
            Ok(run) => {
                let Some(changed) = run.changed() else {
                    return Response::plain(Status::Defect);
                };
                let accepted = Accepted {
                    run: run.number,
                    scenario: self.work.about.view(changed),
                };
                json(Status::Accepted, &accepted)
            }
            Err(error) => Response::new(Status::Refused, JSON, problem(&error)),
        }
    }

    /// Begins to answer a question about several states.
    fn study(&self, request: &StudyRequest) -> Response {
        match self.work.start_study(request) {
            Ok(run) => {
                let about = &self.work.about;
                let file = |(index, (_, changed)): (usize, &(String, Changed))| {
                    let file = about.variant_file(changed, index);
                    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
                    (file != about.file()).then(|| name.to_owned())
                };
                let accepted = StudyAccepted {
                    run: run.number,
                    variants: run.variants().iter().enumerate().map(file).collect(),
                };
                json(Status::Accepted, &accepted)
            }
            Err(error) => Response::new(Status::Refused, JSON, problem(&error)),
        }
    }

    /// What can be taken of a question about several states.
    fn of_study(&self, run: &Run, what: &[&str]) -> Result<Response, Status> {
        if let ["variants", index] = what {
            let (_, changed) = run.variants().get(number(index)?).ok_or(Status::NotFound)?;
            let about = &self.work.about;
            let name = about.variant_file(changed, number(index)?);
            let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
            let text = about.scenario_file(changed);
            return Ok(file(Some(text), TOML)?.saved_as(name));
        }
        let name = what.join("/");
        let found = run.latest().ok_or(Status::NotFound)?;
        let bytes = found.file(&name).ok_or(Status::NotFound)?;
        let ending = OF_STUDY.iter().find(|(ending, ..)| name.ends_with(ending));
        let (_, media, is_shown) = ending.ok_or(Status::NotFound)?;
        let mut response = Response::new(Status::Fine, media, bytes);
        let policy = match *media {
            HTML => STILL,
            _ => DRAWN,
        };
        policy.clone_into(&mut response.policy);
        Ok(match is_shown {
            true => response,
            false => response.saved_as(&name),
        })
    }

    /// What can be taken home of a run.
    fn taken(&self, run: &Run, what: &[&str]) -> Result<Response, Status> {
        let Some(changed) = run.changed() else {
            return self.of_study(run, what);
        };
        let name = changed.name();
        match what {
            ["scenario.toml"] => {
                let text = self.work.about.scenario_file(changed);
                Ok(file(Some(text), TOML)?.saved_as(&format!("{name}.toml")))
            }
            ["runbooks", number] => {
                let number: usize = number.parse().map_err(|_| Status::NotFound)?;
                let (path, text) = changed.own().get(number).ok_or(Status::NotFound)?;
                let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
                Ok(file(Some(Ok(text.clone())), TOML)?.saved_as(name))
            }
            ["result.json"] => {
                let found = complete(run)?;
                Ok(file(found.result(), JSON)?.saved_as("result.json"))
            }
            ["report.html"] => {
                let found = complete(run)?;
                let mut page = file(found.report(), HTML)?;
                STILL.clone_into(&mut page.policy);
                Ok(page.saved_as(&format!("{name}.html")))
            }
            ["report"] => {
                let found = complete(run)?;
                let mut page = file(found.report(), HTML)?;
                STILL.clone_into(&mut page.policy);
                Ok(page)
            }
            ["player", check, verdict] => {
                let found = run.latest().ok_or(Status::NotFound)?;
                played(file(found.player(number(check)?, number(verdict)?), HTML)?)
            }
            ["explore", check, way] => {
                let found = run.latest().ok_or(Status::NotFound)?;
                let exploration = found.exploration(changed, number(check)?);
                exploring::respond(&exploration.ok_or(Status::NotFound)?, way)
            }
            _ => Err(Status::NotFound),
        }
    }
}

/// The result of a run that came to its end.
fn complete(run: &Run) -> Result<Arc<LiveFinding>, Status> {
    let found = run.latest().filter(|found| found.is_complete());
    found.ok_or(Status::NotFound)
}

/// Where a recorded path ends, one goes on: the number of its check, and of its verdict.
fn left(request: &Request, run: &Run, check: &str, verdict: &str) -> Result<Response, Status> {
    let found = run.latest().ok_or(Status::NotFound)?;
    let way = found.way(number(check)?, number(verdict)?);
    let run = request.path.rsplitn(4, '/').last().unwrap_or_default();
    let way = way.ok_or(Status::NotFound)?;
    Ok(Response::moved(&format!("{run}/explore/{check}/{way}")))
}

fn number(text: &str) -> Result<usize, Status> {
    text.parse().map_err(|_| Status::NotFound)
}

/// A text that was found, with its type.
pub(super) fn file(
    text: Option<Result<String, AppError>>,
    media: &'static str,
) -> Result<Response, Status> {
    match text.ok_or(Status::NotFound)? {
        Ok(text) => Ok(Response::new(Status::Fine, media, text)),
        Err(_) => Err(Status::Defect),
    }
}

/// A player: its one script may run, in a page that belongs to nobody.
fn played(mut page: Response) -> Result<Response, Status> {
    const SCRIPT: &str = "<script>\n\"use strict\";";
    // KnownTexts of a scenario have no `<` of their own, so that the first script is the page's.
    let nonce = gate::digits().map_err(|_| Status::Defect)?;
    let text = String::from_utf8_lossy(&page.body);
    let marked = SCRIPT.replacen("<script", &format!("<script nonce=\"{nonce}\""), 1);
    page.body = text.replacen(SCRIPT, &marked, 1).into_bytes();
    page.policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"
    );
    Ok(page)
}

/// What was posted. A type that forms cannot have makes browsers ask before they send it.
fn posted<T: DeserializeOwned>(request: &Request) -> Result<T, Status> {
    if request.header("content-type") != Some(JSON) {
        return Err(Status::WrongType);
    }
    serde_json::from_slice(&request.body).map_err(|_| Status::Malformed)
}

fn json(status: Status, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => Response::new(status, JSON, text),
        Err(_) => Response::plain(Status::Defect),
    }
}
