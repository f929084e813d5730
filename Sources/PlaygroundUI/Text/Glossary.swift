/// The words of masked diffusion, each in a sentence: help lists them.
package enum Glossary {
  /// The words, in the order in which they are best read.
  package static let words: [(word: String, meaning: String)] = [
    ("mask", "a position whose token is not known yet"),
    (
      "forward process",
      "how a model is trained: each token of a text is masked with probability t, and the model "
        + "guesses what was there"
    ),
    (
      "reverse process",
      "how it writes: from all masks, t goes from 1 to 0, and in each step some guesses are kept"
    ),
    ("step", "one round of the reverse process: look at all masks, keep some guesses"),
    (
      "forward",
      "one pass through the network, the unit of cost; guidance takes two, a step that keeps "
        + "nothing may take none"
    ),
    ("confidence", "the probability of the best guess at a position"),
    (
      "entropy",
      "how open a position is, in nats: 0 when one token is certain, most when all are equally likely"
    ),
    ("margin", "the probability of the best guess minus that of the second"),
    (
      "likelihood",
      "how probable the model finds a whole text; −ln p in nats, smaller is likelier, an average over "
        + "ways to mask it or orders to write it"
    ),
    ("strategy", "the rule that decides which guesses are kept in a step"),
    ("schedule", "how many are kept in each step"),
    ("noise", "t, the share of the text that is still masked as the plan has it"),
    (
      "temperature",
      "0 takes the best guess; higher values also draw less probable ones"
    ),
    (
      "guidance",
      "two guesses are compared, with the prompt and without, and the difference is amplified"
    ),
    ("remasking", "masking a kept token again, so that it can be written anew"),
    ("block", "positions written together; blocks go from left to right"),
    ("cache", "keys and values kept from step to step: faster, and not quite the same text"),
    ("end of text", "the token after which nothing counts, drawn as ∎"),
    ("branch", "a run that left another where something was changed; both are kept"),
  ]
}
