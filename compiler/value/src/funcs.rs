//! Pure functions of the language.
