//! The system of the sample.

use poolproof_reports::document::*;

pub(super) fn scenario() -> Scenario {
    let node = |name: &str, role, active| NodeView {
        name: name.to_owned(),
        role,
        active,
    };
    let link = |from: &str, to: &str, kind, jobs: &[ShippingJob]| LinkView {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        note: None,
        jobs: jobs
            .iter()
            .map(|job| LinkJob {
                job: *job,
                every_ms: 900_000,
            })
            .collect(),
    };
    let assumption = |key: &str, value: &str, source: &str, grade, is_default| Assumption {
        key: key.to_owned(),
        value: value.to_owned(),
        source: source.to_owned(),
        grade,
        is_default,
    };
    Scenario {
        name: "sample".to_owned(),
        title: "Stretched pool, mirror with witness, log shipping to DC2".to_owned(),
        description: "Two servers per site. The share for log backups stands in DC2. Operators \
                      follow the documented runbook, which does not fence the old site."
            .to_owned(),
        sites: vec![
            SiteView {
                name: "DC1".to_owned(),
                nodes: vec![
                    node("pchat-1", NodeRole::PoolServer, true),
                    node("pchat-2", NodeRole::PoolServer, true),
                    node("sql-a", NodeRole::Principal, true),
                    node("sql-b", NodeRole::Mirror, false),
                    node("sql-w", NodeRole::Witness, true),
                ],
            },
            SiteView {
                name: "DC2".to_owned(),
                nodes: vec![
                    node("pchat-3", NodeRole::PoolServer, false),
                    node("pchat-4", NodeRole::PoolServer, false),
                    node("sql-c", NodeRole::Secondary, false),
                    node("share", NodeRole::Share, true),
                ],
            },
        ],
        links: vec![
            link("sql-a", "sql-b", LinkKind::Mirroring, &[]),
            link("sql-a", "sql-w", LinkKind::Witness, &[]),
            link("sql-b", "sql-w", LinkKind::Witness, &[]),
            link("DC1", "DC2", LinkKind::InterSite, &[]),
            link(
                "sql-a",
                "share",
                LinkKind::LogShipping,
                &[ShippingJob::Backup],
            ),
            link(
                "share",
                "sql-c",
                LinkKind::LogShipping,
                &[ShippingJob::Copy],
            ),
        ],
        share: ShareLocation::Dc2,
        witness: true,
        assumptions: vec![
            assumption(
                "log_shipping.backup_interval",
                "15 min",
                "product documentation: default schedule of the backup job",
                Grade::V,
                true,
            ),
            assumption(
                "server.mttf",
                "1.8 years",
                "recomputed from the published failure records of a laboratory",
                Grade::R,
                true,
            ),
            assumption(
                "operator.decide.median",
                "45 min",
                "no publication; from the time lines of post-mortems",
                Grade::J,
                true,
            ),
            assumption(
                "messages.rate",
                "2 per second",
                "the scenario",
                Grade::V,
                false,
            ),
        ],
        warnings: vec![Warning {
            code: "W0203".to_owned(),
            message: "the runbook does not fence DC1; a late return can split the pool".to_owned(),
            hazards: Vec::new(),
        }],
    }
}
