//! The page of `serve` in a real browser: its main path on a desk and on a telephone.

#![cfg(unix)]

use serde_json::json;

use crate::support::browser::Browser;
use crate::support::server::Server;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// Whether nothing on the page is wider than its place.
const FITS: &str = "document.documentElement.scrollWidth <= innerWidth";

/// Whether the answer to the state that is shown is complete.
const COMPLETE: &str = "document.querySelector('#work').textContent === 'Complete'
    && document.body.dataset.refinement === 'complete'";

/// What the page shows of the command.
const COMMAND: &str = "document.querySelector('#command').textContent";

fn on_a_window(name: &str, width: u32, height: u32) {
    let Some(mut browser) = Browser::start(name) else {
        return;
    };
    let server = Server::start(&[H01]);
    browser.resize(width, height);
    browser.open(&server.address());
    browser.wait("document.querySelectorAll('.node').length > 3");
    // Few trials first, so that the rest of the test is about the page.
    let set = |key: &str, value: &str| {
        format!(
            "(() => {{ const one = document.querySelector('[data-key=\"{key}\"]'); \
             one.value = {value:?}; one.dispatchEvent(new Event('change')); return true; }})()"
        )
    };
    browser.value("document.querySelector('#all').open = true");
    for (key, value) in [("simulate.trials", "300"), ("simulate.drill_trials", "200")] {
        browser.value(&set(key, value));
        let shown = format!("document.querySelector('[data-key=\"{key}\"]').value === '{value}'");
        browser.wait(&shown);
        browser.wait(&format!("{COMMAND}.includes('{key}={value}')"));
    }
    browser.wait(COMPLETE);
    assert_eq!(browser.value(FITS), true, "{name}: wider than the window");
    let standing = browser.value("document.querySelector('#standing').textContent");
    assert!(standing.as_str().unwrap().contains("READY"), "{standing}");

    // A click on a dashed place moves the share, and the answer follows.
    let there = "document.querySelector('[data-site=DC2] [data-node=share]') !== null";
    assert_eq!(browser.value(there), false);
    browser.value("document.querySelector('[data-key=\"log_shipping.share=DC2\"]').click()");
    browser.wait(there);
    browser.wait(COMPLETE);
    browser.wait("!document.querySelector('#differences-card').hidden");
    let command = browser.value(COMMAND);
    let expected = format!(
        "poolproof evaluate {H01} --set simulate.trials=300 --set simulate.drill_trials=200 --set \
         log_shipping.share=DC2"
    );
    assert_eq!(command, json!(expected));
    let columns = browser.value("document.querySelectorAll('.figures thead th').length");
    assert_eq!(columns, 4);
    assert_eq!(browser.value(FITS), true, "{name}: wider than the window");

    // A wrong value is refused in words, and taken back.
    browser.value(&set("log_shipping.copy_interval", "soon"));
    browser.wait("!document.querySelector('#problem').hidden");
    let problem = browser.value("document.querySelector('#problem').textContent");
    assert!(
        problem.as_str().unwrap().contains("copy_interval"),
        "{problem}"
    );
    browser.value("document.querySelector('#problem button').click()");
    browser.wait(&format!(
        "document.querySelector('#problem').hidden && {COMPLETE}"
    ));

    // Undo goes back to the state before, which is known already.
    browser.value("document.querySelector('#undo').click()");
    browser.wait(&format!("!({there})"));
    browser.wait(COMPLETE);

    // The counterexample opens in the player.
    let player = browser.value("document.querySelector('#verdicts a').href");
    // Refused requests are the only thing that the page has to complain of.
    let others: Vec<_> = browser
        .complaints
        .iter()
        .filter(|one| !one.contains("status of 422"))
        .collect();
    assert!(others.is_empty(), "{name}: {others:?}");
    browser.open(player.as_str().unwrap());
    browser.wait("document.body !== null && document.body.classList.contains('playing')");
    browser.value("document.querySelector('[data-go=forward]').click()");
    browser.wait("document.querySelector('output').textContent.startsWith('Step 1')");
}

#[test]
fn the_main_path_works_on_a_desk() {
    on_a_window("serve-desk", 1280, 900);
}

#[test]
fn the_main_path_works_on_a_telephone() {
    on_a_window("serve-telephone", 390, 844);
}
