//! The sample shop loads as a single batch per file, and is what its README says.
#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may their helpers"
)]

use hyperdj_cluster::{Cluster, Options};

const SCHEMA: &str = include_str!("../../../examples/legacy_shop/schema.sql");
const DATA: &str = include_str!("../../../examples/legacy_shop/data.sql");

#[test]
fn the_sample_shop_loads_and_agrees_with_itself() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    cluster.create_database("shop").unwrap();
    cluster.batch_execute("shop", SCHEMA).unwrap();
    cluster.batch_execute("shop", DATA).unwrap();
    let number = |statement: &str| -> i64 {
        let rows = cluster.query("shop", statement).unwrap();
        rows[0][0].as_deref().unwrap().parse().unwrap()
    };

    let tables = "FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
                  AND relnamespace IN ('public'::regnamespace, 'inventory'::regnamespace)";
    assert_eq!(number(&format!("SELECT count(*) {tables}")), 22);
    for (table, rows) in [("products", 200), ("orders", 1000), ("order_items", 3000)] {
        assert_eq!(
            number(&format!("SELECT count(*) FROM {table}")),
            rows,
            "{table}"
        );
    }
    for row in cluster
        .query("shop", &format!("SELECT oid::regclass {tables}"))
        .unwrap()
    {
        let table = row[0].as_deref().unwrap();
        assert!(
            number(&format!("SELECT count(*) FROM {table}")) > 0,
            "{table} has no row"
        );
    }

    let wrong_totals = "SELECT count(*) FROM orders
        WHERE total IS DISTINCT FROM (SELECT sum(line_total) FROM order_items WHERE order_id = orders.id)";
    assert_eq!(number(wrong_totals), 0);
    cluster
        .batch_execute(
            "shop",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY product_stats",
        )
        .unwrap();
    assert_eq!(
        number("SELECT count(*) FROM product_stats WHERE times_ordered > 0"),
        200
    );
    // The sequences stand where the rows end, so that the next row can be inserted.
    cluster
        .batch_execute("shop", "INSERT INTO customers (name) VALUES ('Next')")
        .unwrap();
}
