//! The least that answers the three questions in Rust: axum, tokio-postgres, one thread.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rust_decimal::Decimal;
use serde::Serialize;
use tokio_postgres::{NoTls, Row};

const COLUMNS: &str = "id, sku, name, price, created_at";

#[derive(Serialize)]
struct Product {
    id: i32,
    sku: String,
    name: String,
    // As a string, as the others write it.
    #[serde(with = "rust_decimal::serde::str")]
    price: Decimal,
    created_at: DateTime<Utc>,
}

impl From<&Row> for Product {
    fn from(row: &Row) -> Self {
        Self { id: row.get(0), sku: row.get(1), name: row.get(2), price: row.get(3), created_at: row.get(4) }
    }
}

async fn one(State(pool): State<Arc<Pool>>, Path(sku): Path<String>) -> Response {
    let client = pool.get().await.expect("a connection");
    let sql = format!("SELECT {COLUMNS} FROM products WHERE sku = $1");
    let statement = client.prepare_cached(&sql).await.expect("a statement");
    match client.query_opt(&statement, &[&sku]).await.expect("rows") {
        Some(row) => Json(Product::from(&row)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn many(State(pool): State<Arc<Pool>>) -> Response {
    let client = pool.get().await.expect("a connection");
    let sql = format!("SELECT {COLUMNS} FROM products ORDER BY created_at DESC LIMIT 100");
    let statement = client.prepare_cached(&sql).await.expect("a statement");
    let rows = client.query(&statement, &[]).await.expect("rows");
    let products: Vec<Product> = rows.iter().map(Product::from).collect();
    Json(products).into_response()
}

async fn hello() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "hello").into_response()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let config = std::env::var("LIBPQ").expect("LIBPQ");
    let manager = Manager::from_config(
        config.parse().expect("settings"),
        NoTls,
        ManagerConfig { recycling_method: RecyclingMethod::Fast },
    );
    let pool = Pool::builder(manager).max_size(10).runtime(Runtime::Tokio1).build().expect("a pool");
    let routes = Router::new()
        .route("/hello", get(hello))
        .route("/products", get(many))
        .route("/rows", get(many))
        .route("/products/{sku}", get(one))
        .with_state(Arc::new(pool));
    let port = std::env::var("PORT").expect("PORT");
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("a port");
    axum::serve(listener, routes).await.expect("a server");
}
