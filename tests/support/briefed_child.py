"""A child for tests of `shared.runtime.briefed_child`: it is told a word, and answers with its process and the word."""

import os

from shared.runtime.briefed_child import answer_briefed

if __name__ == "__main__":
    answer_briefed(lambda of, word: (os.getpid(), f"{word} {of}"), str.upper)
