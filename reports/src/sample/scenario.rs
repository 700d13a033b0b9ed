//! The system of the sample.

use crate::document::*;

pub(super) fn scenario() -> Scenario {
    let node = |name: &str, kind, role: &str, active| NodeView {
        name: name.to_owned(),
        kind,
        role_text: role.to_owned(),
        active,
    };
    let link = |from: &str, to: &str, kind, text: &str| LinkView {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
        text: text.to_owned(),
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
                    node(
                        "pchat-1",
                        NodeKind::PoolServer,
                        "Persistent Chat server",
                        true,
                    ),
                    node(
                        "pchat-2",
                        NodeKind::PoolServer,
                        "Persistent Chat server",
                        true,
                    ),
                    node("sql-a", NodeKind::Database, "SQL principal", true),
                    node("sql-b", NodeKind::Database, "SQL mirror", false),
                    node("sql-w", NodeKind::Witness, "witness", true),
                ],
            },
            SiteView {
                name: "DC2".to_owned(),
                nodes: vec![
                    node(
                        "pchat-3",
                        NodeKind::PoolServer,
                        "Persistent Chat server",
                        false,
                    ),
                    node(
                        "pchat-4",
                        NodeKind::PoolServer,
                        "Persistent Chat server",
                        false,
                    ),
                    node("sql-c", NodeKind::Database, "log shipping secondary", false),
                    node("share", NodeKind::Share, "file share of log shipping", true),
                ],
            },
        ],
        links: vec![
            link("sql-a", "sql-b", LinkKind::Mirroring, "mirroring"),
            link("sql-a", "sql-w", LinkKind::Witness, "witness"),
            link("sql-b", "sql-w", LinkKind::Witness, "witness"),
            link("DC1", "DC2", LinkKind::InterSite, "inter-site link"),
            link(
                "sql-a",
                "share",
                LinkKind::LogShipping,
                "log backup every 15 min",
            ),
            link("share", "sql-c", LinkKind::LogShipping, "copy every 15 min"),
        ],
        share_text: "in DC2, survives the loss of DC1".to_owned(),
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
        warnings: vec![
            "W0203: the runbook does not fence DC1; a late return can split the pool".to_owned(),
        ],
    }
}
