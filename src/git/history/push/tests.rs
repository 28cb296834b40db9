//! The range of a push against a model: which commits are reached from the tips and from nothing that the other side has.
