"""Lock files: the counts that a repository has agreed on, beside the suite they belong to."""
