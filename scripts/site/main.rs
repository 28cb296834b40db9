//! Writes the documentation as a site of plain pages, for .github/workflows/docs.yml: `cargo run --example site -- OUT`.

mod pages;

#[expect(clippy::print_stderr, reason = "a small program of its own")]
fn main() -> std::process::ExitCode {
    let Some(out) = std::env::args_os().nth(1) else {
        eprintln!("usage: cargo run --example site -- OUT");
        return std::process::ExitCode::from(2);
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    match pages::write(root, std::path::Path::new(&out)) {
        Ok(count) => {
            eprintln!("{count} pages");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the site could not be written: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
