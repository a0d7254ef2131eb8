"""The reader without a model: it picks answers from the text it is shown."""
