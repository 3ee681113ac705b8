//! Expectations and an exchange become findings.
