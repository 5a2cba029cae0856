//! Starting and stopping real clusters, in this process.

use hyperdj_cluster::{Cluster, Options};

#[test]
fn a_cluster_answers_and_leaves_nothing() {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let folder = cluster.folder().to_path_buf();
    let rows = cluster
        .query(
            "postgres",
            "SELECT current_setting('server_version_num'), NULL; SELECT 2",
        )
        .unwrap();
    assert_eq!(
        rows[0],
        [Some(cluster.version().number().to_string()), None]
    );
    assert_eq!(rows[1], [Some("2".to_owned())]);
    assert!(folder.exists());
    cluster.stop().unwrap();
    assert!(!folder.exists());
}
