"""Says what a document is about, and on which words that rests.

In: a `Document` and the `Rules` loaded once from the data files. Out: a `Classification` (fields of the taxonomy with spans and
confidence) or an `Understanding` (that and the single acts). Pure: no clock, no files after loading, no network, nothing
remembered between documents; a value without a span stays empty.
"""
