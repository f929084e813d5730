extension Schema {
  /// Two sentences, then a question that one of them answers.
  static let questions: [Schema] = [
    Schema(
      .questions, "having",
      variables: [
        "one: child", "two: child", "color: color of object", "hue: color of item",
        "object: object", "item: object",
      ],
      """
      {one} has {color.a} {object}. {two} has {hue.a} {item}. Question: [Who has the {object}? Answer: {one}.|Who has \
      the {item}? Answer: {two}.|What does {one} have? Answer: {color.a} {object}.|What does {two} have? Answer: {hue.a} \
      {item}.|What color is the {object}? Answer: {color}.|What color is the {item}? Answer: {hue}.]
      """),
    Schema(
      .questions, "being", from: .small,
      variables: [
        "one: child", "two: child", "place: place", "spot: place", "food: food", "meal: food",
      ],
      """
      {one} eats {food} {place.at}. {two} eats {meal} {spot.at}. Question: [Where is {one}? Answer: {place.at}.|Where \
      is {two}? Answer: {spot.at}.|Who eats {food}? Answer: {one}.|Who eats {meal}? Answer: {two}.|What does {one} eat? \
      Answer: {food}.|What does {two} eat? Answer: {meal}.]
      """),
    Schema(
      .questions, "order", from: .small,
      variables: ["one: child", "two: child", "three: child", "place: place"],
      """
      {one} came to {place} before {two}, and {two} came before {three}. Question: [Who came first? Answer: {one}.|Who \
      came last? Answer: {three}.|Who came after {one} and before {three}? Answer: {two}.|Where did {two} go? Answer: to \
      {place}.]
      """),
    Schema(
      .questions, "trade", from: .full,
      variables: [
        "one: child", "two: child", "thing: treasure", "item: treasure", "weekday: weekday",
      ],
      """
      On {weekday} {one} gave {thing.a} to {two} and got {item.a} for it. Question: [Who has the {thing} now? Answer: \
      {two}.|Who has the {item} now? Answer: {one}.|Who had the {thing} before? Answer: {one}.|Who had the {item} before? \
      Answer: {two}.|When was that? Answer: on {weekday}.]
      """),
  ]
}
