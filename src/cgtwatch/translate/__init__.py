"""Asks a language model for titles and summaries in another language, and believes none of its answers.

In: a title and its summary, and what is known of names (`Mention`s, handed in). Out: the body of a request, what an answer
says, and why it is refused. Pure: who asks and when is decided elsewhere. Text of documents is untrusted, answers are more so.
"""
