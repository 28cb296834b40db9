//! Properties of the scanner.
