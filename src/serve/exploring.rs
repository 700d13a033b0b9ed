//! The pages of a walk through the model: one address for each way from the start.

use std::net::TcpStream;

use super::http::{Request, Response, Status, Verb};
use super::routes::{HTML, file};
use super::{Routes, send};
use crate::app::exploration::Exploration;

/// What a page of a state may do: show itself and lead to others. It has no scripts.
const LINKS_ONLY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// The pages of `poolproof explore`.
pub struct ExploringRoutes(Exploration);

impl ExploringRoutes {
    /// The pages of a model.
    #[must_use]
    pub const fn new(exploration: Exploration) -> Self {
        Self(exploration)
    }
}

impl Routes for ExploringRoutes {
    fn answer(&self, request: &Request, path: &str, stream: TcpStream) {
        let response = match request.verb {
            Verb::Get => respond(&self.0, path),
            Verb::Post | Verb::Delete => Err(Status::WrongVerb),
        };
        send(stream, &response.unwrap_or_else(Response::plain));
    }
}

/// The page of the state that a way comes to.
pub(super) fn respond(exploration: &Exploration, way: &str) -> Result<Response, Status> {
    let mut page = file(exploration.page(way), HTML)?;
    LINKS_ONLY.clone_into(&mut page.policy);
    Ok(page)
}
