//! Serves the bookshelf as a target: `cargo run --example bookshelf`, and in another terminal
//! `probity run --suite examples/bookshelf --target URL`.

mod service;

#[expect(clippy::print_stdout, reason = "a program says where it listens")]
#[tokio::main]
async fn main() -> std::io::Result<()> {
    println!("listening on http://{}", service::start().await?);
    tokio::signal::ctrl_c().await
}
